package io.offhook.call;

import java.time.Duration;
import java.util.Objects;

/// What the engine charged for one reply or transcription: tokens, or the length of the speech. Cached tokens are a
/// part of the input tokens.
///
/// @param transcribed speech that was charged by its length, to a millisecond; zero where tokens were charged
public record Usage(
        String model,
        long textIn,
        long audioIn,
        long cachedTextIn,
        long cachedAudioIn,
        long textOut,
        long audioOut,
        Duration transcribed) {

    public Usage {
        // One that was stored by an earlier version has none.
        transcribed = Objects.requireNonNullElse(transcribed, Duration.ZERO);
    }

    /// Tokens.
    public Usage(
            String model,
            long textIn,
            long audioIn,
            long cachedTextIn,
            long cachedAudioIn,
            long textOut,
            long audioOut) {
        this(model, textIn, audioIn, cachedTextIn, cachedAudioIn, textOut, audioOut, Duration.ZERO);
    }

    /// Speech of this length.
    public static Usage ofSpeech(String model, Duration transcribed) {
        return new Usage(model, 0, 0, 0, 0, 0, 0, transcribed);
    }

    boolean hasTokens() {
        return textIn + audioIn + textOut + audioOut > 0;
    }
}
