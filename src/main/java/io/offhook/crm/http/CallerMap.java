package io.offhook.crm.http;

import io.offhook.crm.Caller;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.core.JsonPointer;
import tools.jackson.databind.JsonNode;

/// Where a customer stands in the JSON that a CRM answers.
///
/// @param places  by name; empty = the answer itself is the customer, or a list of one
/// @param results lists that `places` take the first element of: with a second one in it, nobody is meant
record CallerMap(Map<String, JsonPointer> places, Map<String, JsonPointer> results) {

    /// @throws IllegalArgumentException when one of the texts is no JSON pointer
    static CallerMap of(Map<String, String> pointers) {
        var places = new LinkedHashMap<String, JsonPointer>();
        var results = new LinkedHashMap<String, JsonPointer>();
        pointers.forEach((name, text) -> {
            if (!text.startsWith("/")) {
                throw new IllegalArgumentException(
                        "the place of " + name + " is written as a JSON pointer, such as /results/0/" + name);
            }
            places.put(name, JsonPointer.compile(text));
            int first = (text + "/").indexOf("/0/");
            if (first >= 0) {
                results.put(text.substring(0, first), JsonPointer.compile(text.substring(0, first)));
            }
        });
        return new CallerMap(places, results);
    }

    Optional<Caller> caller(JsonNode answer) {
        boolean several =
                results.values().stream().map(answer::at).anyMatch(list -> list.isArray() && list.size() != 1);
        if (several) {
            return Optional.empty();
        }
        var values = new LinkedHashMap<String, String>();
        if (places.isEmpty()) {
            var customer = answer.isArray() && answer.size() == 1 ? answer.get(0) : answer;
            customer.properties().forEach(field -> values.put(name(field.getKey()), text(field.getValue())));
        } else {
            places.forEach((name, place) -> values.put(name, text(answer.at(place))));
        }
        return caller(values);
    }

    private static Optional<Caller> caller(Map<String, String> values) {
        var words = values.getOrDefault("name", "").strip().split("\\s+", 2);
        var first = values.getOrDefault("first_name", "");
        var last = values.getOrDefault("last_name", "");
        boolean whole = first.isBlank() && last.isBlank();
        var caller = Caller.of(
                values.getOrDefault("id", ""),
                whole ? words[0] : first,
                whole && words.length > 1 ? words[1] : last,
                values);
        boolean somebody = !caller.id().isEmpty()
                || !caller.firstName().isEmpty()
                || !caller.lastName().isEmpty();
        return somebody ? Optional.of(caller) : Optional.empty();
    }

    /// A single value as text; anything else is nothing.
    static String text(JsonNode node) {
        return node.isValueNode() && !node.isNull() ? node.asString("") : "";
    }

    /// `firstName` as `first_name`.
    private static String name(String key) {
        return key.replaceAll("(?<=[a-z0-9])([A-Z])", "_$1").toLowerCase(Locale.ROOT);
    }
}
