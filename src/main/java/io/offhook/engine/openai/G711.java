package io.offhook.engine.openai;

/// ITU-T G.711: one byte <-> one 16-bit sample.
final class G711 {
    private static final int BIAS = 0x84;
    private static final int CLIP = 32_635;

    private G711() {}

    static int fromMuLaw(byte code) {
        int bits = ~code & 0xFF;
        int magnitude = ((((bits & 0x0F) << 3) + BIAS) << ((bits >> 4) & 0x07)) - BIAS;
        return (bits & 0x80) == 0 ? magnitude : -magnitude;
    }

    static byte toMuLaw(int sample) {
        int sign = sample < 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs(sample), CLIP) + BIAS;
        int exponent = 31 - Integer.numberOfLeadingZeros(magnitude) - 7;
        return (byte) ~(sign | exponent << 4 | (magnitude >> (exponent + 3)) & 0x0F);
    }

    static int fromALaw(byte code) {
        int bits = (code ^ 0x55) & 0xFF;
        int exponent = (bits >> 4) & 0x07;
        int magnitude = ((bits & 0x0F) << 4) + 8;
        if (exponent > 0) {
            magnitude = (magnitude + 0x100) << (exponent - 1);
        }
        return (bits & 0x80) != 0 ? magnitude : -magnitude;
    }

    static byte toALaw(int sample) {
        int sign = sample >= 0 ? 0x80 : 0;
        int magnitude = Math.min(Math.abs(sample), 32_767);
        int exponent = Math.max(0, 31 - Integer.numberOfLeadingZeros(magnitude | 1) - 7);
        int mantissa = (magnitude >> (exponent == 0 ? 4 : exponent + 3)) & 0x0F;
        return (byte) ((sign | exponent << 4 | mantissa) ^ 0x55);
    }
}
