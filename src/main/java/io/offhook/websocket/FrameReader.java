package io.offhook.websocket;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Cuts the bytes of one peer into messages and control frames (RFC 6455 section 5), and refuses what breaks the rules.
///
/// A text message that lies whole in one chunk is handed on in place; only one that arrives in pieces is collected, in
/// an array that grows with what has really come, never with what a header promises. Binary messages are counted and
/// thrown away. Knows no channel; lives on the connection's event loop.
final class FrameReader {
    /// Where the pieces go. Arrays are only lent, for the length of the call.
    interface Sink {
        void text(byte[] bytes, int from, int length);

        void binary(int length);

        void ping(byte[] bytes, int length);

        void pong();

        void closed(int code, String reason);

        void tooBig(long size);

        /// The peer broke a rule; nothing more will be read.
        void broken(int code, String why);
    }

    private static final byte[] NOTHING = {};
    private static final int MAX_CONTROL_BYTES = 125;
    private static final int FIRST_GROWTH = 1024;

    private final boolean expectMask;
    private final int maxMessageBytes;
    private final Sink sink;
    private final byte[] header = new byte[14];
    private int headerLength;

    private boolean inPayload;
    private int opcode;
    private boolean last;
    private int mask;
    private long frameLength;
    private long taken;

    /// The message under way: its opcode (0 when there is none), its bytes so far, and what was collected of a text.
    private int messageOpcode;

    private long messageLength;
    private byte[] collected = NOTHING;
    private byte[] control = NOTHING;
    private boolean stopped;

    FrameReader(boolean expectMask, int maxMessageBytes, Sink sink) {
        this.expectMask = expectMask;
        this.maxMessageBytes = maxMessageBytes;
        this.sink = sink;
    }

    /// Takes nothing more, in the middle of a chunk too.
    void stop() {
        stopped = true;
        collected = NOTHING;
    }

    /// Reads a chunk; its bytes may be changed (unmasked) in place.
    void read(byte[] chunk, int from, int to) {
        int at = from;
        while (!stopped && (at < to || (inPayload && taken == frameLength))) {
            at = inPayload ? readPayload(chunk, at, to) : readHeader(chunk, at, to);
        }
    }

    private int readHeader(byte[] chunk, int from, int to) {
        int at = from;
        while (headerLength < 2 || headerLength < headerSize(header[1])) {
            if (at == to) {
                return at;
            }
            header[headerLength++] = chunk[at++];
        }
        headerLength = 0;
        begin();
        return at;
    }

    private static int headerSize(byte second) {
        int length = second & 0x7F;
        return 2 + (length == 126 ? 2 : length == 127 ? 8 : 0) + (second < 0 ? 4 : 0);
    }

    private void begin() {
        opcode = header[0] & 0x0F;
        last = header[0] < 0;
        boolean masked = header[1] < 0;
        int size = headerSize(header[1]);
        int short7 = header[1] & 0x7F;
        frameLength = short7 < 126 ? short7 : bigEndian(2, short7 == 126 ? 2 : 8);
        mask = masked ? (int) bigEndian(size - 4, 4) : 0;
        taken = 0;
        String fault = fault(masked, short7);
        if (!fault.isEmpty()) {
            stop();
            sink.broken(CloseCode.PROTOCOL_ERROR, fault);
            return;
        }
        if (opcode < Opcode.CLOSE) {
            if (opcode != Opcode.CONTINUATION) {
                messageOpcode = opcode;
                messageLength = 0;
            }
            // A peer may announce so much that the sum would come out negative.
            if (frameLength > maxMessageBytes - messageLength) {
                stop();
                sink.tooBig(frameLength > Long.MAX_VALUE - messageLength ? Long.MAX_VALUE : messageLength + frameLength);
                return;
            }
        }
        inPayload = true;
    }

    private long bigEndian(int from, int count) {
        long value = 0;
        for (int i = from; i < from + count; i++) {
            value = (value << 8) | (header[i] & 0xFF);
        }
        return value;
    }

    private String fault(boolean masked, int short7) {
        if ((header[0] & 0x70) != 0) {
            return "reserved bits set";
        }
        if (masked != expectMask) {
            return expectMask ? "frame not masked" : "frame masked";
        }
        if (frameLength < 0 || (short7 == 126 && frameLength < 126) || (short7 == 127 && frameLength < 65536)) {
            return "bad length";
        }
        return switch (opcode) {
            case Opcode.CONTINUATION -> messageOpcode == 0 ? "continuation of nothing" : "";
            case Opcode.TEXT, Opcode.BINARY -> messageOpcode != 0 ? "message inside a message" : "";
            case Opcode.CLOSE, Opcode.PING, Opcode.PONG ->
                !last || frameLength > MAX_CONTROL_BYTES ? "long or fragmented control frame" : "";
            default -> "unknown opcode";
        };
    }

    private int readPayload(byte[] chunk, int from, int to) {
        int count = (int) Math.min(frameLength - taken, to - from);
        if (opcode == Opcode.TEXT && last && count == frameLength) {
            Masking.apply(chunk, from, count, mask, 0);
            inPayload = false;
            messageOpcode = 0;
            deliver(chunk, from, count);
            return from + count;
        }
        if (opcode >= Opcode.CLOSE) {
            takeControl(chunk, from, count);
        } else {
            takeData(chunk, from, count);
        }
        return from + count;
    }

    private void takeControl(byte[] chunk, int from, int count) {
        if (control.length == 0) {
            control = new byte[MAX_CONTROL_BYTES];
        }
        int had = (int) taken;
        System.arraycopy(chunk, from, control, had, count);
        Masking.apply(control, had, count, mask, had);
        taken += count;
        if (taken < frameLength) {
            return;
        }
        inPayload = false;
        int length = (int) frameLength;
        switch (opcode) {
            case Opcode.PING -> sink.ping(control, length);
            case Opcode.PONG -> sink.pong();
            default -> readClose(length);
        }
    }

    private void readClose(int length) {
        stop();
        if (length == 0) {
            sink.closed(CloseCode.NONE_GIVEN, "");
            return;
        }
        int code = length == 1 ? 0 : ((control[0] & 0xFF) << 8) | (control[1] & 0xFF);
        if (!CloseCode.sendable(code)) {
            sink.broken(CloseCode.PROTOCOL_ERROR, "bad close code");
        } else if (!Utf8.valid(control, 2, length - 2)) {
            sink.broken(CloseCode.NOT_TEXT, "close reason is not UTF-8");
        } else {
            sink.closed(code, new String(control, 2, length - 2, StandardCharsets.UTF_8));
        }
    }

    private void takeData(byte[] chunk, int from, int count) {
        if (messageOpcode == Opcode.TEXT) {
            int had = (int) messageLength;
            if (collected.length < had + count) {
                // Room for the whole frame when it is small; else doubling, so that a promise alone costs nothing.
                long wish = Math.max(Math.min(had + frameLength - taken, FIRST_GROWTH), 2L * had);
                collected = Arrays.copyOf(collected, Math.clamp(wish, had + count, maxMessageBytes));
            }
            System.arraycopy(chunk, from, collected, had, count);
            Masking.apply(collected, had, count, mask, taken);
        }
        taken += count;
        messageLength += count;
        if (taken < frameLength) {
            return;
        }
        inPayload = false;
        if (last) {
            endMessage();
        }
    }

    private void endMessage() {
        int length = (int) messageLength;
        byte[] bytes = collected;
        boolean text = messageOpcode == Opcode.TEXT;
        collected = NOTHING;
        messageOpcode = 0;
        if (text) {
            deliver(bytes, 0, length);
        } else {
            sink.binary(length);
        }
    }

    private void deliver(byte[] bytes, int from, int length) {
        if (Utf8.valid(bytes, from, length)) {
            sink.text(bytes, from, length);
        } else {
            stop();
            sink.broken(CloseCode.NOT_TEXT, "text is not UTF-8");
        }
    }
}
