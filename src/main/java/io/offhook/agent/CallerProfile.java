package io.offhook.agent;

import io.offhook.config.Secret;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// How callers are recognised while the phone rings.
///
/// @param lookup      empty = by the customers in Offhook's own database
/// @param headers     sent with every request here; all of them go to one host
/// @param timeout     after which the caller counts as unknown
/// @param greeting    for a caller of whom all that it names is known
/// @param interaction files each call
/// @param note        adds a note to a filed call
public record CallerProfile(
        Optional<Lookup> lookup,
        Map<String, Secret> headers,
        Duration timeout,
        Optional<String> greeting,
        Optional<Filing> interaction,
        Optional<Request> note) {

    public CallerProfile {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
    }

    /// One request.
    ///
    /// @param url  a template whose scheme and host are free of placeholders
    /// @param body JSON object as nested maps, lists, strings, numbers and booleans
    public record Request(String method, String url, Optional<Map<String, Object>> body) {
        /// Without path, query and body: each may hold a key that came from the environment.
        @Override
        public String toString() {
            return "Request[" + method + " " + url.replaceFirst("(?<=[^:/])[/?].*", "") + "]";
        }
    }

    /// @param map JSON pointers into the answer by name; empty = the answer is the customer
    public record Lookup(Request request, Map<String, String> map) {
        public Lookup {
            map = Collections.unmodifiableMap(new LinkedHashMap<>(map));
        }
    }

    /// @param id JSON pointer to the id in the answer
    public record Filing(Request request, String id) {}
}
