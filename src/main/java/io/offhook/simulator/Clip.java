package io.offhook.simulator;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Locale;

/// A piece of sound in mu-law, with the words in it where they are known (a simulated caller knows what it says).
/// Immutable; prints its length, never its words.
public final class Clip {
    private final byte[] muLaw;
    private final String words;

    private Clip(byte[] muLaw, String words) {
        this.muLaw = muLaw;
        this.words = words;
    }

    public static Clip of(byte[] muLaw) {
        return new Clip(muLaw.clone(), "");
    }

    public static Clip of(byte[] muLaw, String words) {
        return new Clip(muLaw.clone(), words);
    }

    /// Reads a `.wav` file; any other name is taken for raw mu-law.
    public static Clip load(Path file) throws IOException {
        var bytes = Files.readAllBytes(file);
        var name = file.toString().toLowerCase(Locale.ROOT);
        return name.endsWith(".wav") ? WavFile.read(bytes).toClip() : new Clip(bytes, "");
    }

    public static Clip silence(Duration length) {
        var bytes = new byte[bytesFor(length)];
        Arrays.fill(bytes, MuLaw.SILENCE);
        return new Clip(bytes, "");
    }

    /// A steady tone: loud enough to be heard, and found again in a recording by its pitch.
    public static Clip tone(int frequencyHz, Duration length) {
        var bytes = new byte[bytesFor(length)];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = MuLaw.encode((int) (8_000 * Math.sin(2 * Math.PI * frequencyHz * i / MuLaw.SAMPLE_RATE_HZ)));
        }
        return new Clip(bytes, "");
    }

    public Clip saying(String theseWords) {
        return new Clip(muLaw, theseWords);
    }

    public Clip then(Clip next) {
        var both = Arrays.copyOf(muLaw, muLaw.length + next.muLaw.length);
        System.arraycopy(next.muLaw, 0, both, muLaw.length, next.muLaw.length);
        return new Clip(both, (words + " " + next.words).strip());
    }

    public byte[] muLaw() {
        return muLaw.clone();
    }

    public String words() {
        return words;
    }

    public Duration length() {
        return Duration.ofNanos(muLaw.length * 125_000L);
    }

    int size() {
        return muLaw.length;
    }

    /// Copies what lies in `[from, from + count)` of this clip to `target`.
    void copy(int from, byte[] target, int at, int count) {
        System.arraycopy(muLaw, from, target, at, count);
    }

    @Override
    public String toString() {
        return "Clip[" + length() + "]";
    }

    private static int bytesFor(Duration length) {
        return Math.toIntExact(length.toMillis() * MuLaw.BYTES_PER_MS);
    }
}
