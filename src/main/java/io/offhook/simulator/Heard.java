package io.offhook.simulator;

import java.time.Duration;
import java.util.Arrays;

/// One stretch of what the caller heard: a sentence of the network's voice, a played file, or audio from the stream
/// without a gap in it, or all that the others said in a conference. Prints no words.
public final class Heard {
    /// Where the sound came from.
    public enum Source {
        SAY,
        PLAY,
        STREAM,
        CONFERENCE
    }

    private static final Duration FRAME = Duration.ofMillis(20);
    private static final int FRAME_BYTES = 20 * MuLaw.BYTES_PER_MS;

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

    /// How much of it was more than silence.
    public Duration audible() {
        int frames = 0;
        for (int at = 0; at + FRAME_BYTES <= audio.length; at += FRAME_BYTES) {
            frames += MuLaw.audible(Arrays.copyOfRange(audio, at, at + FRAME_BYTES)) ? 1 : 0;
        }
        return FRAME.multipliedBy(frames);
    }

    int audioSize() {
        return audio.length;
    }

    @Override
    public String toString() {
        return source + "[" + from + " to " + until() + "]";
    }
}
