package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.config.ConfigException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

@Command(
        name = "serve",
        description = "Answers calls until it is told to stop.",
        mixinStandardHelpOptions = true)
final class ServeCommand implements Callable<Integer> {
    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    @Parameters(arity = "0..*", paramLabel = "agent.yaml", description = "One file for each agent (or OFFHOOK_AGENT).")
    private List<Path> files = List.of();

    @Option(names = "--port", description = "Port to listen on (or PORT).")
    private int port = -1;

    @Option(names = "--dry-run", description = "Checks settings and files, says what would be served, and ends.")
    private boolean dryRun;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws InterruptedException {
        var environment = new HashMap<>(OffhookCommand.environment(spec));
        if (port >= 0) {
            environment.put("PORT", Integer.toString(port));
        }
        var around = Surroundings.of(files, environment);
        var agents = around.agentsToServe();
        if (dryRun) {
            return dryRun(around);
        }
        around.warnings().forEach(warning -> output.say("offhook: warning: " + warning));
        long started = System.nanoTime();
        var offhook = Offhook.create(around.settings(), agents).start();
        var millis = (System.nanoTime() - started) / 1_000_000;
        var ready = new LinkedHashMap<String, Object>();
        ready.put("port", offhook.port());
        ready.put("public_url", offhook.publicUrl().toString());
        ready.put("ms", millis);
        output.document("ready", ready);
        output.say("offhook: ready on port " + offhook.port() + " after " + millis + " ms; Twilio reaches it at "
                + offhook.publicUrl());
        output.next("./offhook check    ./offhook call");
        awaitStop();
        output.document("stopping", Map.of("calls", offhook.calls().onLine()));
        output.say("offhook: stopping; running calls go on, tell me again to hand them over now");
        offhook.drain();
        output.document("stopped", Map.of());
        return 0;
    }

    private int dryRun(Surroundings around) {
        var mistakes = around.toolMistakes();
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
        var names = around.agents().orElseThrow().current().all().stream()
                .map(agent -> agent.name())
                .toList();
        output.data("  Would serve " + String.join(", ", names) + " on port "
                + around.settings().port() + ".");
        output.document("dry-run", Map.of("agents", names, "port", around.settings().port()));
        output.next("./offhook serve");
        return 0;
    }

    private static void awaitStop() throws InterruptedException {
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
    }
}
