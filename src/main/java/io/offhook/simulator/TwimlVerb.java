package io.offhook.simulator;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One element of a document that has passed the schema.
record TwimlVerb(String name, Map<String, String> attributes, String text, List<TwimlVerb> children) {
    Optional<String> attribute(String wanted) {
        return Optional.ofNullable(attributes.get(wanted));
    }

    /// Empty for an absent attribute and for an empty one: an empty URL means "none" in most places.
    Optional<String> filled(String wanted) {
        return attribute(wanted).map(String::strip).filter(value -> !value.isEmpty());
    }

    String or(String wanted, String otherwise) {
        return attributes.getOrDefault(wanted, otherwise);
    }

    int number(String wanted, int otherwise) {
        return filled(wanted).map(Integer::parseInt).orElse(otherwise);
    }

    Optional<TwimlVerb> child(String wanted) {
        return children.stream().filter(each -> each.name().equals(wanted)).findFirst();
    }
}
