package io.offhook.tool;

import io.offhook.tool.Tool.Invocation;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Text with `{name}` in it: `caller.x`, `called.x` and `call.x` are facts of the call, a plain name is an argument. Any
/// other brace is a brace, since bodies hold GraphQL and the like. What is not known of a call is nothing; what the
/// model left away is missing.
record Template(String text) {
    private static final Pattern PLACE =
            Pattern.compile("\\{((?:caller|called|call)\\.[a-z_][a-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*)}");

    Set<String> names() {
        return PLACE.matcher(text).results().map(match -> match.group(1)).collect(Collectors.toSet());
    }

    /// Empty when an argument is missing.
    Optional<String> filled(Invocation invocation, UnaryOperator<String> encoding) {
        boolean complete = names().stream().allMatch(name -> value(name, invocation).isPresent());
        return complete ? Optional.of(filledAsFarAsKnown(invocation, encoding)) : Optional.empty();
    }

    /// The value as it is, not as text, when the whole template is one parameter; empty when that one is missing.
    Optional<Object> whole(Invocation invocation) {
        var match = PLACE.matcher(text);
        return match.matches()
                ? value(match.group(1), invocation)
                : Optional.of(filledAsFarAsKnown(invocation, UnaryOperator.identity()));
    }

    /// The same with `x` in every place, to see whether what stands around them will do.
    String sample() {
        return PLACE.matcher(text).replaceAll("x");
    }

    static boolean isFact(String name) {
        return name.contains(".");
    }

    private String filledAsFarAsKnown(Invocation invocation, UnaryOperator<String> encoding) {
        return PLACE.matcher(text)
                .replaceAll(match -> Matcher.quoteReplacement(encoding.apply(
                        value(match.group(1), invocation).orElse("").toString())));
    }

    private static Optional<Object> value(String name, Invocation invocation) {
        return isFact(name)
                ? Optional.of(invocation.facts().getOrDefault(name, ""))
                : Optional.ofNullable(invocation.arguments().get(name));
    }

    /// Without the text: in a header it is a secret.
    @Override
    public String toString() {
        return "Template" + names();
    }
}
