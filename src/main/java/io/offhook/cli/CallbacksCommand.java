package io.offhook.cli;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.config.Settings;
import io.offhook.store.StoreException;
import io.offhook.store.Wish;
import io.offhook.store.Wishes;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcWishes;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToIntFunction;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// Looks at the callers who want to be called back, and takes wishes back. Works beside a server, running or not.
@Command(
        name = "callbacks",
        description = "Callers who want to be called back: who waits, and what became of the others.",
        mixinStandardHelpOptions = true)
final class CallbacksCommand implements Runnable {
    private static final String SCHEMA = "offhook.callbacks/1";

    private final Map<String, String> environment;
    private final Clock clock;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    CallbacksCommand() {
        this(System.getenv(), Clock.systemUTC());
    }

    CallbacksCommand(Map<String, String> environment, Clock clock) {
        this.environment = Map.copyOf(environment);
        this.clock = clock;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What is to be done? For example: offhook callbacks ls");
    }

    @Command(name = "ls", description = "Lists those who wait, oldest first. Whole numbers and the words of the consent"
            + " are in the JSON only.")
    int ls(
            @Option(names = "--all", description = "Also those that are settled.") boolean all,
            @Option(names = "--limit", defaultValue = "200", description = "At most so many of each.") int limit,
            @Option(names = "--json", description = "One JSON document.") boolean json) {
        return with(wishes -> {
            var found = new ArrayList<Wish>();
            if (all) {
                found.addAll(wishes.list(true, Math.max(1, limit)));
            }
            var waiting = wishes.list(false, Math.max(1, limit));
            found.addAll(waiting);
            if (json) {
                print(document(found));
            } else {
                found.forEach(wish -> print(line(wish)));
                say(waiting.isEmpty() ? "  nobody waits" : "  " + waiting.size() + " not settled");
            }
            return 0;
        });
    }

    @Command(name = "cancel", description = "Takes wishes back. Two who talk already are not parted.")
    int cancel(
            @Parameters(arity = "1..*", paramLabel = "CALL", description = "Calls as callbacks ls shows them.")
                    List<String> calls) {
        return with(wishes -> {
            int failed = 0;
            for (var call : calls) {
                if (!known(call).map(id -> wishes.cancel(id, clock.instant())).orElse(false)) {
                    say("offhook: nobody waits to be called back for " + call + "; see: offhook callbacks ls");
                    failed++;
                }
            }
            say("  " + (calls.size() - failed) + " canceled");
            return failed == 0 ? 0 : OffhookCommand.FOUND_ERRORS;
        });
    }

    private static Optional<CallId> known(String call) {
        try {
            return Optional.of(new CallId(call));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private int with(ToIntFunction<Wishes> work) {
        var settings = Settings.from(environment);
        try (var database = Database.open(settings.jdbcUrl().reveal(), Optional.empty(), Optional.empty())) {
            return work.applyAsInt(new JdbcWishes(database));
        } catch (StoreException e) {
            say("offhook: the store does not answer: " + e.getMessage());
            say("  Check OFFHOOK_JDBC_URL and OFFHOOK_HOME: they must be those of the server.");
            return OffhookCommand.UNREACHABLE;
        }
    }

    private static String line(Wish wish) {
        return String.format(
                        Locale.ROOT,
                        "  %s  %-10s  %s  asked %s  %d %s  %s",
                        wish.call(),
                        wish.state().slug(),
                        wish.number().map(PhoneNumber::toString).orElse("erased"),
                        wish.askedAt(),
                        wish.tries(),
                        wish.tries() == 1 ? "try" : "tries",
                        wish.result())
                .stripTrailing();
    }

    private static String document(List<Wish> wishes) {
        var document = new LinkedHashMap<String, Object>();
        document.put("schema", SCHEMA);
        document.put("callbacks", wishes.stream().map(CallbacksCommand::entry).toList());
        return JsonMapper.shared().writeValueAsString(document);
    }

    private static Map<String, Object> entry(Wish wish) {
        var entry = new LinkedHashMap<String, Object>();
        entry.put("call", wish.call().value());
        entry.put("state", wish.state().slug());
        wish.number().ifPresent(number -> entry.put("number", number.e164()));
        entry.put("called", wish.called().e164());
        entry.put("route", wish.route());
        entry.put("language", wish.language());
        wish.number().ifPresent(_ -> entry.put("consent", wish.consent()));
        entry.put("spoken", wish.spoken());
        entry.put("asked_at", wish.askedAt().toString());
        entry.put("tries", wish.tries());
        entry.put("result", wish.result());
        wish.finishedAt().ifPresent(at -> entry.put("finished_at", at.toString()));
        return entry;
    }

    private void print(String text) {
        spec.commandLine().getOut().println(text);
    }

    private void say(String text) {
        spec.commandLine().getErr().println(text);
    }
}
