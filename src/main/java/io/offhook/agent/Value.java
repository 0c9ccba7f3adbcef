package io.offhook.agent;

import com.google.i18n.phonenumbers.NumberParseException;
import com.google.i18n.phonenumbers.PhoneNumberUtil;
import com.google.i18n.phonenumbers.PhoneNumberUtil.PhoneNumberType;
import io.offhook.config.HumanDuration;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;

/// One value of agent.yaml with its place. Each reading method gives the value in the wanted type or files a mistake
/// and gives nothing, so that reading always goes on. Messages quote the file, never a value from the environment.
final class Value {
    private static final Pattern VARIABLE =
            Pattern.compile("\\$\\$\\{|\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)(?<or>:-(?<default>[^}]*))?}|\\$\\{");
    private static final Pattern E164 = Pattern.compile("\\+[1-9]\\d{6,14}");
    /// A bare `${NAME}` has a tag of its own in this YAML library.
    private static final Set<Tag> TEXT = Set.of(Tag.STR, Tag.ENV_TAG);

    private static final int QUOTE_MAX = 40;
    private static final int WORD_MAX = 500;

    private final Source source;
    private final String path;
    private final Node node;

    Value(Source source, String path, Node node) {
        this.source = source;
        this.path = path;
        this.node = node;
    }

    String path() {
        return path;
    }

    boolean isScalar() {
        return node instanceof ScalarNode;
    }

    boolean isMap() {
        return node instanceof MappingNode;
    }

    boolean isList() {
        return node instanceof SequenceNode;
    }

    /// Nothing stands after the key.
    boolean isEmpty() {
        return node instanceof ScalarNode scalar
                && scalar.isPlain()
                && (scalar.getValue().isEmpty() || scalar.getTag().equals(Tag.NULL));
    }

    void mistake(String what, String fix) {
        source.mistake(node, what, fix);
    }

    void notYet(String what) {
        mistake(
                what + " is not yet available.",
                "Remove it: nothing in this file is ever ignored in silence.");
    }

    /// What is read, if that files no mistake: whoever looks at it more closely would report the same again.
    <T> Optional<T> unlessMistaken(Supplier<Optional<T>> reading) {
        var before = source.mistakes().size();
        var read = reading.get();
        return read.filter(_ -> source.mistakes().size() == before);
    }

    /// Any scalar as text, with the environment filled in.
    Optional<String> raw() {
        if (!(node instanceof ScalarNode scalar)) {
            mistake(path + " must be a single value, not a " + (isMap() ? "map" : "list") + ".", "Write one value.");
            return Optional.empty();
        }
        if (isEmpty()) {
            mistake(path + " is empty.", "Give it a value, or remove the key.");
            return Optional.empty();
        }
        return filled(scalar.getValue());
    }

    /// A word or a sentence. Numbers and true/false must be quoted, as the JSON Schema demands as well.
    Optional<String> text() {
        if (node instanceof ScalarNode && !isEmpty() && !TEXT.contains(node.getTag())) {
            mistake(path + " must be text, but " + quoted() + " is none.", "Put it in quotes.");
            return Optional.empty();
        }
        return raw().filter(text -> {
            if (text.isBlank()) {
                mistake(path + " is blank.", "Give it a value, or remove the key.");
            }
            return !text.isBlank();
        });
    }

    /// Text for people or models: given here, or in a file by `file:`. Files are taken as they are; the environment
    /// is not filled in there, so that prompts hold no secrets.
    Optional<String> prose() {
        return text().flatMap(text -> text.startsWith("file:")
                ? source.include(node, text.substring("file:".length()))
                : Optional.of(text.strip()));
    }

    Optional<String> matching(Pattern pattern, String fix) {
        return text().filter(text -> {
            // Java matches repeated groups by recursion: a long text must not reach them.
            var right = text.length() <= WORD_MAX && pattern.matcher(text).matches();
            if (!right) {
                mistake(path + " can't be " + quoted() + ".", fix);
            }
            return right;
        });
    }

    Optional<String> oneOf(List<String> words) {
        return raw().filter(text -> {
            if (!words.contains(text)) {
                mistake(
                        path + " can't be " + quoted() + "." + didYouMean(text, words),
                        "Use one of: " + String.join(", ", words) + ".");
            }
            return words.contains(text);
        });
    }

    Optional<Boolean> flag() {
        return plain().flatMap(text -> switch (text) {
            case "true" -> Optional.of(true);
            case "false" -> Optional.of(false);
            default -> {
                mistake(path + " must be true or false, not " + quoted() + ".", "Write it without quotes.");
                yield Optional.empty();
            }
        });
    }

    Optional<Integer> integer(int min, int max) {
        return plain().flatMap(text -> {
            if (text.matches("-?\\d{1,9}")) {
                var number = Integer.parseInt(text);
                if (number >= min && number <= max) {
                    return Optional.of(number);
                }
            }
            mistake(
                    path + " must be a whole number from " + min + " to " + max + ", not " + quoted() + ".",
                    "Write it without quotes and without a unit.");
            return Optional.empty();
        });
    }

    Optional<Double> decimal(double min, double max) {
        return plain().flatMap(text -> {
            if (text.matches("\\d{1,9}(\\.\\d{1,9})?")) {
                var number = Double.parseDouble(text);
                if (number >= min && number <= max) {
                    return Optional.of(number);
                }
            }
            mistake(
                    path + " must be a number from " + min + " to " + max + ", not " + quoted() + ".",
                    "Write it like 0.5, without quotes.");
            return Optional.empty();
        });
    }

    Optional<Duration> duration(Duration min, Duration max) {
        return raw().flatMap(text -> {
            var duration = HumanDuration.parse(text);
            if (duration.isEmpty()) {
                mistake(
                        path + " must be a duration, but " + quoted() + " is none.",
                        "Write a number with its unit, such as 400ms, 15s, 10m or 1h30m.");
            } else if (duration.get().compareTo(min) < 0 || duration.get().compareTo(max) > 0) {
                mistake(
                        path + " is out of range: " + quoted() + ".",
                        "Use " + HumanDuration.print(min) + " to " + HumanDuration.print(max) + ".");
                return Optional.empty();
            }
            return duration;
        });
    }

    /// A number in E.164 form that can exist and isn't a premium-rate one.
    Optional<String> phone() {
        return raw().filter(text -> {
            var problem = phoneProblem(text);
            problem.ifPresent(what -> mistake(
                    path + ": " + quoted() + " " + what + ".",
                    "Write an ordinary number with + and country code, such as \"+14155550100\"."));
            return problem.isEmpty();
        });
    }

    private static Optional<String> phoneProblem(String text) {
        if (!E164.matcher(text).matches()) {
            return Optional.of("is not a phone number in E.164 form");
        }
        try {
            var numbers = PhoneNumberUtil.getInstance();
            var number = numbers.parse(text, null);
            if (!numbers.isPossibleNumber(number)) {
                return Optional.of("is not a possible phone number");
            }
            if (numbers.getNumberType(number) == PhoneNumberType.PREMIUM_RATE) {
                return Optional.of("is a premium-rate number");
            }
            return Optional.empty();
        } catch (NumberParseException _) {
            return Optional.of("is not a possible phone number");
        }
    }

    /// The map behind a key that agent.yaml knows; `pattern` is the key's path in [Keys].
    Optional<Fields> fields(String pattern) {
        return map().map(map -> Fields.known(source, pattern, path, map));
    }

    /// A map whose keys are names of the operator's choice.
    Optional<Fields> names() {
        return map().map(map -> Fields.free(source, path, map));
    }

    List<Value> items() {
        if (node instanceof SequenceNode list) {
            var items = new ArrayList<Value>();
            for (var item : list.getValue()) {
                items.add(new Value(source, path, item));
            }
            return items;
        }
        mistake(path + " must be a list.", "Write it like [one, two].");
        return List.of();
    }

    /// Free-form data as maps, lists, strings, numbers and booleans.
    Optional<Object> data() {
        return switch (node) {
            case MappingNode map -> {
                Map<String, Object> data = new LinkedHashMap<>();
                Fields.free(source, path, map)
                        .all()
                        .forEach((name, value) -> value.data().ifPresent(inner -> data.put(name, inner)));
                yield Optional.of(data);
            }
            case SequenceNode list ->
                Optional.of(list.getValue().stream()
                        .flatMap(item -> new Value(source, path, item).data().stream())
                        .toList());
            default -> raw().map(this::typed);
        };
    }

    private Object typed(String text) {
        try {
            if (node.getTag().equals(Tag.BOOL)) {
                return Boolean.valueOf(text);
            }
            if (node.getTag().equals(Tag.INT)) {
                return Long.valueOf(text);
            }
            if (node.getTag().equals(Tag.FLOAT)) {
                return Double.valueOf(text);
            }
        } catch (NumberFormatException _) {
            mistake(path + ": " + quoted() + " is too large a number.", "Put it in quotes to send it as text.");
        }
        return text;
    }

    private Optional<MappingNode> map() {
        if (node instanceof MappingNode map) {
            return Optional.of(map);
        }
        mistake(path + " must be a map of keys.", "Write it like { key: value }, or indent its keys below it.");
        return Optional.empty();
    }

    /// A scalar that must not be in quotes.
    private Optional<String> plain() {
        if (node instanceof ScalarNode scalar
                && !scalar.isPlain()
                && !scalar.getValue().startsWith("${")) {
            mistake(path + " is text, but a bare value is needed.", "Write it without quotes.");
            return Optional.empty();
        }
        return raw();
    }

    private Optional<String> filled(String text) {
        if (!text.contains("${")) {
            return Optional.of(text);
        }
        var filled = new StringBuilder();
        var complete = true;
        var end = 0;
        for (var at = VARIABLE.matcher(text); at.find(); ) {
            filled.append(text, end, at.start());
            end = at.end();
            var name = at.group("name");
            if (at.group().equals("$${")) {
                filled.append("${");
            } else if (name == null) {
                mistake(
                        "${ is not followed by the name of a variable and }.",
                        "Write ${NAME} or ${NAME:-default}; $${ stands for ${ itself.");
                complete = false;
            } else {
                var value = source.environment(name).or(() -> Optional.ofNullable(at.group("default")));
                if (value.isEmpty()) {
                    mistake(
                            "The environment variable " + name + " is not set.",
                            "Set it, or give a default: ${" + name + ":-default}.");
                    complete = false;
                }
                filled.append(value.orElse(""));
            }
        }
        filled.append(text, end, text.length());
        return complete ? Optional.of(filled.toString()) : Optional.empty();
    }

    /// What the file says here, shortened.
    String quoted() {
        var text = node instanceof ScalarNode scalar ? scalar.getValue().strip().replaceAll("\\s+", " ") : "this";
        return "\"" + (text.length() > QUOTE_MAX ? text.substring(0, QUOTE_MAX) + "…" : text) + "\"";
    }

    static String didYouMean(String word, Collection<String> known) {
        return Spelling.nearest(word, known)
                .map(nearest -> " Did you mean " + nearest + "?")
                .orElse("");
    }
}
