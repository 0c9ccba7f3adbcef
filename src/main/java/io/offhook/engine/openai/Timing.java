package io.offhook.engine.openai;

import java.time.Duration;

/// How long a session waits for what.
///
/// @param handshake for a connection, all in all
/// @param beat      how often signs of life are counted. While the caller speaks the engine has nothing to say, so
///                  after two silent beats a ping goes out, whose answer is the proof; after four the session is lost
record Timing(Duration handshake, Duration beat) {
    static final Timing USUAL = new Timing(Duration.ofSeconds(3), Duration.ofSeconds(1));
    static final int PING_BEATS = 2;
    static final int LOST_BEATS = 4;

    /// The longest that a dead connection goes unnoticed.
    Duration lostWithin() {
        return beat.multipliedBy(LOST_BEATS);
    }
}
