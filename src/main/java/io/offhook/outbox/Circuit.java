package io.offhook.outbox;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// What is known of a receiver's health. After a few failures in a row it is left alone for a while, and then asked with
/// one message at a time until it answers, so that a dead receiver costs next to nothing. Immutable; time is an argument.
record Circuit(int failures, Instant restUntil) {
    private static final int TOLERATED = 5;
    private static final Duration SHORTEST_REST = Duration.ofSeconds(5);
    private static final Duration LONGEST_REST = Duration.ofMinutes(5);
    static final Circuit CLOSED = new Circuit(0, Instant.MIN);

    /// How many messages may be on the way at once.
    int room(int usual, Instant now) {
        if (now.isBefore(restUntil)) {
            return 0;
        }
        return failures < TOLERATED ? usual : 1;
    }

    Circuit succeeded() {
        return CLOSED;
    }

    /// @param wait how long the receiver asked to be left in peace
    Circuit failed(Instant now, Optional<Duration> wait) {
        if (now.isBefore(restUntil)) {
            // Was on the way when the rest began, so it tells nothing new.
            return this;
        }
        int more = failures + 1;
        var rest = more < TOLERATED ? Duration.ZERO : rest(more - TOLERATED);
        var asked = wait.orElse(Duration.ZERO);
        return new Circuit(more, now.plus(asked.compareTo(rest) > 0 ? asked : rest));
    }

    private static Duration rest(int times) {
        var doubled = SHORTEST_REST.multipliedBy(1L << Math.min(20, times));
        return doubled.compareTo(LONGEST_REST) > 0 ? LONGEST_REST : doubled;
    }
}
