package io.offhook.engine.openai;

import java.time.Duration;

/// How long a session waits for what.
///
/// @param handshake for a connection, all in all
/// @param beat      how often signs of life are counted; a ping goes out every third beat, and after four beats
///                  without any sign the session counts as lost
record Timing(Duration handshake, Duration beat) {
    static final Timing USUAL = new Timing(Duration.ofSeconds(3), Duration.ofSeconds(5));
}
