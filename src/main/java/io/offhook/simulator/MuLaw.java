package io.offhook.simulator;

/// G.711 mu-law at 8 kHz: 8 bytes are one millisecond. Tables, because every frame of every call passes here.
public final class MuLaw {
    public static final byte SILENCE = (byte) 0xFF;
    public static final int BYTES_PER_MS = 8;
    public static final int SAMPLE_RATE_HZ = 8_000;

    /// Mean amplitude, of 32,767, from which a frame counts as heard: about -40 dBFS, above line noise.
    private static final int AUDIBLE = 300;

    private static final int BIAS = 0x84;
    private static final int CLIP = 32_635;
    private static final short[] DECODED = decodeTable();

    private MuLaw() {}

    public static short decode(byte mulaw) {
        return DECODED[mulaw & 0xFF];
    }

    public static byte encode(int sample) {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude) - 7;
        int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
        return (byte) ~(sign | (exponent << 4) | mantissa);
    }

    public static short[] decode(byte[] mulaw) {
        var samples = new short[mulaw.length];
        for (int i = 0; i < mulaw.length; i++) {
            samples[i] = decode(mulaw[i]);
        }
        return samples;
    }

    public static byte[] encode(short[] samples) {
        var mulaw = new byte[samples.length];
        for (int i = 0; i < samples.length; i++) {
            mulaw[i] = encode(samples[i]);
        }
        return mulaw;
    }

    /// Whether a listener would notice these bytes.
    public static boolean audible(byte[] mulaw) {
        long sum = 0;
        for (byte each : mulaw) {
            sum += Math.abs((int) DECODED[each & 0xFF]);
        }
        return mulaw.length > 0 && sum / mulaw.length >= AUDIBLE;
    }

    private static short[] decodeTable() {
        var table = new short[256];
        for (int i = 0; i < 256; i++) {
            int bits = ~i & 0xFF;
            int magnitude = ((((bits & 0x0F) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
            table[i] = (short) ((bits & 0x80) != 0 ? -magnitude : magnitude);
        }
        return table;
    }
}
