package io.offhook.telephony;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What a caller in a queue hears next.
///
/// @param music how long until the provider is to ask again; empty: the caller leaves the queue, and the provider asks
///              `Switchboard.next`
public record Hold(List<String> say, String language, Optional<Duration> music) {
    public static final Duration USUAL = Duration.ofSeconds(16);

    public Hold {
        say = List.copyOf(say);
    }

    /// For when nobody knows better: the place in the queue is kept.
    public static Hold usual() {
        return new Hold(List.of(), "", Optional.of(USUAL));
    }

    public static Hold leave() {
        return new Hold(List.of(), "", Optional.empty());
    }
}
