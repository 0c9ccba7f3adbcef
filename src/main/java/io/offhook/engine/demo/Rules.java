package io.offhook.engine.demo;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.regex.Pattern;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The rules of a dialogue, as a YAML file gives them. Immutable.
record Rules(
        List<String> greeting,
        List<String> stillThere,
        List<String> notUnderstood,
        List<String> unknown,
        List<Rule> rules,
        List<Rule> notes,
        List<ResultRule> results) {

    /// How one kind of caller's turn is answered.
    ///
    /// @param offered a tool without which the rule does not count
    record Rule(
            String name,
            List<Pattern> when,
            Optional<String> expecting,
            Optional<String> offered,
            List<String> say,
            List<String> call,
            Map<String, String> with,
            List<String> otherwise,
            Optional<String> expect,
            boolean keep) {}

    /// How one kind of tool result is answered.
    record ResultRule(
            List<String> tools,
            Map<List<String>, Pattern> conditions,
            List<String> say,
            List<String> call,
            Map<String, String> with,
            Optional<String> expect) {}

    static Rules fromResources() {
        try (var in = Objects.requireNonNull(Rules.class.getResourceAsStream("dialogue.yaml"))) {
            return read(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Rules read(InputStream yaml) {
        var settings = LoadSettings.builder().setLabel("dialogue.yaml").build();
        var file = map(new Load(settings).loadFromInputStream(yaml));
        return new Rules(
                texts(file, "greeting"),
                texts(file, "still-there"),
                texts(file, "not-understood"),
                texts(file, "unknown"),
                list(file, "rules").stream().map(Rules::rule).toList(),
                list(file, "notes").stream().map(Rules::rule).toList(),
                list(file, "results").stream().map(Rules::result).toList());
    }

    private static Rule rule(Object node) {
        var rule = map(node);
        return new Rule(
                text(rule, "name").orElse("unnamed"),
                texts(rule, "when").stream().map(Rules::pattern).toList(),
                text(rule, "expecting"),
                text(rule, "offered"),
                texts(rule, "say"),
                texts(rule, "call"),
                textMap(rule, "with"),
                texts(rule, "otherwise"),
                text(rule, "expect"),
                text(rule, "keep").map(Boolean::parseBoolean).orElse(false));
    }

    private static ResultRule result(Object node) {
        var rule = map(node);
        var conditions = new LinkedHashMap<List<String>, Pattern>();
        textMap(rule, "if").forEach((fields, value) -> conditions.put(List.of(fields.split("\\|")), pattern(value)));
        return new ResultRule(
                texts(rule, "tools"),
                conditions,
                texts(rule, "say"),
                texts(rule, "call"),
                textMap(rule, "with"),
                text(rule, "expect"));
    }

    private static Pattern pattern(String text) {
        return Pattern.compile(text, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE | Pattern.UNICODE_CHARACTER_CLASS);
    }

    private static Map<?, ?> map(Object node) {
        return node instanceof Map<?, ?> map ? map : Map.of();
    }

    private static List<?> list(Map<?, ?> node, String key) {
        return node.get(key) instanceof List<?> list ? list : List.of();
    }

    private static List<String> texts(Map<?, ?> node, String key) {
        return list(node, key).stream().map(String::valueOf).toList();
    }

    private static Optional<String> text(Map<?, ?> node, String key) {
        return Optional.ofNullable(node.get(key)).map(String::valueOf);
    }

    private static Map<String, String> textMap(Map<?, ?> node, String key) {
        var texts = new LinkedHashMap<String, String>();
        map(Objects.requireNonNullElse(node.get(key), Map.of()))
                .forEach((name, value) -> texts.put(String.valueOf(name), String.valueOf(value)));
        return texts;
    }
}
