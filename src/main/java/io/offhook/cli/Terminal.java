package io.offhook.cli;

import java.io.PrintWriter;
import java.time.Duration;
import java.util.Locale;

/// How things are printed for people.
final class Terminal {
    private Terminal() {}

    /// Colours only for a terminal that shows them and a person who wants them.
    static boolean colourful() {
        return interactive()
                && System.getenv("NO_COLOR") == null
                && !"dumb".equals(System.getenv("TERM"));
    }

    /// Whether a person sits there.
    @SuppressWarnings("SystemConsoleNull") // JDK 25 gives null again without a terminal.
    static boolean interactive() {
        var console = System.console();
        return console != null && console.isTerminal();
    }

    static String dim(String text) {
        return colourful() ? "\u001b[2m" + text + "\u001b[0m" : text;
    }

    static String bold(String text) {
        return colourful() ? "\u001b[1m" + text + "\u001b[0m" : text;
    }

    static String clock(Duration at) {
        long tenths = at.toMillis() / 100;
        return String.format(Locale.ROOT, "%02d:%02d.%d", tenths / 600, tenths / 10 % 60, tenths % 10);
    }

    static String millis(Duration took) {
        return took.toMillis() < 10_000
                ? took.toMillis() + " ms"
                : String.format(Locale.ROOT, "%.1f s", took.toMillis() / 1000.0);
    }

    /// Prints `label` and a text that is wrapped to 80 columns under itself; beside a label that leaves too little room,
    /// it begins in the next line, as far in as `margin`.
    static void entry(PrintWriter out, String label, int margin, String text) {
        if (label.length() > margin) {
            out.println(label.stripTrailing());
            entry(out, " ".repeat(margin), text);
        } else {
            entry(out, label + " ".repeat(margin - label.length()), text);
        }
    }

    /// Prints `label` and a text that is wrapped to 80 columns under itself.
    static void entry(PrintWriter out, String label, String text) {
        int width = 80 - label.length();
        var rest = new StringBuilder(label);
        var line = new StringBuilder();
        for (var word : text.strip().split("\\s+")) {
            if (line.length() > 0 && line.length() + 1 + word.length() > width) {
                out.println(rest.append(line));
                rest = new StringBuilder(" ".repeat(label.length()));
                line = new StringBuilder();
            }
            line.append(line.length() > 0 ? " " : "").append(word);
        }
        out.println(rest.append(line));
        out.flush();
    }
}
