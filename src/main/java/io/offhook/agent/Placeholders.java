package io.offhook.agent;

import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// `{caller.first_name}` in instructions, greetings and tool texts, filled at call time. Other braces stay as they are:
/// prompts are full of JSON.
public final class Placeholders {
    private static final Pattern CALLER = Pattern.compile("\\{(caller\\.[a-z_][a-z0-9_]*)}");
    private static final Pattern ANY = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_.]*)}");

    private Placeholders() {}

    /// Replaces each `{caller.x}` by what `values` knows for `caller.x`, or by nothing.
    public static String fillCaller(String text, Function<String, Optional<String>> values) {
        return CALLER.matcher(text)
                .replaceAll(
                        at -> Matcher.quoteReplacement(values.apply(at.group(1)).orElse("")));
    }

    public static boolean mentionsCaller(String text) {
        return CALLER.matcher(text).find();
    }

    /// The names of all `{name}` in the text, `caller.x` included, in order.
    public static Set<String> in(String text) {
        var names = new LinkedHashSet<String>();
        ANY.matcher(text).results().forEach(at -> names.add(at.group(1)));
        return names;
    }

    static boolean isCaller(String name) {
        return CALLER.matcher("{" + name + "}").matches();
    }
}
