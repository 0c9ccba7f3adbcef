package io.offhook.call;

import java.time.Duration;
import java.util.Optional;

/// Why an engine session could not be had or went away. `slug()` is stored and used as a metric tag.
///
/// @param retryAfter how long the engine asked to be left alone (HTTP 429)
public record EngineFault(Kind kind, Optional<Duration> retryAfter) {

    /// The closed set of engine faults.
    public enum Kind {
        UNREACHABLE,
        TIMEOUT,
        TLS,
        AUTH,
        RATE,
        SERVER_ERROR,
        PROTOCOL,
        MUTE,
        STALL,
        CLOSED,
        EXPIRED,
        REPLY_FAILED,
        /// It asks for tools again and again, and never speaks.
        LOOPING
    }

    public static EngineFault of(Kind kind) {
        return new EngineFault(kind, Optional.empty());
    }

    /// For example `engine_unreachable`.
    public String slug() {
        return kind == Kind.SERVER_ERROR
                ? "engine_5xx"
                : "engine_" + kind.name().toLowerCase(java.util.Locale.ROOT);
    }
}
