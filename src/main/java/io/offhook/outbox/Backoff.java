package io.offhook.outbox;

import java.time.Duration;
import java.util.random.RandomGenerator;

/// How long a message waits for its next attempt: twice as long each time, up to a limit, and of that a random share
/// between a half and the whole, so that messages that failed together do not come back together.
record Backoff(Duration first, Duration longest) {
    static final Backoff USUAL = new Backoff(Duration.ofSeconds(1), Duration.ofHours(1));

    /// @param attempts made so far, at least 1
    Duration after(int attempts, RandomGenerator random) {
        long whole = whole(attempts).toMillis();
        return Duration.ofMillis(whole - random.nextLong(whole / 2 + 1));
    }

    private Duration whole(int attempts) {
        // 2^40 seconds are longer than any limit, and 2^63 would overflow.
        var doubled = first.multipliedBy(1L << Math.min(40, attempts - 1));
        return doubled.compareTo(longest) > 0 ? longest : doubled;
    }
}
