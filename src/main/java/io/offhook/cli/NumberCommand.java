package io.offhook.cli;

import io.offhook.call.PhoneNumber;
import io.offhook.config.Settings;
import io.offhook.telephony.twilio.RestAnswer;
import io.offhook.telephony.twilio.SavedWebhooks;
import io.offhook.telephony.twilio.TwilioNumber;
import io.offhook.telephony.twilio.TwilioRest;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// `offhook number`: what its subcommands share. They take the environment and the signals from here, so that tests can
/// give their own.
@Command(
        name = "number",
        description = "Lists the account's phone numbers, and points one at this server and back.",
        mixinStandardHelpOptions = true,
        subcommands = {
            NumberListCommand.class,
            NumberConnectCommand.class,
            NumberDisconnectCommand.class,
            NumberFallbackCommand.class
        })
final class NumberCommand implements Runnable {
    static final String SCHEMA = "offhook.number/1";
    static final JsonMapper JSON = JsonMapper.builder().build();

    private final Map<String, String> environment;
    private final Consumer<Runnable> interrupts;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    NumberCommand() {
        this(System.getenv(), told -> List.of("INT", "TERM", "HUP").forEach(signal -> Signals.on(signal, told)));
    }

    /// @param interrupts lets a command know when it is told to stop
    NumberCommand(Map<String, String> environment, Consumer<Runnable> interrupts) {
        this.environment = Map.copyOf(environment);
        this.interrupts = interrupts;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What is to be done? For example: offhook number list");
    }

    Map<String, String> environment() {
        return environment;
    }

    /// The environment with another public address.
    Settings settings(String publicUrl) {
        var changed = new HashMap<>(environment);
        changed.put("OFFHOOK_PUBLIC_URL", publicUrl);
        return Settings.from(changed);
    }

    Settings settings() {
        return Settings.from(environment);
    }

    SavedWebhooks saved() {
        return new SavedWebhooks(settings().home().resolve("numbers"));
    }

    void onInterrupt(Runnable told) {
        interrupts.accept(told);
    }

    /// Runs a subcommand to its end; what stops it is said in one place.
    static int run(PrintWriter err, Callable<Integer> body) throws Exception {
        try {
            return body.call();
        } catch (Halt halt) {
            err.println("offhook: " + halt.why());
            return halt.exitCode();
        }
    }

    static ObjectNode json() {
        return JSON.createObjectNode().put("schema", SCHEMA);
    }

    /// The answer's value.
    ///
    /// @throws Halt when there is none
    static <T> T need(RestAnswer<T> answer) {
        return answer.ok().orElseThrow(() -> new Halt(exitCode(answer), answer.problem()));
    }

    static int exitCode(RestAnswer<?> answer) {
        return switch (answer) {
            case RestAnswer.Ok<?> _ -> 0;
            case RestAnswer.Refused<?> _ -> OffhookCommand.CREDENTIALS;
            case RestAnswer.Busy<?> _, RestAnswer.Unreachable<?> _ -> OffhookCommand.UNREACHABLE;
            case RestAnswer.Gone<?> _, RestAnswer.Rejected<?> _ -> OffhookCommand.FOUND_ERRORS;
        };
    }

    /// The number that is meant: the given one, or the only one there is.
    static TwilioNumber choose(TwilioRest rest, Optional<String> wanted) {
        if (wanted.isPresent()) {
            var e164 = wanted.get().replaceAll("[ ().-]", "");
            var number = PhoneNumber.parse(e164)
                    .orElseThrow(() -> new Halt(
                            OffhookCommand.USAGE,
                            "\"" + wanted.get() + "\" is no phone number. Write it with + and the country code, such as"
                                    + " +14155550100."));
            return need(rest.number(number))
                    .orElseThrow(() -> new Halt(
                            OffhookCommand.FOUND_ERRORS,
                            e164 + " is not a number of this account. See which are: offhook number list"));
        }
        var numbers =
                need(rest.numbers()).stream().filter(TwilioNumber::voice).toList();
        if (numbers.isEmpty()) {
            throw new Halt(
                    OffhookCommand.FOUND_ERRORS,
                    "the account has no number that takes calls. Buy one in the Twilio console (Phone Numbers > Buy a"
                            + " number, with Voice), then come back.");
        }
        if (numbers.size() > 1) {
            throw new Halt(
                    OffhookCommand.USAGE,
                    "which number? The account has "
                            + numbers.stream().map(each -> each.number().e164()).collect(Collectors.joining(", ")));
        }
        return numbers.getFirst();
    }
}
