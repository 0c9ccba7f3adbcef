package io.offhook.cli;

import io.offhook.telephony.twilio.NumberConnection;
import io.offhook.telephony.twilio.TwilioNumber;
import io.offhook.telephony.twilio.TwilioRest;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "disconnect",
        description = "Gives a number back the settings that it had before it was connected.",
        mixinStandardHelpOptions = true)
final class NumberDisconnectCommand implements Callable<Integer> {
    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private NumberCommand parent;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..1", paramLabel = "NUMBER", description = "The number, where the account has several.")
    private Optional<String> wanted = Optional.empty();

    @Option(names = "--dry-run", description = "Shows what would change, and changes nothing.")
    private boolean dryRun;

    @Option(names = "--force", description = "Restores also when somebody has changed the number since.")
    private boolean force;

    @Option(names = "--json", description = "Prints one JSON document.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        return NumberCommand.run(spec.commandLine().getErr(), () -> {
            try (var rest = TwilioRest.of(parent.settings().twilio())) {
                var number = NumberCommand.choose(rest, wanted);
                return dryRun ? show(number) : restore(rest, number);
            }
        });
    }

    private int show(TwilioNumber number) {
        var saved = parent.saved().find(number.sid()).orElseThrow(() -> neverConnected(number));
        NumberConnection.changesBetween(number.webhooks(), saved.before()).forEach(change -> spec.commandLine()
                .getErr()
                .println("  " + change.what() + ": " + change.from() + " -> " + change.to()));
        report(number, false);
        return 0;
    }

    private int restore(TwilioRest rest, TwilioNumber number) {
        var connection = new NumberConnection(rest, parent.saved());
        return switch (NumberCommand.need(connection.disconnect(number, force))) {
            case NumberConnection.Undone.Restored(var now) -> {
                var answered = now.voiceUrl().isEmpty() ? "nobody" : now.voiceUrl();
                spec.commandLine().getErr().println("  restored: calls are answered by " + answered);
                report(number, true);
                yield 0;
            }
            case NumberConnection.Undone.NeverConnected _ -> throw neverConnected(number);
            case NumberConnection.Undone.ChangedSince _ ->
                throw new Halt(
                        OffhookCommand.FOUND_ERRORS,
                        number.number().e164() + " was changed since it was connected, so it is left as it is. What it"
                                + " had before is in " + parent.saved().file(number.sid())
                                + "; to restore that anyway: offhook number disconnect --force");
        };
    }

    private Halt neverConnected(TwilioNumber number) {
        return new Halt(
                OffhookCommand.FOUND_ERRORS,
                number.number().e164() + " was not connected from here: nothing is saved in "
                        + parent.saved().file(number.sid()));
    }

    private void report(TwilioNumber number, boolean done) {
        var out = spec.commandLine().getOut();
        if (json) {
            out.println(NumberCommand.json()
                    .put("number", number.number().e164())
                    .put("sid", number.sid())
                    .put("connected", !done)
                    .put("dry_run", dryRun)
                    .toPrettyString());
        } else {
            out.println(number.number().e164());
        }
    }
}
