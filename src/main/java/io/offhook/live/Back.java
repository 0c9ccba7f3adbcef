package io.offhook.live;

import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import io.offhook.store.Fact;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// The caller has come back to the agent. Nodes' clocks differ, so it is said from which handoff, and not when.
///
/// @param note for the agent
/// @param from when the handoff was made
record Back(Turn note, Instant from) {
    private static final Pattern FROM = Pattern.compile("\\{\"handoff\":(\\d{1,18})}");

    /// Whether the caller has come back from this handoff.
    boolean leaves(Handoff handoff) {
        return same(handoff, from);
    }

    /// In milliseconds, as they are stored.
    static boolean same(Handoff handoff, Instant from) {
        return handoff.at().toEpochMilli() == from.toEpochMilli();
    }

    /// How it is stored.
    String detail() {
        return "{\"handoff\":" + from.toEpochMilli() + "}";
    }

    /// From which handoff the caller has come back, if this is what has happened.
    static Optional<Instant> from(Fact.Happened event) {
        return Optional.of(FROM.matcher(event.detail()))
                .filter(found -> event.kind().equals(Logbook.RETURNED) && found.matches())
                .map(found -> Instant.ofEpochMilli(Long.parseLong(found.group(1))));
    }
}
