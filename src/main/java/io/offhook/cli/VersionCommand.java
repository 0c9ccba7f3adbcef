package io.offhook.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

@Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {
    static final class Provider implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {"offhook " + version(), "Java " + Runtime.version()};
        }
    }

    static String version() {
        try (var in = VersionCommand.class.getResourceAsStream("/io/offhook/version.properties")) {
            var properties = new Properties();
            if (in != null) {
                properties.load(in);
            }
            return properties.getProperty("version", "unknown");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void run() {
        for (var line : new Provider().getVersion()) {
            System.out.println(line);
        }
    }
}
