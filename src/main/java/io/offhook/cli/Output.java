package io.offhook.cli;

import java.io.PrintWriter;
import java.util.LinkedHashMap;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.json.JsonMapper;

/// What every command understands, and where its words go: data to standard output, as text or as JSON; messages, and
/// the next command last, to standard error.
final class Output {
    static final String MIXIN = "output";

    @Option(names = "--json", description = "Prints JSON: one document, or one line for each thing that happens.")
    private boolean json;

    @Option(
            names = {"-q", "--quiet"},
            description = "Prints data and errors only.")
    private boolean quiet;

    @Option(
            names = {"-v", "--verbose"},
            description = "Prints the details of an unexpected error.")
    private boolean verbose;

    @Option(names = "--no-input", description = "Never asks anything.")
    private boolean noInput;

    @Spec(Spec.Target.MIXEE)
    @SuppressWarnings("NullAway.Init")
    private CommandSpec command;

    /// The mixin of a command, whatever the command is.
    static boolean verbose(CommandSpec of) {
        var mixin = of.mixins().get(MIXIN);
        return mixin != null && mixin.userObject() instanceof Output output && output.verbose;
    }

    boolean json() {
        return json;
    }

    /// Whether a person may be asked.
    boolean mayAsk() {
        return !noInput && !json && Terminal.interactive();
    }

    /// A line of data for people; nothing with `--json`.
    synchronized void data(String line) {
        if (!json) {
            out().println(line);
        }
    }

    /// A line of data for people, labelled and wrapped; nothing with `--json`.
    synchronized void data(String label, String text) {
        if (!json) {
            Terminal.entry(out(), label, text);
        }
    }

    /// The same with all texts in one column.
    synchronized void data(String label, int margin, String text) {
        if (!json) {
            Terminal.entry(out(), label, margin, text);
        }
    }

    /// What happened, labelled and wrapped for people, or one line of JSON.
    synchronized void entry(String label, String text, String kind, Map<String, ?> event) {
        if (json) {
            document(kind, event);
        } else {
            Terminal.entry(out(), label, text);
        }
    }

    /// A document, or one line of a stream of them; nothing without `--json`.
    ///
    /// @param kind tells the lines of a stream apart; empty for the only document of a command
    synchronized void document(String kind, Map<String, ?> content) {
        if (json) {
            var document = new LinkedHashMap<String, Object>();
            document.put("schema", "offhook." + command.name() + "/1");
            if (!kind.isEmpty()) {
                document.put("kind", kind);
            }
            document.putAll(content);
            out().println(JsonMapper.shared().writeValueAsString(document));
            out().flush();
        }
    }

    /// A message; nothing with `--quiet`.
    synchronized void say(String message) {
        if (!quiet) {
            out().flush();
            err().println(message);
        }
    }

    /// A message, labelled and wrapped; nothing with `--quiet`.
    synchronized void say(String label, String text) {
        if (!quiet) {
            out().flush();
            Terminal.entry(err(), label, text);
        }
    }

    /// The last line: what to do now.
    void next(String what) {
        say("  Next: " + what);
    }

    /// An error; always printed.
    synchronized void complain(String message) {
        out().flush();
        err().println(message);
    }

    private PrintWriter out() {
        return command.commandLine().getOut();
    }

    private PrintWriter err() {
        return command.commandLine().getErr();
    }
}
