package io.offhook.cli;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Properties;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;

@Command(name = "version", description = "Prints the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable {
    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

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
            output.data(line);
        }
        output.document(
                "", Map.of("offhook", version(), "java", Runtime.version().toString()));
        output.next("./offhook demo");
    }
}
