package io.offhook.websocket;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// The XOR that RFC 6455 wants over everything a client sends, eight bytes at a time.
final class Masking {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private Masking() {}

    /// Masks or unmasks in place. `phase` is how many payload bytes of the frame came before `from`.
    static void apply(byte[] bytes, int from, int length, int mask, long phase) {
        int key = Integer.rotateLeft(mask, (int) (phase & 3) * 8);
        // The first byte of the key is its highest, and that of a long here its lowest.
        long wide = Long.reverseBytes(((long) key << 32) | (key & 0xFFFF_FFFFL));
        int to = from + length;
        int at = from;
        for (; at + 8 <= to; at += 8) {
            LONGS.set(bytes, at, (long) LONGS.get(bytes, at) ^ wide);
        }
        for (int shift = 0; at < to; at++, shift += 8) {
            bytes[at] ^= (byte) (wide >>> shift);
        }
    }
}
