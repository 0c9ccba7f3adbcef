package io.offhook.simulator;

/// G.711 mu-law, one sample at a time.
public final class MuLaw {
    private static final int BIAS = 0x84;
    private static final int CLIP = 32_635;
    private static final short[] LINEAR = new short[256];

    static {
        for (int code = 0; code < 256; code++) {
            int bits = ~code & 0xFF;
            int magnitude = ((((bits & 0x0F) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
            LINEAR[code] = (short) ((bits & 0x80) == 0 ? magnitude : -magnitude);
        }
    }

    private MuLaw() {}

    public static short decode(byte code) {
        return LINEAR[code & 0xFF];
    }

    public static byte encode(short sample) {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs((int) sample), CLIP) + BIAS;
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude) - 7;
        int mantissa = (magnitude >> (exponent + 3)) & 0x0F;
        return (byte) ~(sign | exponent << 4 | mantissa);
    }
}
