package io.offhook.cli;

import io.offhook.config.ConfigException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import picocli.AutoComplete;
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
        subcommands = {
            DemoCommand.class,
            ServeCommand.class,
            CallCommand.class,
            CheckCommand.class,
            SchemaCommand.class,
            VersionCommand.class,
            WarmCommand.class,
            CommandLine.HelpCommand.class
        },
        footer = {"", "Try it with no account:  offhook demo"})
public final class OffhookCommand implements Runnable {
    public static final int FOUND_ERRORS = 1;
    public static final int USAGE = 2;
    public static final int CREDENTIALS = 3;
    public static final int UNREACHABLE = 4;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "What is to be done? For example: offhook demo");
    }

    /// Runs a command line to its end.
    ///
    /// @return the exit code
    public static int execute(String... arguments) {
        var line = new CommandLine(new OffhookCommand());
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setOut(new PrintWriter(System.out, true, StandardCharsets.UTF_8));
        line.setErr(new PrintWriter(System.err, true, StandardCharsets.UTF_8));
        if (!Terminal.colourful()) {
            line.setColorScheme(CommandLine.Help.defaultColorScheme(CommandLine.Help.Ansi.OFF));
        }
        line.addSubcommand("completion", new AutoComplete.GenerateCompletion());
        line.setExecutionExceptionHandler((failure, command, _) -> {
            if (failure instanceof ConfigException mistakes) {
                command.getErr().println(mistakes.getMessage());
                boolean keys = mistakes.mistakes().stream().allMatch(m -> m.where().equals("environment"));
                return keys ? CREDENTIALS : USAGE;
            }
            command.getErr().println("offhook: " + failure.getMessage());
            failure.printStackTrace(command.getErr());
            return FOUND_ERRORS;
        });
        return line.execute(arguments);
    }
}
