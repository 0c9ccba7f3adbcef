package io.offhook.server;

import io.offhook.Main;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;

/// What the nodes in processes of their own start from: our classes as jars, and an archive of all classes that a call
/// needs, which Java maps instead of reading and checking them. It takes about as long to make as to start three nodes,
/// and takes a third off the time of each; the tests start some fifteen.
final class NodeImage {
    private static final List<String> ALWAYS = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--enable-native-access=ALL-UNNAMED");

    private NodeImage() {}

    private static final class Made {
        static final List<String> COMMAND = make();
    }

    /// How a command line begins that starts one of our classes; its name comes next.
    static List<String> command() {
        return Made.COMMAND;
    }

    private static List<String> make() {
        try {
            var folder = Files.createTempDirectory("offhook-nodes");
            folder.toFile().deleteOnExit();
            var classPath = new ArrayList<String>();
            for (var entry : classPath()) {
                classPath.add((Files.isDirectory(entry) ? jar(entry, folder) : entry).toString());
            }
            var classes = List.of("-cp", String.join(File.pathSeparator, classPath));
            var archive = folder.resolve("classes.jsa");
            // Without the archive a node starts all the same.
            return record(archive, classes, folder)
                    ? with("-XX:SharedArchiveFile=" + archive, classes)
                    : with("-Xshare:auto", classes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static List<String> with(String option, List<String> classes) {
        return Stream.of(ALWAYS, List.of(option), classes).flatMap(List::stream).toList();
    }

    /// Where this test's own classes come from, however it was started.
    private static List<Path> classPath() {
        return NodeImage.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())))
                        .toList()
                : Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                        .map(Path::of)
                        .toList();
    }

    private static Path jar(Path classes, Path folder) throws IOException {
        var jar = Files.createTempFile(folder, "classes", ".jar");
        jar.toFile().deleteOnExit();
        try (var zip = new ZipOutputStream(Files.newOutputStream(jar));
                var files = Files.walk(classes)) {
            zip.setLevel(0);
            for (var file : files.filter(Files::isRegularFile).toList()) {
                zip.putNextEntry(new ZipEntry(
                        classes.relativize(file).toString().replace(File.separatorChar, '/')));
                Files.copy(file, zip);
            }
        }
        return jar;
    }

    private static boolean record(Path archive, List<String> classes, Path folder) throws IOException {
        var home = Files.createDirectory(folder.resolve("home"));
        var said = folder.resolve("said.txt");
        for (var each : List.of(home, said, archive)) {
            each.toFile().deleteOnExit();
        }
        var command = new ArrayList<>(with("-XX:ArchiveClassesAtExit=" + archive, classes));
        command.addAll(List.of(Main.class.getName(), "warm"));
        var builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        builder.environment().put("OFFHOOK_HOME", home.toString());
        try {
            return builder.start().waitFor() == 0 && Files.exists(archive);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
