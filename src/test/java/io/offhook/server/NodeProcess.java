package io.offhook.server;

import static org.awaitility.Awaitility.await;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.Settings;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/// One node in a process of its own, which can be killed as by a power cut.
final class NodeProcess implements AutoCloseable {
    private static final Pattern READY = Pattern.compile("ready on port (\\d+)");
    private static final Duration START = Duration.ofSeconds(180);
    /// To start is work for all processors, and calls on other nodes must not wait for it as callers would not.
    private static final ReentrantLock STARTING = new ReentrantLock();

    private final Process process;
    private final Path said;
    private final int port;

    private NodeProcess(Process process, Path said) {
        this.process = process;
        this.said = said;
        this.port = awaitPort();
    }

    /// Starts a node, after any other that is being started.
    ///
    /// @param environment with a data folder of its own
    /// @param since       when its clock has shown the same as the wall's; it runs faster
    static NodeProcess start(Map<String, String> environment, double speed, Instant since) {
        var said = Path.of(environment.get("OFFHOOK_HOME"), "said.txt");
        var command = new ArrayList<>(NodeImage.command());
        command.addAll(List.of(NodeProcess.class.getName(), Double.toString(speed), since.toString()));
        var builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(said.toFile());
        builder.environment().putAll(environment);
        STARTING.lock();
        try {
            return new NodeProcess(builder.start(), said);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            STARTING.unlock();
        }
    }

    int port() {
        return port;
    }

    private int awaitPort() {
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

    /// Until somebody kills it.
    void awaitEnd() {
        var _ = process.onExit().join();
    }

    boolean alive() {
        return process.isAlive();
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
        var speed = Double.parseDouble(arguments[0]);
        var offhook = Offhook.create(settings, AgentDirectory.open(settings.agentFiles(), System.getenv()))
                .speed(speed)
                .time(asIfSince(Instant.parse(arguments[1]), speed))
                .eventLoops(1)
                .start();
        System.out.println("ready on port " + offhook.port());
        new CountDownLatch(1).await();
    }

    /// The clocks of several nodes agree, as those of real ones do, though they run faster than the wall's and one was
    /// started later: its clock, whose first reading is its start, believes to have run as long as the others.
    static LongSupplier asIfSince(Instant since, double speed) {
        var started = new AtomicBoolean();
        return () -> started.getAndSet(true) ? System.nanoTime() : System.nanoTime() - behind(since, speed);
    }

    private static long behind(Instant since, double speed) {
        return (long) (Duration.between(since, Instant.now()).toNanos() * (speed - 1) / speed);
    }
}
