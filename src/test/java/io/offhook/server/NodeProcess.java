package io.offhook.server;

import static org.awaitility.Awaitility.await;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.Settings;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// One node in a process of its own, which can be killed as by a power cut.
final class NodeProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready on port (\\d+)");
    private static final Duration START = Duration.ofSeconds(180);

    private final Process process;
    private final Path said;

    private NodeProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
    }

    /// Begins to start a node; its port says when it has started.
    ///
    /// @param home its own data folder, which has `agent.yaml`
    static NodeProcess begin(Path home, Map<String, String> environment, double speed) {
        var said = home.resolve("said.txt");
        var builder = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-Xmx256m",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        classPath(),
                        NodeProcess.class.getName(),
                        Double.toString(speed))
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        builder.environment()
                .putAll(Map.of(
                        "OFFHOOK_HOME", home.toString(),
                        "OFFHOOK_AGENT", home.resolve("agent.yaml").toString(),
                        "PORT", "0"));
        try {
            return new NodeProcess(builder.start(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Where this test's own classes come from, however it was started.
    static String classPath() {
        return NodeProcess.class.getClassLoader() instanceof URLClassLoader loader
                ? Stream.of(loader.getURLs())
                        .map(url -> Path.of(URI.create(url.toString())).toString())
                        .collect(Collectors.joining(File.pathSeparator))
                : System.getProperty("java.class.path");
    }

    /// Waits until the node has started.
    int port() {
        await().atMost(START).until(() -> READY.matcher(said()).find() || !process.isAlive());
        var ready = READY.matcher(said());
        if (!ready.find()) {
            throw new AssertionError("the node does not start: " + said());
        }
        return Integer.parseInt(ready.group(1));
    }

    /// What it has written to standard output and error.
    String said() {
        try {
            return Files.readString(said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// `kill -9`; the process is gone when this returns.
    void kill() {
        try {
            process.destroyForcibly().waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// The process is held up: it is there, and does nothing.
    void pause() {
        signal("STOP");
    }

    void resume() {
        signal("CONT");
    }

    private void signal(String name) {
        try {
            var sent = new ProcessBuilder("kill", "-" + name, Long.toString(process.pid()))
                    .start()
                    .waitFor();
            if (sent != 0) {
                throw new IllegalStateException("the signal " + name + " was not sent");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        kill();
    }

    /// The process itself: a whole server, as its environment says, that never ends by itself.
    public static void main(String[] arguments) throws InterruptedException {
        var settings = Settings.from(System.getenv());
        var offhook = Offhook.create(settings, AgentDirectory.open(settings.agentFiles(), System.getenv()))
                .speed(Double.parseDouble(arguments[0]))
                .eventLoops(1)
                .start();
        System.out.println("ready on port " + offhook.port());
        new CountDownLatch(1).await();
    }
}
