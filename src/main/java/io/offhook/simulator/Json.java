package io.offhook.simulator;

import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Short forms for building and reading the engine's JSON.
final class Json {
    static final JsonMapper MAPPER = JsonMapper.builder().build();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private Json() {}

    static ObjectNode object() {
        return NODES.objectNode();
    }

    static ObjectNode object(String type) {
        return NODES.objectNode().put("type", type);
    }

    static ArrayNode array(JsonNode... elements) {
        var array = NODES.arrayNode();
        for (var element : elements) {
            array.add(element);
        }
        return array;
    }

    /// The text at a path, or "" where there is none.
    static String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isString() ? value.stringValue() : "";
    }

    static boolean given(JsonNode node, String field) {
        return node.has(field) && !node.path(field).isNull();
    }

    /// The bytes of a base64 text; nothing when it is not one.
    static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
