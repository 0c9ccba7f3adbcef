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
import io.offhook.simulator.SimulatedCarrier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "demo",
        description = "Runs the server with an offline engine and rings it: no account, no key, no network.",
        mixinStandardHelpOptions = true)
final class DemoCommand implements Callable<Integer> {
    private static final String ACCOUNT = "AC00000000000000000000000000000000";
    private static final String TOKEN = "offhook-demo-token";
    private static final String CALLED = "+18005550199";
    private static final URI PUBLIC = URI.create("https://demo.offhook.test");
    private static final Duration FLUSH = Duration.ofSeconds(3);

    @Option(
            names = "--caller",
            paramLabel = "NAME",
            description = "Who rings: order-status, billing-dispute, press-zero, interrupter, engine-failure.",
            defaultValue = "order-status")
    private String caller = "order-status";

    @Option(names = "--exit", description = "Ends after the call; exit code 0 if it went as it should.")
    private boolean exit;

    @Option(names = "--speed", paramLabel = "N", description = "Plays N times as fast as real time.", defaultValue = "1")
    private double speed = 1;

    @Option(names = "--port", description = "Port to listen on (default 8080; any free one with --exit).")
    private int port = -1;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException, InterruptedException {
        var canned = CannedCaller.named(caller)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "There is no caller \"" + caller + "\". There are: "
                                + CannedCaller.all().stream()
                                        .map(CannedCaller::name)
                                        .collect(Collectors.joining(", "))));
        if (!(speed >= 0.1 && speed <= 20)) {
            throw new ParameterException(spec.commandLine(), "--speed must be between 0.1 and 20");
        }
        var home = Files.createTempDirectory("offhook-demo");
        try {
            return run(canned, home);
        } finally {
            delete(home);
        }
    }

    private int run(CannedCaller canned, Path home) throws InterruptedException {
        var out = System.out;
        out.println("  Java      " + Runtime.version() + ", Offhook " + VersionCommand.version());
        out.println("  Demo      acme-support, offline engine: understands its own callers, typing and");
        out.println("            keys, not free speech");
        var settings = Settings.from(Map.of(
                "TWILIO_ACCOUNT_SID", ACCOUNT,
                "TWILIO_AUTH_TOKEN", TOKEN,
                "OFFHOOK_PUBLIC_URL", PUBLIC.toString(),
                "OFFHOOK_HOME", home.toString(),
                "OFFHOOK_DRAIN_CONVERGE", "0s",
                "PORT", Integer.toString(port >= 0 ? port : exit ? 0 : 8080)));
        try (var offhook = Offhook.create(settings, AgentDirectory.of(AgentFiles.of(List.of(AgentFile.demo()))))
                .speed(speed)
                .watch(() -> new CallLogPrinter(out))
                .start()) {
            offhook.awaitGreetings(Duration.ofSeconds(10));
            boolean passed = ring(canned, offhook);
            if (exit) {
                return passed ? 0 : OffhookCommand.FOUND_ERRORS;
            }
            out.println();
            out.println("  Listening on http://localhost:" + offhook.port() + " until Ctrl-C.");
            out.println("  Next: ./offhook demo --caller billing-dispute    ./offhook check");
            var stop = new CountDownLatch(1);
            Signals.on("INT", stop::countDown);
            Signals.on("TERM", stop::countDown);
            stop.await();
            return passed ? 0 : OffhookCommand.FOUND_ERRORS;
        }
    }

    private boolean ring(CannedCaller canned, Offhook offhook) {
        var out = System.out;
        var humans = new Humans().answer("+14155550100", Duration.ofSeconds(2), Duration.ofSeconds(3));
        try (var carrier = SimulatedCarrier.builder()
                .account(ACCOUNT, TOKEN)
                .voiceUrl(PUBLIC + "/voice/incoming")
                .statusCallback(PUBLIC + "/voice/status")
                .reach(PUBLIC, URI.create("http://127.0.0.1:" + offhook.port()))
                .humans(humans)
                .speed(speed)
                .observe(step -> CallReport.network(out, step))
                .start()) {
            out.println("  Call      \"" + canned.name() + "\" " + canned.about()
                    + ", over Twilio's wire format" + (speed == 1 ? "" : ", " + speed + " x as fast"));
            out.println();
            var call = carrier.ring(Caller.of(CannedCaller.NUMBER, CALLED));
            var verdict = canned.play(call, fault -> offhook.demoEngine().ifPresent(engine -> engine.injectOnce(fault)));
            CallReport.timings(out, call);
            offhook.flush(FLUSH);
            var id = new CallId(call.sid());
            out.println();
            out.println("  Heard       (as stored)");
            for (var turn : offhook.store().turns(id)) {
                Terminal.entry(
                        out,
                        "    " + String.format("%-8s", turn.speaker() == Turn.Speaker.AGENT ? "agent" : "caller"),
                        turn.text() + (turn.cut() ? " [cut]" : ""));
            }
            offhook.store()
                    .find(id)
                    .flatMap(stored -> stored.disposition())
                    .ifPresent(end -> out.println("  Outcome     " + end.outcome().slug() + " (" + end.reason() + ")"));
            out.println();
            var failed = offhook.store().toolRuns(id).stream()
                    .filter(run -> !run.outcome().result().equals(ToolOutcome.OK))
                    .toList();
            failed.forEach(run -> out.println("  Tool " + run.request().name() + " failed: " + run.outcome().result()));
            if (verdict.passed() && failed.isEmpty()) {
                out.println("  " + Terminal.bold("OK") + "          the call went as it should");
            } else {
                out.println("  " + Terminal.bold("FAILED"));
                verdict.problems().forEach(problem -> out.println("    " + problem));
                call.notices().forEach(notice -> out.println("    carrier: " + notice));
            }
            return verdict.passed() && failed.isEmpty();
        }
    }

    private static void delete(Path folder) throws IOException {
        try (var files = Files.walk(folder)) {
            for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        }
    }
}
