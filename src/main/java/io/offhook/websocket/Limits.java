package io.offhook.websocket;

import java.time.Duration;

/// What one WebSocket may cost us.
///
/// @param maxMessageBytes the largest message taken, over all its fragments; a larger one closes with 1009
/// @param closeWait how long a peer may take to answer a close, and to let go of the connection after it
public record Limits(int maxMessageBytes, Duration closeWait) {
    public Limits {
        if (maxMessageBytes < 125) {
            throw new IllegalArgumentException("max message size must be at least 125 bytes, not " + maxMessageBytes);
        }
        if (closeWait.isNegative() || closeWait.isZero()) {
            throw new IllegalArgumentException("close wait must be positive, not " + closeWait);
        }
    }

    /// For a socket that we dial, to a peer that sends long messages: 4 MiB a message, one second for a close.
    public static Limits dialling() {
        return new Limits(4 << 20, Duration.ofSeconds(1));
    }
}
