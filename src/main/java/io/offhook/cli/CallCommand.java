package io.offhook.cli;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.Clip;
import io.offhook.simulator.Humans;
import io.offhook.simulator.SimulatedCarrier;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
        name = "call",
        description = "Rings any Offhook server over Twilio's wire format, without Twilio.",
        mixinStandardHelpOptions = true)
final class CallCommand implements Callable<Integer> {
    @Option(names = "--caller", paramLabel = "NAME", description = "A canned caller, such as order-status.")
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

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public Integer call() throws IOException {
        var account = environment("TWILIO_ACCOUNT_SID");
        var token = environment("TWILIO_AUTH_TOKEN").split(",", 2)[0].strip();
        var publicUrl = URI.create(environment("OFFHOOK_PUBLIC_URL").replaceAll("/+$", ""));
        var canned = audio.isPresent() ? Optional.<CannedCaller>empty() : Optional.of(chosen());
        var out = System.out;
        try (var carrier = SimulatedCarrier.builder()
                .account(account, token)
                .voiceUrl(publicUrl + "/voice/incoming")
                .statusCallback(publicUrl + "/voice/status")
                .reach(publicUrl, server)
                .humans(new Humans())
                .observe(step -> CallReport.network(out, step))
                .start()) {
            var call = carrier.ring(Caller.of(from, to));
            var problems = 0;
            if (canned.isPresent()) {
                var verdict = canned.get().play(call, _ -> {});
                verdict.problems().forEach(problem -> System.err.println("  " + problem));
                problems = verdict.problems().size();
            } else {
                call.await(CallStep.StreamOpened.class, Duration.ofSeconds(15));
                call.awaitHeard(Duration.ofSeconds(1), Duration.ofSeconds(10));
                call.say(Clip.load(audio.orElseThrow()));
                try {
                    call.awaitEnded(Duration.ofSeconds(stay));
                } catch (RuntimeException stillTalking) {
                    call.hangUp();
                    call.awaitEnded(Duration.ofSeconds(10));
                }
            }
            CallReport.timings(out, call);
            if (record.isPresent()) {
                call.record(record.get());
                out.println("  Recorded    " + record.get());
            }
            call.notices().forEach(notice -> System.err.println("  carrier: " + notice));
            return problems == 0 && call.alarms().isEmpty() ? 0 : OffhookCommand.FOUND_ERRORS;
        }
    }

    private CannedCaller chosen() {
        var name = caller.orElse("order-status");
        return CannedCaller.named(name)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "There is no caller \"" + name + "\". There are: "
                                + CannedCaller.all().stream()
                                        .map(CannedCaller::name)
                                        .collect(Collectors.joining(", "))));
    }

    private String environment(String name) {
        var value = System.getenv(name);
        if (value == null || value.isBlank()) {
            throw new ParameterException(
                    spec.commandLine(),
                    name + " is missing. Set it to what the server has: the caller signs like Twilio.");
        }
        return value.strip();
    }
}
