package io.offhook.cli;

import io.offhook.telephony.twilio.TwilioNumber;
import io.offhook.telephony.twilio.TwilioRest;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "list",
        description = "Lists the account's numbers and who answers them.",
        mixinStandardHelpOptions = true)
final class NumberListCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private NumberCommand parent;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        return NumberCommand.run(spec.commandLine().getErr(), () -> {
            try (var rest = TwilioRest.of(parent.settings().twilio())) {
                var numbers = NumberCommand.need(rest.numbers());
                if (json) {
                    print(numbers);
                } else {
                    table(numbers);
                }
                return 0;
            }
        });
    }

    private void print(List<TwilioNumber> numbers) {
        var document = NumberCommand.json();
        var list = document.putArray("numbers");
        for (var number : numbers) {
            list.addObject()
                    .put("number", number.number().e164())
                    .put("sid", number.sid())
                    .put("name", number.friendlyName())
                    .put("voice", number.voice())
                    .put("voice_url", number.webhooks().voiceUrl())
                    .put("voice_fallback_url", number.webhooks().fallbackUrl())
                    .put("status_callback", number.webhooks().statusUrl())
                    .put("connected", connected(number))
                    .put("override", number.override().orElse(""));
        }
        spec.commandLine().getOut().println(document.toPrettyString());
    }

    private void table(List<TwilioNumber> numbers) {
        var out = spec.commandLine().getOut();
        for (var number : numbers) {
            out.println("  " + number.number().e164() + "  " + answers(number));
        }
        var next = numbers.isEmpty()
                ? "The account has no number yet: buy one in the Twilio console, under Phone Numbers."
                : "Next: offhook number connect " + numbers.getFirst().number().e164();
        spec.commandLine().getErr().println(next);
    }

    private String answers(TwilioNumber number) {
        if (!number.voice()) {
            return "takes no calls";
        }
        if (number.override().isPresent()) {
            return "TwiML App or SIP trunk: webhooks ignored";
        }
        var url = number.webhooks().voiceUrl();
        return (url.isEmpty() ? "answered by nobody" : url) + (connected(number) ? "  (connected from here)" : "");
    }

    private boolean connected(TwilioNumber number) {
        return parent.saved()
                .find(number.sid())
                .filter(saved -> saved.after().sameAs(number.webhooks()))
                .isPresent();
    }
}
