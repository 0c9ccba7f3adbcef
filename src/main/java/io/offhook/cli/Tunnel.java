package io.offhook.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// A tunnel program that runs as our child and makes this machine's port public for as long as we run. The child gets
/// none of our keys. Its last lines are kept, for saying why it failed.
final class Tunnel implements AutoCloseable {
    /// The programs that are known, in the order in which they are looked for.
    enum Program {
        // The address api.trycloudflare.com stands in its error messages.
        CLOUDFLARED("cloudflared", "https://(?!api\\.)[a-z0-9-]+\\.trycloudflare\\.com"),
        NGROK("ngrok", "(?<=\\burl=)https://[^\\s\"]+");

        private final String executable;
        private final Pattern address;

        Program(String executable, String address) {
            this.executable = executable;
            this.address = Pattern.compile(address);
        }

        String executable() {
            return executable;
        }

        private List<String> arguments(int port) {
            var target = "http://127.0.0.1:" + port;
            return this == CLOUDFLARED
                    ? List.of("tunnel", "--no-autoupdate", "--url", target)
                    : List.of("http", target, "--log", "stdout", "--log-format", "logfmt");
        }
    }

    private static final int LINES_KEPT = 8;
    private static final Duration LAST_BREATH = Duration.ofSeconds(2);

    private final Program program;
    private final Process process;
    private final CompletableFuture<URI> address = new CompletableFuture<>();
    private final Deque<String> lastLines = new ArrayDeque<>();
    private final String secret;
    private final Thread killer;

    private Tunnel(Program program, Process process, String secret) {
        this.program = program;
        this.process = process;
        this.secret = secret;
        killer = new Thread(this::kill, "tunnel-killer");
        Runtime.getRuntime().addShutdownHook(killer);
        var _ = Thread.ofVirtual().name("tunnel").start(this::read);
    }

    /// Where the program is, looking through `PATH`.
    static Optional<Path> find(Program program, Map<String, String> environment) {
        return Stream.of(environment.getOrDefault("PATH", "").split(java.io.File.pathSeparator, -1))
                .filter(folder -> !folder.isBlank())
                .map(folder -> Path.of(folder, program.executable))
                .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
                .findFirst();
    }

    /// Starts the program and waits for its address.
    ///
    /// @throws Halt with the program's last words when there is none
    static Tunnel open(Program program, Path executable, int port, Map<String, String> environment, Duration patience) {
        var command = Stream.concat(Stream.of(executable.toString()), program.arguments(port).stream())
                .toList();
        var builder = new ProcessBuilder(command).redirectErrorStream(true);
        builder.environment().keySet().removeIf(Tunnel::ours);
        Tunnel tunnel;
        try {
            tunnel = new Tunnel(program, builder.start(), environment.getOrDefault("NGROK_AUTHTOKEN", ""));
        } catch (IOException e) {
            throw new Halt(OffhookCommand.UNREACHABLE, executable + " can't be started: " + e.getMessage());
        }
        try {
            tunnel.address.get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return tunnel;
        } catch (ExecutionException | TimeoutException e) {
            tunnel.close();
            throw new Halt(
                    OffhookCommand.UNREACHABLE,
                    program.executable + (e instanceof TimeoutException ? " gave no address in time." : " ended.")
                            + tunnel.lastWords() + "\n  Run it by hand to see more, or give the address of your own:"
                            + " --url https://...");
        } catch (InterruptedException e) {
            tunnel.close();
            Thread.currentThread().interrupt();
            throw new Halt(OffhookCommand.INTERRUPTED, "interrupted");
        }
    }

    private static boolean ours(String variable) {
        return variable.startsWith("TWILIO_") || variable.startsWith("OPENAI_") || variable.startsWith("OFFHOOK_");
    }

    URI url() {
        return address.join();
    }

    String name() {
        return program.executable;
    }

    /// Done when the program has ended by itself or was closed.
    CompletableFuture<?> ended() {
        return process.onExit();
    }

    String lastWords() {
        synchronized (lastLines) {
            return lastLines.isEmpty() ? "" : " Its last words:\n    " + String.join("\n    ", lastLines);
        }
    }

    @Override
    public void close() {
        kill();
        try {
            Runtime.getRuntime().removeShutdownHook(killer);
        } catch (IllegalStateException _) {
            // The process ends already, and the hook does its work once more, in vain.
        }
    }

    private void kill() {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        try {
            if (!process.waitFor(LAST_BREATH.toMillis(), TimeUnit.MILLISECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    private void read() {
        try (var lines = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (var line = lines.readLine(); line != null; line = lines.readLine()) {
                keep(line);
                var found = program.address.matcher(line);
                if (found.find()) {
                    address.complete(URI.create(found.group()));
                }
            }
        } catch (IOException | IllegalArgumentException e) {
            keep(String.valueOf(e.getMessage()));
        }
        address.completeExceptionally(new IOException("ended"));
    }

    private void keep(String line) {
        var shown = secret.isEmpty() ? line : line.replace(secret, "***");
        synchronized (lastLines) {
            lastLines.addLast(shown.length() > 300 ? shown.substring(0, 300) : shown);
            if (lastLines.size() > LINES_KEPT) {
                lastLines.removeFirst();
            }
        }
    }
}
