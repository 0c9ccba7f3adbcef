package io.offhook.simulator;

import io.vertx.core.MultiMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The parameters of one REST request, held against those that the resource has. Twilio ignores a name that it does not
/// know; here it is refused, since a misspelt parameter is a mistake that nobody would notice.
final class RestForm {
    private static final Set<String> METHODS = Set.of("GET", "POST");
    private final MultiMap values;

    private RestForm(MultiMap values) {
        this.values = values;
    }

    static RestForm of(MultiMap values, Set<String> known) throws CarrierRefusal {
        for (var name : values.names()) {
            if (!known.contains(name)) {
                throw new CarrierRefusal(400, 20001, "Unknown parameter " + name);
            }
        }
        var form = new RestForm(values);
        for (var name : values.names()) {
            var value = form.filled(name).orElse("");
            if (name.endsWith("Method") && !value.isEmpty() && !METHODS.contains(value)) {
                throw new CarrierRefusal(400, 20001, name + " must be GET or POST");
            }
            if (holdsUrl(name) && !value.isEmpty() && !value.matches("(?i)https?://[^\\s/]+\\S*")) {
                throw new CarrierRefusal(400, 21205, name + " is not a valid URL: " + value);
            }
        }
        return form;
    }

    private static boolean holdsUrl(String name) {
        return name.endsWith("Url") || name.endsWith("StatusCallback");
    }

    /// The value, where one was given and is not empty.
    Optional<String> filled(String name) {
        return Optional.ofNullable(values.get(name)).filter(text -> !text.isEmpty());
    }

    boolean has(String name) {
        return values.contains(name);
    }

    List<String> all(String name) {
        return values.getAll(name);
    }

    int number(String name, int otherwise, int least, int most) throws CarrierRefusal {
        var text = filled(name);
        if (text.isEmpty()) {
            return otherwise;
        }
        if (!text.get().matches("\\d{1,9}")
                || Integer.parseInt(text.get()) < least
                || Integer.parseInt(text.get()) > most) {
            throw new CarrierRefusal(400, 20001, name + " must be a number from " + least + " to " + most);
        }
        return Integer.parseInt(text.get());
    }

    Map<String, String> toMap() {
        var map = new LinkedHashMap<String, String>();
        values.forEach(each -> map.put(each.getKey(), each.getValue()));
        return map;
    }
}
