package io.offhook.agent;

import java.time.Duration;

/// Where patience ends: the whole call, the caller's silence, one tool run, and how many calls run at a time.
public record Limits(Duration call, Duration silence, Duration tool, int concurrent) {
    public static final Limits DEFAULT =
            new Limits(Duration.ofMinutes(10), Duration.ofSeconds(15), Duration.ofSeconds(4), 40);
}
