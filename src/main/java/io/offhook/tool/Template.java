package io.offhook.tool;

import io.offhook.tool.Tool.Invocation;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Text with `{name}` in it: a name with a dot is a fact of the call, any other is an argument.
record Template(String text) {
    private static final Pattern PLACE = Pattern.compile("\\{([A-Za-z_][A-Za-z0-9_.-]*)}");

    Template {
        if (PLACE.matcher(text).replaceAll("").chars().anyMatch(c -> c == '{' || c == '}')) {
            throw new IllegalArgumentException("a parameter is written {name}: " + text);
        }
    }

    Set<String> names() {
        return PLACE.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toSet());
    }

    /// Empty when one of the values is missing.
    Optional<String> filled(Invocation invocation, UnaryOperator<String> encoding) {
        for (var name : names()) {
            if (value(name, invocation).isEmpty()) {
                return Optional.empty();
            }
        }
        return Optional.of(PLACE.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(encoding.apply(
                        value(match.group(1), invocation).orElse("").toString()))));
    }

    /// The value as it is, not as text, when the whole template is one parameter.
    Optional<Object> whole(Invocation invocation) {
        var match = PLACE.matcher(text);
        return match.matches()
                ? value(match.group(1), invocation)
                : filled(invocation, UnaryOperator.identity()).map(Object.class::cast);
    }

    static boolean isFact(String name) {
        return name.contains(".");
    }

    private static Optional<Object> value(String name, Invocation invocation) {
        return isFact(name)
                ? Optional.ofNullable(invocation.facts().get(name))
                : Optional.ofNullable(invocation.arguments().get(name));
    }
}
