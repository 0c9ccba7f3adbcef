package io.offhook.telephony.twilio;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// What a caller hears in a queue between two announcements: a soft bar of broken chords that may be repeated without a
/// seam. Made here, so that it belongs to nobody else. Immutable; any thread.
final class HoldMusic {
    static final Duration LENGTH = Duration.ofSeconds(4);

    private static final int SAMPLE_RATE_HZ = 8_000;
    private static final int HEADER = 44;
    private static final double LOUDNESS = 0.12;

    /// A minor seventh and a suspended fourth, each up and down again; half a second a note.
    private static final double[] NOTES_HZ = {220.00, 261.63, 329.63, 392.00, 196.00, 261.63, 293.66, 392.00};

    private HoldMusic() {}

    /// A WAV file: 16 bit, mono, 8 kHz.
    static byte[] wav() {
        int samples = (int) (LENGTH.toMillis() * SAMPLE_RATE_HZ / 1_000);
        var file = ByteBuffer.allocate(HEADER + 2 * samples).order(ByteOrder.LITTLE_ENDIAN);
        file.put(ascii("RIFF")).putInt(HEADER - 8 + 2 * samples).put(ascii("WAVEfmt "));
        file.putInt(16).putShort((short) 1).putShort((short) 1);
        file.putInt(SAMPLE_RATE_HZ).putInt(2 * SAMPLE_RATE_HZ).putShort((short) 2).putShort((short) 16);
        file.put(ascii("data")).putInt(2 * samples);
        int note = samples / NOTES_HZ.length;
        for (int i = 0; i < samples; i++) {
            double since = (double) (i % note) / note;
            double swell = Math.sin(Math.PI * since);
            double wave = Math.sin(2 * Math.PI * NOTES_HZ[i / note] * (i % note) / SAMPLE_RATE_HZ);
            file.putShort((short) Math.round(Short.MAX_VALUE * LOUDNESS * swell * wave));
        }
        return file.array();
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
