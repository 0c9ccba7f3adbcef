package io.offhook.cli;

import io.offhook.config.ConfigException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.Set;
import java.util.UUID;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// `offhook` itself: names the commands, and says how each of their failures ends.
@Command(
        name = "offhook",
        description = "A voice agent on your phone line that takes every caller who needs it to a human.",
        mixinStandardHelpOptions = true,
        versionProvider = VersionCommand.Provider.class,
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:well",
            "1:errors were found, or something unexpected happened",
            "2:usage, or a bad agent.yaml or setting",
            "3:keys or other settings are missing, or were refused",
            "4:somebody can't be reached",
            "130:interrupted"
        },
        footer = {"", "Try it with no account:  offhook demo"})
public final class OffhookCommand implements Runnable {
    public static final int FOUND_ERRORS = 1;
    public static final int USAGE = 2;
    public static final int CREDENTIALS = 3;
    public static final int UNREACHABLE = 4;
    public static final int INTERRUPTED = 130;

    /// In the order in which help lists them.
    private static final SequencedMap<String, Class<?>> COMMANDS = new LinkedHashMap<>();

    static {
        COMMANDS.put("demo", DemoCommand.class);
        COMMANDS.put("serve", ServeCommand.class);
        COMMANDS.put("call", CallCommand.class);
        COMMANDS.put("number", NumberCommand.class);
        COMMANDS.put("check", CheckCommand.class);
        COMMANDS.put("callbacks", CallbacksCommand.class);
        COMMANDS.put("outbox", OutboxCommand.class);
        COMMANDS.put("customers", CustomersCommand.class);
        COMMANDS.put("schema", SchemaCommand.class);
        COMMANDS.put("version", VersionCommand.class);
        COMMANDS.put("completion", CompletionCommand.class);
        COMMANDS.put("warm", WarmCommand.class);
        COMMANDS.put("help", CommandLine.HelpCommand.class);
    }

    /// They speak of all the others.
    private static final Set<String> OF_ALL = Set.of("completion", "help");

    private final Map<String, String> environment;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /// @param environment stands for the process's own
    OffhookCommand(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    public OffhookCommand() {
        this(System.getenv());
    }

    /// What a command takes its settings from.
    static Map<String, String> environment(CommandSpec command) {
        return command.root().userObject() instanceof OffhookCommand offhook ? offhook.environment : System.getenv();
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What is to be done? For example: offhook demo");
    }

    /// Runs a command line to its end.
    ///
    /// @return the exit code
    public static int execute(String... arguments) {
        return execute(
                System.getenv(),
                new PrintWriter(System.out, true, StandardCharsets.UTF_8),
                new PrintWriter(System.err, true, StandardCharsets.UTF_8),
                arguments);
    }

    static int execute(Map<String, String> environment, PrintWriter out, PrintWriter err, String... arguments) {
        var line = line(environment, arguments);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(out);
        line.setErr(err);
        if (!Terminal.colourful()) {
            line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        line.setExecutionExceptionHandler((failure, command, _) -> failed(failure, command));
        try {
            return line.execute(arguments);
        } finally {
            out.flush();
            err.flush();
        }
    }

    /// All commands, run by none.
    public static CommandLine all() {
        return line(Map.of());
    }

    /// Knows only the command that is asked for, where it is asked for by name: picocli takes half a second to read them
    /// all, for which a caller may wait when the server starts.
    private static CommandLine line(Map<String, String> environment, String... arguments) {
        var line = new CommandLine(new OffhookCommand(environment));
        var first = arguments.length == 0 ? "" : arguments[0];
        if (COMMANDS.containsKey(first) && !OF_ALL.contains(first)) {
            return line.addSubcommand(COMMANDS.get(first));
        }
        COMMANDS.values().forEach(line::addSubcommand);
        return line;
    }

    private static int failed(Exception failure, CommandLine command) {
        var err = command.getErr();
        return switch (failure) {
            case ConfigException mistakes -> {
                err.println(mistakes.getMessage());
                yield mistakes.onlyMissing() ? CREDENTIALS : USAGE;
            }
            case InterruptedException _ -> INTERRUPTED;
            default -> {
                var reference = UUID.randomUUID().toString().substring(0, 8);
                boolean verbose = Output.verbose(command.getCommandSpec());
                err.println("offhook: " + command.getCommandName() + " stopped on an unexpected "
                        + failure.getClass().getSimpleName() + " (reference " + reference + ")"
                        + (verbose ? ":" : "; run it again with -v, and report what it prints."));
                if (verbose) {
                    failure.printStackTrace(err);
                }
                yield FOUND_ERRORS;
            }
        };
    }
}
