package io.offhook.engine.openai;

/// The two companded codes of ITU-T G.711 and 16-bit linear samples. Pure.
final class G711 {
    private static final int MU_BIAS = 0x84;
    private static final int MU_CLIP = 32_635;
    private static final int A_FLIP = 0x55;
    private static final short[] MU_LINEAR = new short[256];
    private static final byte[] MU_TO_A = new byte[256];
    private static final byte[] A_TO_MU = new byte[256];

    static {
        for (int code = 0; code < 256; code++) {
            MU_LINEAR[code] = linearOfMu(code);
            MU_TO_A[code] = aLaw(MU_LINEAR[code]);
            A_TO_MU[code] = muLaw(linearOfA(code));
        }
    }

    private G711() {}

    static short linear(byte muLaw) {
        return MU_LINEAR[muLaw & 0xFF];
    }

    static byte muLaw(int sample) {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs(sample), MU_CLIP) + MU_BIAS;
        int exponent = 24 - Integer.numberOfLeadingZeros(magnitude);
        int mantissa = magnitude >> exponent + 3 & 0x0F;
        return (byte) ~(sign | exponent << 4 | mantissa);
    }

    static byte[] muToA(byte[] muLaw) {
        return translated(muLaw, MU_TO_A);
    }

    static byte[] aToMu(byte[] aLaw) {
        return translated(aLaw, A_TO_MU);
    }

    private static byte[] translated(byte[] codes, byte[] table) {
        var result = new byte[codes.length];
        for (int i = 0; i < codes.length; i++) {
            result[i] = table[codes[i] & 0xFF];
        }
        return result;
    }

    private static short linearOfMu(int code) {
        int bits = ~code & 0xFF;
        int magnitude = ((bits & 0x0F) << 3) + MU_BIAS << (bits >> 4 & 0x07);
        return (short) ((bits & 0x80) == 0 ? magnitude - MU_BIAS : MU_BIAS - magnitude);
    }

    private static short linearOfA(int code) {
        int bits = code ^ A_FLIP;
        int exponent = bits >> 4 & 0x07;
        int mantissa = (bits & 0x0F) << 4 | 8;
        int magnitude = exponent == 0 ? mantissa : mantissa + 0x100 << exponent - 1;
        return (short) ((bits & 0x80) == 0 ? -magnitude : magnitude);
    }

    private static byte aLaw(int sample) {
        int sign = sample < 0 ? 0 : 0x80;
        int magnitude = Math.min(sample < 0 ? ~sample : sample, 0x7FFF) >> 4;
        int exponent = Math.max(0, 28 - Integer.numberOfLeadingZeros(Math.max(magnitude, 1)));
        int mantissa = exponent == 0 ? magnitude : magnitude >> exponent - 1 & 0x0F;
        return (byte) ((sign | exponent << 4 | mantissa & 0x0F) ^ A_FLIP);
    }
}
