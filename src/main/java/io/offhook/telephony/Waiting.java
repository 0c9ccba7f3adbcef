package io.offhook.telephony;

import io.offhook.call.CallId;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalInt;

/// A caller stands in a queue, and the provider asks what to say.
///
/// @param step     the step of the route that the queue is
/// @param position from 1; empty when the provider doesn't say
/// @param waited   how long so far; empty when the provider doesn't say
/// @param key      what the caller has just pressed
public record Waiting(
        CallId call, int step, OptionalInt position, Optional<Duration> waited, Optional<Character> key) {
    @Override
    public String toString() {
        return "Waiting[" + call + ", " + step + "]";
    }
}
