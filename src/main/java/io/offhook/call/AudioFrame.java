package io.offhook.call;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;

/// A stretch of G.711 mu-law audio (8 kHz, mono, 8 bytes a millisecond), kept as the base64 text that both wires use.
/// The bytes are never copied again after construction and must not be changed. Any thread may read it.
public final class AudioFrame {
    /// Decoded bytes in one millisecond.
    public static final int BYTES_PER_MILLI = 8;

    private final byte[] base64;

    private AudioFrame(byte[] base64) {
        this.base64 = base64;
    }

    /// Takes ownership of the base64 text (ASCII bytes, padded, no line breaks).
    public static AudioFrame ofBase64(byte[] base64) {
        return new AudioFrame(base64);
    }

    /// Encodes raw mu-law bytes.
    public static AudioFrame ofMuLaw(byte[] muLaw) {
        return new AudioFrame(Base64.getEncoder().encode(muLaw));
    }

    /// A recording, cut into frames of a fifth of a second.
    public static List<AudioFrame> frames(byte[] muLaw) {
        int size = 200 * BYTES_PER_MILLI;
        var frames = new ArrayList<AudioFrame>();
        for (int at = 0; at < muLaw.length; at += size) {
            frames.add(ofMuLaw(Arrays.copyOfRange(muLaw, at, Math.min(muLaw.length, at + size))));
        }
        return List.copyOf(frames);
    }

    /// Mu-law silence (0xFF), `millis` long.
    public static AudioFrame silence(long millis) {
        var bytes = new byte[Math.toIntExact(Math.max(1, millis) * BYTES_PER_MILLI)];
        Arrays.fill(bytes, (byte) 0xFF);
        return ofMuLaw(bytes);
    }

    /// The base64 text as ASCII bytes; not a copy.
    public byte[] base64() {
        return base64;
    }

    /// Number of mu-law bytes that the text stands for.
    public int size() {
        int length = base64.length;
        if (length == 0) {
            return 0;
        }
        int padding = base64[length - 1] == '=' ? (length > 1 && base64[length - 2] == '=' ? 2 : 1) : 0;
        return length / 4 * 3 + length % 4 * 3 / 4 - padding;
    }

    /// Playing time in milliseconds, rounded down.
    public long millis() {
        return size() / BYTES_PER_MILLI;
    }

    /// The raw mu-law bytes; a new array.
    public byte[] muLaw() {
        return Base64.getDecoder().decode(base64);
    }

    @Override
    public String toString() {
        return "AudioFrame[" + millis() + " ms]";
    }
}
