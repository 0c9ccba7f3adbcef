package io.offhook.cli;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentFiles;
import io.offhook.call.OpeningHours;
import io.offhook.config.Settings;
import io.offhook.engine.demo.FreeTtsSpeech;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.Clip;
import io.offhook.simulator.PatientTime;
import io.offhook.simulator.Scene;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
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
    private static final DateTimeFormatter CLOCK = DateTimeFormatter.ofPattern("EEEE HH:mm", Locale.ENGLISH);
    private static final URI PUBLIC = URI.create("https://demo.offhook.test");
    /// Whom the demo's agent calls about refunds.
    private static final String REFUNDS = "+14155550101";

    private static final String HUMAN_SAYS = "Hello, I can see that it is about your refund.";

    @Option(
            names = "--caller",
            paramLabel = "NAME",
            description = "Who rings (default ${DEFAULT-VALUE}): ${COMPLETION-CANDIDATES}.",
            completionCandidates = CallerNames.class,
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

    /// The caller's call, once it rings.
    private volatile Optional<SimulatedCall> ringing = Optional.empty();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    private final UnaryOperator<Scene> world;

    DemoCommand() {
        this(UnaryOperator.identity());
    }

    /// @param world makes another world of the caller's own, to see what the demo says when things go otherwise
    DemoCommand(UnaryOperator<Scene> world) {
        this.world = world;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        var named = Playing.named(caller, spec);
        var canned = named.in(world.apply(named.scene()));
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
        // Whether the call goes as it should is not to depend on what else the machine has to do.
        try (var patient = PatientTime.start()) {
            return run(canned, home, listenOn, interruption, exit ? patient : System::nanoTime);
        } catch (InterruptedException | RuntimeException e) {
            if (interruption.happened()) {
                return OffhookCommand.INTERRUPTED;
            }
            throw e;
        } finally {
            delete(home);
        }
    }

    private int run(CannedCaller canned, Path home, int listenOn, Interruption interruption, LongSupplier time)
            throws InterruptedException {
        output.say("  Java      " + Runtime.version() + ", Offhook " + VersionCommand.version());
        output.say(
                "  Demo      ",
                "acme-support, offline engine: understands its own callers, typing and keys, not free speech");
        try (var carrier = carrier(canned.scene(), time)) {
            return run(canned, home, listenOn, carrier, interruption, time);
        }
    }

    private int run(
            CannedCaller canned,
            Path home,
            int listenOn,
            SimulatedCarrier carrier,
            Interruption interruption,
            LongSupplier time)
            throws InterruptedException {
        var agent = AgentFile.demo();
        agent.hours().ifPresent(hours -> output.say("  Office    " + office(hours, canned.scene().time())));
        var adminToken = randomToken();
        var settings = Settings.from(Map.of(
                "OFFHOOK_ADMIN_TOKEN", adminToken,
                "TWILIO_ACCOUNT_SID", ACCOUNT,
                "TWILIO_AUTH_TOKEN", TOKEN,
                "OFFHOOK_PUBLIC_URL", PUBLIC.toString(),
                "OFFHOOK_TWILIO_URL", carrier.restUrl().toString(),
                "OFFHOOK_HOME", home.toString(),
                "OFFHOOK_DRAIN_CONVERGE", "0s",
                "PORT", Integer.toString(listenOn)));
        try (var offhook = Offhook.create(settings, AgentDirectory.of(AgentFiles.of(List.of(agent))))
                .speed(speed)
                .officeClock(InstantSource.fixed(canned.scene().time()))
                .time(time)
                .loopbackOnly()
                .watch(() -> new CallLogPrinter(output))
                .start()) {
            offhook.awaitGreetings(Duration.ofSeconds(10));
            carrier.reach(PUBLIC, URI.create("http://127.0.0.1:" + offhook.port()));
            boolean passed = ring(canned, offhook, carrier, interruption, adminToken);
            if (interruption.happened()) {
                return OffhookCommand.INTERRUPTED;
            }
            if (exit) {
                output.next("./offhook demo --caller billing-dispute    ./offhook check");
                return passed ? 0 : OffhookCommand.FOUND_ERRORS;
            }
            output.say("");
            output.say("  Listening on http://localhost:" + offhook.port() + " until Ctrl-C.");
            output.say("  The desk asks for a token: " + adminToken);
            output.next("./offhook demo --caller billing-dispute    ./offhook check");
            var stop = new CountDownLatch(1);
            Signals.on("INT", stop::countDown);
            Signals.on("TERM", stop::countDown);
            stop.await();
            return passed ? 0 : OffhookCommand.FOUND_ERRORS;
        }
    }

    /// The phone network, and the people in it.
    private SimulatedCarrier carrier(Scene scene, LongSupplier time) {
        var carrier = SimulatedCarrier.builder()
                .account(ACCOUNT, TOKEN)
                .voiceUrl(PUBLIC + "/voice/incoming")
                .statusCallback(PUBLIC + "/voice/status")
                .humans(scene.humans()
                        .saying(REFUNDS, () -> Clip.of(new FreeTtsSpeech().speak(HUMAN_SAYS), HUMAN_SAYS)))
                .restPort(0)
                .speed(speed)
                .time(time)
                .observe(step -> CallReport.network(output, step))
                .observePlaced(step -> CallReport.human(
                        output, ringing.map(SimulatedCall::sinceRing).orElse(step.at()), step))
                .start();
        carrier.account().verify(CALLED);
        return carrier;
    }

    private boolean ring(
            CannedCaller canned,
            Offhook offhook,
            SimulatedCarrier carrier,
            Interruption interruption,
            String adminToken)
            throws InterruptedException {
        output.say(
                "  Call      ",
                "\"" + canned.name() + "\" " + canned.about() + "; over Twilio's wire format"
                        + (speed == 1 ? "" : ", " + speed + " x as fast"));
        output.say("");
        var call = carrier.ring(Caller.of(canned.number(), CALLED));
        ringing = Optional.of(call);
        interruption.ends(call::hangUp);
        var verdict = Playing.of(
                canned, call, fault -> offhook.demoEngine().ifPresent(engine -> engine.injectOnce(fault)));
        if (interruption.happened()) {
            return false;
        }
        return new DemoReport(output, offhook, call, canned.scene(), new DemoReport.Keys(ACCOUNT, TOKEN, adminToken))
                .print(verdict.problems());
    }

    private static String office(OpeningHours hours, Instant time) {
        var there = time.atZone(hours.zone());
        return (hours.open(time) ? "open" : "closed") + ": it is " + CLOCK.format(there) + " in "
                + hours.zone().getId().replaceFirst(".*/", "").replace('_', ' ');
    }

    private static String randomToken() {
        var bytes = new byte[12];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
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
