package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import java.util.Base64;
import java.util.Optional;

/// For an engine that insists on another audio format than ours: PCM 16-bit at 24 kHz, or A-law. One per session and
/// direction, since it keeps the end of the last frame.
final class Transcoder {
    private static final int RATIO = 3;

    private final Format format;
    private int carry;
    private double before;

    enum Format {
        PCMU,
        PCMA,
        PCM_24K;

        /// The format with this name on the wire; empty for one that we don't know.
        static Optional<Format> named(String type) {
            return switch (type) {
                case "", "audio/pcmu" -> Optional.of(PCMU);
                case "audio/pcma" -> Optional.of(PCMA);
                case "audio/pcm" -> Optional.of(PCM_24K);
                default -> Optional.empty();
            };
        }
    }

    Transcoder(Format format) {
        this.format = format;
    }

    boolean needed() {
        return format != Format.PCMU;
    }

    /// From the engine's format to mu-law.
    AudioFrame toMuLaw(AudioFrame frame) {
        if (!needed()) {
            return frame;
        }
        var in = frame.muLaw();
        return AudioFrame.ofMuLaw(format == Format.PCMA ? fromALaw(in) : fromPcm(in));
    }

    private static byte[] fromALaw(byte[] in) {
        var out = new byte[in.length];
        for (int i = 0; i < in.length; i++) {
            out[i] = G711.toMuLaw(G711.fromALaw(in[i]));
        }
        return out;
    }

    /// Every third sample of a running mean over three: enough of a low-pass for speech.
    private byte[] fromPcm(byte[] in) {
        int samples = in.length / 2;
        var out = new byte[(carry + samples) / RATIO];
        int written = 0;
        for (int i = 0; i < samples; i++) {
            short sample = (short) ((in[2 * i] & 0xFF) | in[2 * i + 1] << 8);
            before += sample;
            if (++carry == RATIO) {
                out[written++] = G711.toMuLaw((int) (before / RATIO));
                carry = 0;
                before = 0;
            }
        }
        return out;
    }

    /// From mu-law to the engine's format, as base64 text.
    byte[] fromMuLaw(AudioFrame frame) {
        if (!needed()) {
            return frame.base64();
        }
        var in = frame.muLaw();
        if (format == Format.PCMA) {
            var out = new byte[in.length];
            for (int i = 0; i < in.length; i++) {
                out[i] = G711.toALaw(G711.fromMuLaw(in[i]));
            }
            return Base64.getEncoder().encode(out);
        }
        var out = new byte[in.length * RATIO * 2];
        for (int i = 0; i < in.length; i++) {
            double sample = G711.fromMuLaw(in[i]);
            for (int step = 1; step <= RATIO; step++) {
                int value = (int) (before + (sample - before) * step / RATIO);
                int at = (i * RATIO + step - 1) * 2;
                out[at] = (byte) value;
                out[at + 1] = (byte) (value >> 8);
            }
            before = sample;
        }
        return Base64.getEncoder().encode(out);
    }
}
