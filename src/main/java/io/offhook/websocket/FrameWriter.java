package io.offhook.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.util.concurrent.ThreadLocalRandom;

/// Builds one frame from up to three parts: in an array first, where copying and masking are fast, then in a direct
/// buffer for the socket.
final class FrameWriter {
    static final byte[] NOTHING = {};
    private static final int MAX_HEADER_BYTES = 14;
    private static final int FINAL = 0x80;
    private static final int MASKED = 0x80;

    private FrameWriter() {}

    static ByteBuf frame(
            ByteBufAllocator allocator,
            LoopBuffers buffers,
            boolean masked,
            int opcode,
            byte[] prefix,
            byte[] body,
            int from,
            int length,
            byte[] suffix) {
        int payload = Math.addExact(Math.addExact(prefix.length, length), suffix.length);
        byte[] array = buffers.outgoing(payload + MAX_HEADER_BYTES);
        int at = header(array, opcode, payload, masked);
        // Masking keeps a hostile page from writing chosen bytes through a proxy; no page chooses these. So the key
        // must be there, but need not be unguessable.
        int mask = masked ? ThreadLocalRandom.current().nextInt() : 0;
        if (masked) {
            for (int shift = 24; shift >= 0; shift -= 8) {
                array[at++] = (byte) (mask >>> shift);
            }
        }
        int start = at;
        System.arraycopy(prefix, 0, array, at, prefix.length);
        at += prefix.length;
        System.arraycopy(body, from, array, at, length);
        at += length;
        System.arraycopy(suffix, 0, array, at, suffix.length);
        at += suffix.length;
        if (masked) {
            Masking.apply(array, start, payload, mask, 0);
        }
        return buffers.sending(allocator, at).writeBytes(array, 0, at);
    }

    private static int header(byte[] array, int opcode, int payload, boolean masked) {
        int bit = masked ? MASKED : 0;
        array[0] = (byte) (FINAL | opcode);
        if (payload < 126) {
            array[1] = (byte) (bit | payload);
            return 2;
        }
        int bytes = payload < 65536 ? 2 : 8;
        array[1] = (byte) (bit | (bytes == 2 ? 126 : 127));
        for (int i = 0; i < bytes; i++) {
            array[2 + i] = (byte) ((long) payload >>> (8 * (bytes - 1 - i)));
        }
        return 2 + bytes;
    }
}
