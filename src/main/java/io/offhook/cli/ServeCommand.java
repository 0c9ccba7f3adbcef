package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.Settings;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

@Command(
        name = "serve",
        description = "Answers calls until it is told to stop.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Parameters(arity = "0..*", paramLabel = "agent.yaml", description = "One file for each agent (or OFFHOOK_AGENT).")
    private List<Path> files = List.of();

    @Option(names = "--port", description = "Port to listen on (or PORT).")
    private int port = -1;

    @Override
    public Integer call() throws InterruptedException {
        var settings = Settings.from(environment(port));
        var paths = files.isEmpty() ? settings.agentFiles() : files;
        long started = System.nanoTime();
        var offhook = Offhook.create(settings, AgentDirectory.open(paths, System.getenv()))
                .start();
        System.err.println("offhook: ready on port " + offhook.port() + " after "
                + (System.nanoTime() - started) / 1_000_000 + " ms; Twilio reaches it at " + offhook.publicUrl());
        var told = new CountDownLatch(1);
        var waiting = new AtomicReference<>(Thread.currentThread());
        for (var signal : List.of("TERM", "INT")) {
            Signals.on(signal, () -> {
                if (told.getCount() > 0) {
                    told.countDown();
                } else {
                    // Told twice: no more waiting for calls.
                    waiting.get().interrupt();
                }
            });
        }
        told.await();
        System.err.println("offhook: stopping; running calls go on, tell me again to hand them over now");
        offhook.drain();
        return 0;
    }

    static Map<String, String> environment(int port) {
        var environment = new HashMap<>(System.getenv());
        if (port >= 0) {
            environment.put("PORT", Integer.toString(port));
        }
        return environment;
    }
}
