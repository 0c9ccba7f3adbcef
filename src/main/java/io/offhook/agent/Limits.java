package io.offhook.agent;

import io.offhook.call.Money;
import java.time.Duration;
import java.util.Optional;

/// Where patience ends: the whole call, the caller's silence, one tool run, and how many calls run at a time.
///
/// @param cost the most that a call may cost; empty when that is no matter
public record Limits(Duration call, Duration silence, Duration tool, int concurrent, Optional<Money> cost) {
    public static final Limits DEFAULT = new Limits(
            Duration.ofMinutes(10), Duration.ofSeconds(15), Duration.ofSeconds(4), 40, Optional.empty());
}
