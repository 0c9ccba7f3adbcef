package io.offhook.simulator;

import java.time.Duration;

/// One stretch of what the caller heard: a sentence of the network's voice, a played file, or audio from the stream
/// without a gap in it. Prints no words.
public final class Heard {
    /// Where the sound came from.
    public enum Source {
        SAY,
        PLAY,
        STREAM
    }

    private final Source source;
    private final Duration from;
    private final Duration length;
    private final String words;
    private final byte[] audio;

    Heard(Source source, Duration from, Duration length, String words, byte[] audio) {
        this.source = source;
        this.from = from;
        this.length = length;
        this.words = words;
        this.audio = audio;
    }

    public Source source() {
        return source;
    }

    public Duration from() {
        return from;
    }

    public Duration until() {
        return from.plus(length);
    }

    public Duration length() {
        return length;
    }

    /// The text of a Say, as far as it was heard; the address of a Play; empty for a stream.
    public String words() {
        return words;
    }

    /// Mu-law bytes really played; empty for a Say.
    public byte[] audio() {
        return audio.clone();
    }

    int audioSize() {
        return audio.length;
    }

    @Override
    public String toString() {
        return source + "[" + from + " to " + until() + "]";
    }
}
