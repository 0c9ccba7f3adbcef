package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentFiles;
import io.offhook.call.CallId;
import io.offhook.call.ToolOutcome;
import io.offhook.call.Turn;
import io.offhook.config.Settings;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.Humans;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.store.StoredCall;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = "Runs the server with an offline engine and rings it: no account, no key, no network.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    private static final String ACCOUNT = "AC00000000000000000000000000000000";
    private static final String TOKEN = "offhook-demo-token";
    private static final String CALLED = "+18005550199";
    private static final URI PUBLIC = URI.create("https://demo.offhook.test");
    private static final Duration FLUSH = Duration.ofSeconds(3);

    @Option(
            names = "--caller",
            paramLabel = "NAME",
            description = "Who rings: order-status, known-customer, billing-dispute, press-zero, interrupter, engine-failure.",
            defaultValue = "order-status")
    private String caller = "order-status";

    @Option(names = "--exit", description = "Ends after the call; exit code 0 if it went as it should.")
    private boolean exit;

    @Option(names = "--speed", paramLabel = "N", description = "Plays N times as fast as real time.", defaultValue = "1")
    private double speed = 1;

    @Option(names = "--port", description = "Port to listen on (default 8080; any free one with --exit).")
    private int port = -1;

    @Option(names = "--no-open", description = "Opens no browser.")
    @SuppressWarnings("UnusedVariable") // There are no pages to open.
    private boolean noOpen;

    @Option(names = "--dry-run", description = "Says who would ring, and ends.")
    private boolean dryRun;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var canned = Playing.named(caller, spec);
        if (!(speed >= 0.1 && speed <= 20)) {
            throw new ParameterException(spec.commandLine(), "--speed must be between 0.1 and 20");
        }
        int listenOn = port >= 0 ? port : exit ? 0 : 8080;
        if (listenOn > 65535) {
            throw new ParameterException(spec.commandLine(), "--port must be a number from 0 to 65535");
        }
        if (dryRun) {
            output.data("  Would ring the demo's agent as " + canned.name() + ", which " + canned.about() + ".");
            output.document("dry-run", Map.of("caller", canned.name(), "port", listenOn));
            output.next("./offhook demo --caller " + canned.name());
            return 0;
        }
        var interruption = Interruption.listen();
        var home = Files.createTempDirectory("offhook-demo");
        try {
            return run(canned, home, listenOn, interruption);
        } catch (InterruptedException | RuntimeException e) {
            if (interruption.happened()) {
                return OffhookCommand.INTERRUPTED;
            }
            throw e;
        } finally {
            delete(home);
        }
    }

    private int run(CannedCaller canned, Path home, int listenOn, Interruption interruption)
            throws InterruptedException {
        output.say("  Java      " + Runtime.version() + ", Offhook " + VersionCommand.version());
        output.say("  Demo      acme-support, offline engine: understands its own callers, typing and");
        output.say("            keys, not free speech");
        var settings = Settings.from(Map.of(
                "TWILIO_ACCOUNT_SID", ACCOUNT,
                "TWILIO_AUTH_TOKEN", TOKEN,
                "OFFHOOK_PUBLIC_URL", PUBLIC.toString(),
                "OFFHOOK_HOME", home.toString(),
                "OFFHOOK_DRAIN_CONVERGE", "0s",
                "PORT", Integer.toString(listenOn)));
        try (var offhook = Offhook.create(settings, AgentDirectory.of(AgentFiles.of(List.of(AgentFile.demo()))))
                .speed(speed)
                .loopbackOnly()
                .watch(() -> new CallLogPrinter(output))
                .start()) {
            offhook.awaitGreetings(Duration.ofSeconds(10));
            boolean passed = ring(canned, offhook, interruption);
            if (interruption.happened()) {
                return OffhookCommand.INTERRUPTED;
            }
            if (exit) {
                output.next("./offhook demo --caller billing-dispute    ./offhook check");
                return passed ? 0 : OffhookCommand.FOUND_ERRORS;
            }
            output.say("");
            output.say("  Listening on http://localhost:" + offhook.port() + " until Ctrl-C.");
            output.next("./offhook demo --caller billing-dispute    ./offhook check");
            var stop = new CountDownLatch(1);
            Signals.on("INT", stop::countDown);
            Signals.on("TERM", stop::countDown);
            stop.await();
            return passed ? 0 : OffhookCommand.FOUND_ERRORS;
        }
    }

    private boolean ring(CannedCaller canned, Offhook offhook, Interruption interruption) {
        var humans = new Humans().answer("+14155550100", Duration.ofSeconds(2), Duration.ofSeconds(3));
        try (var carrier = SimulatedCarrier.builder()
                .account(ACCOUNT, TOKEN)
                .voiceUrl(PUBLIC + "/voice/incoming")
                .statusCallback(PUBLIC + "/voice/status")
                .reach(PUBLIC, URI.create("http://127.0.0.1:" + offhook.port()))
                .humans(humans)
                .speed(speed)
                .observe(step -> CallReport.network(output, step))
                .start()) {
            output.say("  Call      \"" + canned.name() + "\" " + canned.about()
                    + ", over Twilio's wire format" + (speed == 1 ? "" : ", " + speed + " x as fast"));
            output.say("");
            var call = carrier.ring(Caller.of(canned.number(), CALLED));
            interruption.ends(call::hangUp);
            var verdict = Playing.of(
                    canned, call, fault -> offhook.demoEngine().ifPresent(engine -> engine.injectOnce(fault)));
            offhook.flush(FLUSH);
            return !interruption.happened() && report(offhook, call, verdict.problems());
        }
    }

    /// What was stored of the call, and whether it went as it should.
    private boolean report(Offhook offhook, SimulatedCall call, List<String> problems) {
        var id = new CallId(call.sid());
        var all = new ArrayList<>(problems);
        offhook.store().toolRuns(id).stream()
                .filter(run -> !run.outcome().result().equals(ToolOutcome.OK))
                .forEach(run -> all.add(
                        "tool " + run.request().name() + " failed: " + run.outcome().result()));
        var turns = offhook.store().turns(id);
        var end = offhook.store().find(id).flatMap(StoredCall::disposition);
        CallReport.timings(output, call);
        output.data("");
        output.data("  Heard       (as stored)");
        turns.forEach(turn -> heard(turn));
        end.ifPresent(how -> output.data("  Outcome     " + how.outcome().slug() + " (" + how.reason() + ")"));
        output.data("");
        if (all.isEmpty()) {
            output.data("  " + Terminal.bold("OK") + "          the call went as it should");
        } else {
            output.data("  " + Terminal.bold("FAILED"));
            all.forEach(problem -> output.data("    " + problem));
            call.notices().forEach(notice -> output.data("    carrier: " + notice));
        }
        var result = new LinkedHashMap<String, Object>();
        result.put("id", call.sid());
        result.put("ok", all.isEmpty());
        result.put("problems", all);
        end.ifPresent(how -> {
            result.put("outcome", how.outcome().slug());
            result.put("reason", how.reason());
        });
        result.put("timings", CallReport.timings(call));
        output.document("result", result);
        return all.isEmpty();
    }

    private void heard(Turn turn) {
        var who = turn.speaker() == Turn.Speaker.AGENT ? "agent" : "caller";
        output.entry(
                "    " + String.format("%-8s", who),
                turn.text() + (turn.cut() ? " [cut]" : ""),
                "heard",
                Map.of("who", who, "text", turn.text(), "cut", turn.cut()));
    }

    private static void delete(Path folder) throws IOException {
        // The thread may still be marked as interrupted, and files are not to notice.
        var unused = Thread.interrupted();
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
