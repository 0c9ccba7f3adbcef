package io.offhook.simulator;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// Whose TwiML runs: the caller's, or that of a person who was dialled. A person presses `key` when asked for one.
record Leg(Line line, Role role, Supplier<Map<String, String>> parameters, Optional<Character> key) {
    /// Where a document runs decides which verbs it may hold.
    enum Role {
        CALLER,
        WAITING,
        CALLEE
    }

    /// The same caller while the document of a queue plays.
    Leg waiting(Map<String, String> queue) {
        return new Leg(line, Role.WAITING, () -> with(parameters.get(), queue), key);
    }

    static Map<String, String> with(Map<String, String> form, Map<String, String> more) {
        var all = new LinkedHashMap<>(form);
        all.putAll(more);
        return all;
    }
}
