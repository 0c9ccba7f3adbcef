package io.offhook.cli;

import io.offhook.config.Settings;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.State;
import io.offhook.store.StoreException;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcOutbox;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Looks into the outbox of a server, running or not. Shows where messages go and how they fare, never what is in them.
@Command(
        name = "outbox",
        description = "Messages for other systems and people: what waits, and what was given up.",
        mixinStandardHelpOptions = true)
final class OutboxCommand implements Runnable {
    private static final String SCHEMA = "offhook.outbox/1";

    private final Map<String, String> environment;
    private final Clock clock;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    OutboxCommand() {
        this(System.getenv(), Clock.systemUTC());
    }

    OutboxCommand(Map<String, String> environment, Clock clock) {
        this.environment = Map.copyOf(environment);
        this.clock = clock;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What is to be done? For example: offhook outbox ls");
    }

    @Command(name = "ls", description = "Lists messages, oldest first: all that are not done, or those of one state.")
    int ls(
            @Option(names = "--state", paramLabel = "STATE", description = "waiting, claimed, done or dead.")
                    Optional<State> state,
            @Option(names = "--limit", defaultValue = "200", description = "At most so many of a state.") int limit,
            @Option(names = "--json", description = "One JSON document.") boolean json) {
        return with(outbox -> {
            var messages = new ArrayList<OutboxMessage>();
            for (var each : state.map(List::of).orElse(List.of(State.DEAD, State.CLAIMED, State.WAITING))) {
                messages.addAll(outbox.list(Optional.of(each), Math.max(1, limit)));
            }
            if (json) {
                print(document(messages));
            } else {
                messages.forEach(message -> print(line(message)));
                say(summary(messages));
            }
            return 0;
        });
    }

    @Command(name = "retry", description = "Sends dead messages again, as if they were new.")
    int retry(
            @Parameters(arity = "0..*", paramLabel = "ID", description = "Messages as outbox ls shows them.")
                    List<String> ids,
            @Option(names = "--all-dead", description = "All that were given up.") boolean allDead,
            @Option(names = "--dry-run", description = "Shows what would be sent and changes nothing.")
                    boolean dryRun) {
        var named = Optional.ofNullable(ids).orElse(List.of());
        if (named.isEmpty() != allDead) {
            throw new ParameterException(
                    spec.commandLine(), "Name the messages to send again, or say --all-dead. See: offhook outbox ls");
        }
        return with(outbox -> {
            var failed = 0;
            var sent = 0;
            var wanted = allDead
                    ? outbox.list(Optional.of(State.DEAD), Integer.MAX_VALUE).stream()
                            .map(OutboxMessage::id)
                            .toList()
                    : named;
            for (var id : wanted) {
                var dead = outbox.find(id).filter(message -> message.state() == State.DEAD);
                if (dead.isPresent() && (dryRun || outbox.revive(id, clock.instant()))) {
                    print(line(dead.get()));
                    sent++;
                } else {
                    say("offhook: there is no dead message " + id + "; see: offhook outbox ls --state dead");
                    failed++;
                }
            }
            say(sent + (dryRun ? " would be sent again" : " will be sent again by the running server"));
            return failed == 0 ? 0 : OffhookCommand.FOUND_ERRORS;
        });
    }

    private int with(ToIntFunction<Outbox> work) {
        var settings = Settings.from(environment);
        try (var database = Database.open(settings.jdbcUrl().reveal(), Optional.empty(), Optional.empty())) {
            return work.applyAsInt(new JdbcOutbox(database));
        } catch (StoreException e) {
            say("offhook: the store does not answer: " + e.getMessage());
            say("  Check OFFHOOK_JDBC_URL and OFFHOOK_HOME: they must be those of the server.");
            return OffhookCommand.UNREACHABLE;
        }
    }

    private static String line(OutboxMessage message) {
        return String.format(
                        Locale.ROOT,
                        "  %s  %-7s  %-15s  %-7s %s  %s  %s %s  %s",
                        message.id(),
                        message.state().slug(),
                        message.event(),
                        message.kind().slug(),
                        message.target(),
                        message.call(),
                        message.attempts(),
                        message.attempts() == 1 ? "try" : "tries",
                        message.lastError())
                .stripTrailing();
    }

    private static String summary(List<OutboxMessage> messages) {
        if (messages.isEmpty()) {
            return "  nothing there";
        }
        var counts = messages.stream()
                .collect(Collectors.groupingBy(message -> message.state().slug(), Collectors.counting()));
        var text = counts.entrySet().stream()
                .sorted(Map.Entry.comparingByKey())
                .map(count -> count.getValue() + " " + count.getKey())
                .collect(Collectors.joining(", ", "  ", ""));
        return counts.containsKey(State.DEAD.slug()) ? text + "\n  Next: offhook outbox retry --all-dead" : text;
    }

    private static String document(List<OutboxMessage> messages) {
        var document = new LinkedHashMap<String, Object>();
        document.put("schema", SCHEMA);
        document.put("messages", messages.stream().map(OutboxCommand::entry).toList());
        return JsonMapper.shared().writeValueAsString(document);
    }

    private static Map<String, Object> entry(OutboxMessage message) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("id", message.id());
        entry.put("state", message.state().slug());
        entry.put("event", message.event());
        entry.put("call", message.call().value());
        entry.put("sequence", message.sequence());
        entry.put("kind", message.kind().slug());
        entry.put("target", message.target());
        entry.put("key", message.key());
        entry.put("attempts", message.attempts());
        entry.put("error", message.lastError());
        entry.put("created_at", message.createdAt().toString());
        entry.put("next_attempt_at", message.nextAttemptAt().toString());
        return entry;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
    }

    private void say(String text) {
        spec.commandLine().getErr().println(text);
    }
}
