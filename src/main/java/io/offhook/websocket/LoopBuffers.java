package io.offhook.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.DefaultMaxMessagesRecvByteBufAllocator;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.FastThreadLocal;
import java.util.ArrayList;
import java.util.List;

/// What all WebSockets of one event loop share: memory to read into and to write from, two scratch arrays, and the list
/// of those with unflushed frames.
///
/// Reading a chunk usually makes one frame for another socket, so frames are flushed when the read is complete: one
/// system call a socket, however many frames were written meanwhile. A frame written outside a read is flushed by a
/// task of its own.
@SuppressWarnings("ReferenceEquality") // Which array it is matters here, not what is in it.
final class LoopBuffers {
    private static final FastThreadLocal<LoopBuffers> OF_THIS_LOOP = new FastThreadLocal<>() {
        @Override
        protected LoopBuffers initialValue() {
            return new LoopBuffers();
        }
    };
    private static final int START_BYTES = 8 << 10;
    private static final int MAX_KEPT_BYTES = 128 << 10;
    /// More than any frame of audio: a read takes one system call as long as it does not fill its buffer.
    private static final int RECEIVED_BYTES = 16 << 10;
    /// More than any frame of audio.
    private static final int SENT_BYTES = 16 << 10;

    private final List<WebSocketConnection> unflushed = new ArrayList<>();
    private byte[] incoming = new byte[START_BYTES];
    private byte[] outgoing = new byte[START_BYTES];
    private final ByteBuf received = Unpooled.directBuffer(RECEIVED_BYTES, RECEIVED_BYTES);
    private final ByteBuf sent = Unpooled.directBuffer(SENT_BYTES, SENT_BYTES);
    private final RecvByteBufAllocator receiving = new Receiving();
    private ByteBuf view = Unpooled.EMPTY_BUFFER;
    private boolean incomingLent;
    private boolean reading;
    private boolean flushPlanned;

    static LoopBuffers ofThisLoop() {
        return OF_THIS_LOOP.get();
    }

    /// Lets all connections read into the same memory, which so stays in the processor's cache.
    RecvByteBufAllocator receiving() {
        return receiving;
    }

    /// Copies a chunk to an array to be read and changed; must be given back after that.
    byte[] borrow(ByteBuf chunk, int length) {
        if (incomingLent) {
            byte[] fresh = new byte[length];
            chunk.readBytes(fresh, 0, length);
            return fresh;
        }
        if (incoming.length < length) {
            incoming = new byte[Math.max(length, 2 * incoming.length)];
        }
        incomingLent = true;
        chunk.readBytes(incoming, 0, length);
        return incoming;
    }

    void giveBack(byte[] array) {
        if (array == incoming) {
            incomingLent = false;
            if (array.length > MAX_KEPT_BYTES) {
                incoming = new byte[START_BYTES];
            }
        }
    }

    /// A part of an array as a buffer, good until the next call.
    ByteBuf view(byte[] array, int from, int length) {
        if (!view.hasArray() || view.array() != array) {
            view = Unpooled.unreleasableBuffer(Unpooled.wrappedBuffer(array));
        }
        return view.setIndex(from, from + length);
    }

    /// An array to build one frame in, used before anything else can ask for it.
    byte[] outgoing(int length) {
        if (length > MAX_KEPT_BYTES) {
            return new byte[length];
        }
        if (outgoing.length < length) {
            outgoing = new byte[Math.max(length, 2 * outgoing.length)];
        }
        return outgoing;
    }

    /// Memory for one frame on its way to the socket: the same each time, which so stays in the processor's cache,
    /// unless the frame before is still on its way.
    ByteBuf sending(ByteBufAllocator allocator, int length) {
        return sent.refCnt() == 1 && length <= SENT_BYTES
                ? sent.clear().retain()
                : allocator.directBuffer(length, length);
    }

    void readBegan() {
        reading = true;
    }

    void readCompleted() {
        reading = false;
        flush();
    }

    void wrote(WebSocketConnection connection, EventExecutor loop) {
        unflushed.add(connection);
        if (!reading && !flushPlanned) {
            flushPlanned = true;
            loop.execute(() -> {
                flushPlanned = false;
                flush();
            });
        }
    }

    private void flush() {
        // By index: a flush can make a listener write, which adds to the list.
        for (int i = 0; i < unflushed.size(); i++) {
            unflushed.get(i).flush();
        }
        unflushed.clear();
    }

    private final class Receiving extends DefaultMaxMessagesRecvByteBufAllocator {
        @Override
        @SuppressWarnings("deprecation") // Netty's own allocators are made of the same interface.
        public Handle newHandle() {
            return new MaxMessageHandle() {
                @Override
                public int guess() {
                    return RECEIVED_BYTES;
                }

                @Override
                public ByteBuf allocate(ByteBufAllocator allocator) {
                    // Somebody before us, such as TLS, may keep what was read until there is more of it.
                    return received.refCnt() == 1
                            ? received.clear().retain()
                            : allocator.directBuffer(RECEIVED_BYTES, RECEIVED_BYTES);
                }
            };
        }
    }
}
