package io.offhook.agent;

import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `{caller.first_name}` and the like in instructions, greetings and tool texts, filled from the facts of a call:
/// `caller.` and any word, `called.number`, `call.id`. Other braces stay as they are: prompts are full of JSON.
public final class Placeholders {
    private static final String NAME = "(caller\\.[a-z_][a-z0-9_]*|called\\.number|call\\.id)";
    private static final Pattern FACT = Pattern.compile("\\{" + NAME + "}");
    /// With what would hang in the air when nothing is said there: "Welcome back, {caller.first_name}!"
    private static final Pattern FACT_IN_SPEECH = Pattern.compile("(?:,?\\s+)?\\{" + NAME + "}");
    private static final Pattern ANY = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_.]*)}");
    private static final int FACT_MAX = 500;

    private Placeholders() {}

    /// The text with each fact in its place; what is not known is nothing.
    public static String fill(String text, Map<String, String> facts) {
        return FACT.matcher(text)
                .replaceAll(at ->
                        Matcher.quoteReplacement(fact(at.group(1), facts).orElse("")));
    }

    /// The text with each fact in its place; empty when one of them is not known.
    public static Optional<String> fillWhole(String text, Map<String, String> facts) {
        boolean known = FACT.matcher(text)
                .results()
                .allMatch(at -> fact(at.group(1), facts).isPresent());
        return known ? Optional.of(fill(text, facts)) : Optional.empty();
    }

    /// The text as one would say it knowing nothing: "Welcome back!" of "Welcome back, {caller.first_name}!".
    public static String withoutFacts(String text) {
        return FACT_IN_SPEECH.matcher(text).replaceAll("").strip().replaceFirst("^[,;:.!?]\\s*", "");
    }

    public static boolean mentionsFacts(String text) {
        return FACT.matcher(text).find();
    }

    /// The names of all `{name}` in the text, facts included, in order.
    public static Set<String> in(String text) {
        var names = new LinkedHashSet<String>();
        ANY.matcher(text).results().forEach(at -> names.add(at.group(1)));
        return names;
    }

    static boolean isFact(String name) {
        return FACT.matcher("{" + name + "}").matches();
    }

    /// Facts come from callers and other systems: one short line each, whatever they hold.
    private static Optional<String> fact(String name, Map<String, String> facts) {
        return Optional.ofNullable(facts.get(name))
                .map(value -> value.replaceAll("[\\p{Cntrl}\\p{Zl}\\p{Zp}]+", " ").strip())
                .map(value -> value.length() > FACT_MAX ? value.substring(0, FACT_MAX) : value)
                .filter(value -> !value.isEmpty());
    }
}
