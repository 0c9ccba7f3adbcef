package io.offhook.cli;

import io.offhook.agent.AgentFiles;
import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.twilio.FallbackDocument;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

@Command(
        name = "fallback",
        description = "Prints the document that rings a human when the server is not there.",
        mixinStandardHelpOptions = true)
final class NumberFallbackCommand implements Callable<Integer> {
    private static final String WHERE =
            """
            Keep it where this server's failures can't reach it, and give the number its address:
              1. Twilio console, TwiML Bins (search for it): create one with this document, and copy its URL.
                 A file on any other https host will do, if it answers GET and POST with text/xml.
              2. offhook number connect --fallback URL
                 or by hand: the number's Voice configuration, "Primary handler fails".""";

    @ParentCommand
    @SuppressWarnings("NullAway.Init")
    private NumberCommand parent;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Parameters(arity = "0..*", paramLabel = "agent.yaml", description = "Whose first human it is (or OFFHOOK_AGENT).")
    private List<Path> files = List.of();

    @Option(names = "--dial", paramLabel = "NUMBER", description = "Rings this number in place of the agent's.")
    private Optional<String> dial = Optional.empty();

    @Option(names = "--say", paramLabel = "TEXT", description = "Says this first.")
    private Optional<String> say = Optional.empty();

    @Override
    public Integer call() throws Exception {
        return NumberCommand.run(spec.commandLine().getErr(), () -> {
            var human = dial.isPresent()
                    ? PhoneNumber.parse(dial.get().replaceAll("[ ().-]", ""))
                    : human(files.isEmpty() ? parent.settings().agentFiles() : files, parent.environment());
            spec.commandLine()
                    .getOut()
                    .println(FallbackDocument.of(
                            human.orElseThrow(() -> new Halt(
                                    OffhookCommand.USAGE,
                                    "there is no number to ring: the agent's route has none. Give one:"
                                            + " offhook number fallback --dial +14155550100")),
                            say));
            spec.commandLine().getErr().println(WHERE);
            return 0;
        });
    }

    /// The first number on the default agent's way to a human.
    static Optional<PhoneNumber> human(List<Path> files, Map<String, String> environment) {
        return AgentFiles.load(files, environment).all().stream()
                .flatMap(agent -> Optional.ofNullable(agent.escalation().routes().get(EscalationPolicy.DEFAULT)).stream())
                .flatMap(route -> route.destinations().stream())
                .filter(Destination.Phone.class::isInstance)
                .map(Destination.Phone.class::cast)
                .flatMap(destination -> destination.numbers().stream())
                .findFirst();
    }
}
