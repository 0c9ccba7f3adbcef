package io.offhook.cli;

import io.offhook.call.PhoneNumber;
import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import io.offhook.config.Settings;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.Clip;
import io.offhook.simulator.Humans;
import io.offhook.simulator.Notice;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "call",
        description = "Rings any Offhook server over Twilio's wire format, without Twilio.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
    private static final int STREAM_IS_NOT_WSS = 31922;
    private static final Duration CONNECT = Duration.ofSeconds(2);
    /// Wherever the server sends the caller, somebody is there.
    private static final Humans.Behaviour PERSON =
            new Humans.Behaviour.Answers(Duration.ofSeconds(2), Optional.of('1'), Duration.ofSeconds(3));

    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    @Option(
            names = "--caller",
            paramLabel = "NAME",
            description = "A canned caller, such as order-status.",
            completionCandidates = CallerNames.class)
    private Optional<String> caller = Optional.empty();

    @Option(names = "--audio", paramLabel = "FILE", description = "Speaks this WAV file once the agent has greeted.")
    private Optional<Path> audio = Optional.empty();

    @Option(names = "--record", paramLabel = "FILE", description = "Writes both sides to a stereo WAV file.")
    private Optional<Path> record = Optional.empty();

    @Option(
            names = "--server",
            paramLabel = "URL",
            description = "Where the server listens (default ${DEFAULT-VALUE}).",
            defaultValue = "http://127.0.0.1:8080")
    private URI server = URI.create("http://127.0.0.1:8080");

    @Option(names = "--to", paramLabel = "NUMBER", description = "The called number.", defaultValue = "+18005550199")
    private String to = "+18005550199";

    @Option(names = "--from", paramLabel = "NUMBER", description = "The caller's number.")
    private String from = CannedCaller.NUMBER;

    @Option(names = "--stay", paramLabel = "SECONDS", description = "With --audio: hang up after this long.")
    private int stay = 60;

    @Option(names = "--dry-run", description = "Checks everything and says who would ring, but does not ring.")
    private boolean dryRun;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /// Who speaks: a canned caller or a file.
    private record Script(Optional<CannedCaller> canned, Optional<Clip> clip) {
        String name() {
            return canned.map(CannedCaller::name).orElse("the audio file");
        }
    }

    @Override
    public Integer call() throws IOException {
        var script = script();
        checkNumbersAndFiles();
        var settings = settings();
        if (!reachable()) {
            output.complain("No server answers at " + server + ".\n"
                    + "  Start it with ./offhook serve, or say with --server where it listens.");
            return OffhookCommand.UNREACHABLE;
        }
        if (dryRun) {
            output.data("  Would ring " + server + " as " + script.name() + ".");
            output.document("dry-run", Map.of("server", server.toString(), "caller", script.name()));
            output.next("./offhook call");
            return 0;
        }
        return ring(script, settings);
    }

    private int ring(Script script, Settings settings) throws IOException {
        var publicUrl = settings.publicUrl().orElseThrow();
        var interruption = Interruption.listen();
        try (var carrier = SimulatedCarrier.builder()
                .account(
                        settings.twilio().accountSid().orElseThrow(),
                        settings.twilio().authTokens().getFirst().reveal())
                .voiceUrl(publicUrl + "/voice/incoming")
                .statusCallback(publicUrl + "/voice/status")
                .reach(publicUrl, server)
                .humans(new Humans().otherwise(PERSON))
                .observe(step -> CallReport.network(output, step))
                .start()) {
            var call = carrier.ring(Caller.of(from, to));
            interruption.ends(call::hangUp);
            var problems = play(script, call);
            if (record.isPresent()) {
                call.record(record.get());
                output.say("  Recorded    " + record.get());
            }
            if (interruption.happened()) {
                return OffhookCommand.INTERRUPTED;
            }
            return report(call, problems);
        }
    }

    private List<String> play(Script script, SimulatedCall call) {
        var problems = new ArrayList<String>();
        if (script.canned().isPresent()) {
            problems.addAll(Playing.of(script.canned().get(), call, _ -> {}).problems());
            explained(call).ifPresent(problems::addFirst);
            return problems;
        }
        var unused = call.await(
                CallStep.class,
                step -> step instanceof CallStep.StreamOpened || step instanceof CallStep.Ended,
                Duration.ofSeconds(15));
        if (!call.ended().isDone()) {
            call.awaitHeard(Duration.ofSeconds(1), Duration.ofSeconds(10));
            call.say(script.clip().orElseThrow());
        }
        if (!Playing.ends(call, Duration.ofSeconds(stay))) {
            call.hangUp();
            if (!Playing.ends(call, Duration.ofSeconds(10))) {
                problems.add("the call did not end");
            }
        }
        call.alarms().stream().distinct().forEach(alarm -> problems.add("the carrier reports error " + alarm));
        explained(call).ifPresent(problems::addFirst);
        return problems;
    }

    /// What Twilio would only call an error, but whoever rings can put right.
    private static Optional<String> explained(SimulatedCall call) {
        if (call.alarms().contains(STREAM_IS_NOT_WSS)) {
            return Optional.of("the server's OFFHOOK_PUBLIC_URL is not https, so no stream comes to it. "
                    + Surroundings.ANY_NAME + " It must be the same here and there.");
        }
        return call.steps(CallStep.Asked.class).stream()
                .filter(asked -> asked.status() == 403)
                .findFirst()
                .map(_ -> "the server refuses the signature: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and"
                        + " OFFHOOK_PUBLIC_URL must be here what they are there");
    }

    private int report(SimulatedCall call, List<String> problems) {
        CallReport.timings(output, call);
        problems.forEach(problem -> output.complain("  " + problem));
        var notices = call.notices().stream().map(Notice::toString).toList();
        notices.forEach(notice -> output.say("  carrier: " + notice));
        var result = new LinkedHashMap<String, Object>();
        result.put("id", call.sid());
        result.put("ok", problems.isEmpty());
        result.put("problems", problems);
        result.put("notices", notices);
        result.put("timings", CallReport.timings(call));
        output.document("result", result);
        output.next("./offhook call --caller billing-dispute    GET /api/calls/" + call.sid());
        return problems.isEmpty() ? 0 : OffhookCommand.FOUND_ERRORS;
    }

    // --- before it rings ---

    private Script script() {
        if (audio.isPresent() && caller.isPresent()) {
            throw new ParameterException(spec.commandLine(), "--audio and --caller: only one of them can speak.");
        }
        if (audio.isEmpty()) {
            return new Script(Optional.of(Playing.named(caller.orElse("order-status"), spec)), Optional.empty());
        }
        try {
            return new Script(Optional.empty(), Optional.of(Clip.load(audio.get())));
        } catch (IOException | RuntimeException e) {
            throw new ParameterException(
                    spec.commandLine(),
                    "--audio: " + audio.get() + (Files.exists(audio.get()) ? " is no WAV file." : " does not exist."),
                    e);
        }
    }

    private void checkNumbersAndFiles() {
        for (var number : List.of(from, to)) {
            try {
                var unused = new PhoneNumber(number);
            } catch (IllegalArgumentException e) {
                throw new ParameterException(spec.commandLine(), "--from and --to: the " + e.getMessage() + ".", e);
            }
        }
        record.map(Path::toAbsolutePath)
                .map(Path::getParent)
                .filter(folder -> !Files.isDirectory(folder))
                .ifPresent(folder -> {
                    throw new ParameterException(
                            spec.commandLine(), "--record: the folder " + folder + " does not exist.");
                });
    }

    /// The caller signs like Twilio, so it needs what the server has.
    private Settings settings() {
        var reading = Settings.read(OffhookCommand.environment(spec));
        var missing = reading.missingForServing(false);
        if (!reading.mistakes().isEmpty()) {
            var all = new ArrayList<Mistake>(reading.mistakes());
            all.addAll(missing);
            throw new ConfigException(all);
        }
        if (!missing.isEmpty()) {
            throw ConfigException.missing(missing);
        }
        return reading.settings();
    }

    private boolean reachable() {
        var host = Optional.ofNullable(server.getHost())
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(), "--server: write it like http://127.0.0.1:8080"));
        int port = server.getPort() >= 0 ? server.getPort() : "https".equals(server.getScheme()) ? 443 : 80;
        try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(host, port), (int) CONNECT.toMillis());
            return true;
        } catch (IOException e) {
            return false;
        }
    }
}
