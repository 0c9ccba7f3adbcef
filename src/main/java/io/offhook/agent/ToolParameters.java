package io.offhook.agent;

import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The parameters of one tool, on their way from `params:` to a JSON Schema.
final class ToolParameters {
    static final ToolParameters NONE = new ToolParameters(Optional.empty());

    private static final String PATTERN = "tools.*.params.*";
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,63}");
    private static final List<String> TYPES = List.of("string", "integer", "number", "boolean");

    private final Optional<Fields> fields;
    private final Map<String, Parameter> parameters = new LinkedHashMap<>();

    private record Parameter(ObjectNode schema, boolean optional) {}

    private ToolParameters(Optional<Fields> fields) {
        this.fields = fields;
    }

    /// Required strings, for the short form of a tool.
    static ToolParameters derived(Collection<String> names) {
        var derived = new ToolParameters(Optional.empty());
        names.forEach(name -> derived.parameters.put(
                name, new Parameter(JsonNodeFactory.instance.objectNode().put("type", "string"), false)));
        return derived;
    }

    static Optional<ToolParameters> read(Value params) {
        return params.names().map(names -> {
            var read = new ToolParameters(Optional.of(names));
            names.all().forEach((name, value) -> {
                if (!NAME.matcher(name).matches() || name.equals("caller")) {
                    names.mistake(
                            name,
                            "A parameter can't have the name \"" + name + "\".",
                            "Use letters, digits and _; the word caller stands for the caller.");
                }
                read.parameters.put(name, parameter(value));
            });
            return read;
        });
    }

    Set<String> names() {
        return parameters.keySet();
    }

    boolean isOptional(String name) {
        var parameter = parameters.get(name);
        return parameter != null && parameter.optional();
    }

    void mistake(String name, String what, String fix) {
        fields.ifPresent(map -> map.mistake(name, what, fix));
    }

    String schema() {
        var schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        var properties = schema.putObject("properties");
        var required = schema.putArray("required");
        parameters.forEach((name, parameter) -> {
            properties.set(name, parameter.schema());
            if (!parameter.optional()) {
                required.add(name);
            }
        });
        schema.put("additionalProperties", false);
        return JsonMapper.shared().writeValueAsString(schema);
    }

    private static Parameter parameter(Value value) {
        var schema = JsonNodeFactory.instance.objectNode();
        if (value.isScalar()) {
            schema.put("type", "string");
            value.prose().ifPresent(about -> schema.put("description", about));
            return new Parameter(schema, false);
        }
        var optional = value.fields(PATTERN).map(fields -> {
            var type = fields.value("type").flatMap(v -> v.oneOf(TYPES)).orElse("string");
            schema.put("type", type);
            fields.value("about").flatMap(Value::prose).ifPresent(about -> schema.put("description", about));
            fields.value("pattern").ifPresent(v -> pattern(v, type).ifPresent(full -> schema.put("pattern", full)));
            fields.value("enum").ifPresent(v -> choices(v, type, schema));
            return fields.value("optional").flatMap(Value::flag).orElse(false);
        });
        return new Parameter(schema, optional.orElse(false));
    }

    /// The whole argument must match: JSON Schema's own patterns are content with a part.
    private static Optional<String> pattern(Value value, String type) {
        if (!type.equals("string")) {
            value.mistake("A pattern is for strings, but the type is " + type + ".", "Remove one of the two.");
            return Optional.empty();
        }
        return value.text().flatMap(text -> {
            try {
                Pattern.compile(text);
                return Optional.of("^(?:" + text + ")$");
            } catch (PatternSyntaxException bad) {
                value.mistake(
                        value.path() + " is not a regular expression: " + bad.getDescription() + ".",
                        "Write it like \"[A-Z]{2}\\\\d{4}\"; in double quotes a backslash is written twice.");
                return Optional.empty();
            }
        });
    }

    private static void choices(Value value, String type, ObjectNode schema) {
        var read = new ArrayList<>(value.items());
        if (read.isEmpty() || type.equals("boolean")) {
            value.mistake(
                    value.path() + " needs a list of choices.", "Write it like [red, green]; a boolean needs none.");
            return;
        }
        var choices = schema.putArray("enum");
        for (var item : read) {
            switch (type) {
                case "integer" -> item.integer(-999_999_999, 999_999_999).ifPresent(choices::add);
                case "number" -> item.decimal(0, 999_999_999).ifPresent(choices::add);
                default -> item.text().ifPresent(choices::add);
            }
        }
    }
}
