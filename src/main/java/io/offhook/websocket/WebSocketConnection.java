package io.offhook.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandler;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.util.concurrent.Future;
import io.vertx.core.Context;
import io.vertx.core.internal.ContextInternal;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One open WebSocket. Lives on one Vert.x event-loop context, and only that context may send on it; [#close] may be
/// called from anywhere.
///
/// Frames are queued and flushed together when the read that caused them is complete. Sending never blocks and never
/// fails: on a connection that is closing or gone the frame is thrown away, and [WebSocketListener#onClosed] says so.
/// What the peer does not take piles up; [#queuedBytes] tells how much, and the owner decides what is too much.
///
/// ```
///   HELD ---> OPEN ---close()/fault--> CLOSING ---peer's close or its end, or closeWait---> OVER
///               +-----peer's close, end of the connection-----------------------------------^
/// ```
///
/// Long, because whatever is sent, read, or happens to the channel has to agree on this one state.
public final class WebSocketConnection {
    private enum State {
        /// The handshake is done but its answer not yet handed to the owner; bytes that come now are kept.
        HELD,
        OPEN,
        CLOSING,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(WebSocketConnection.class);
    private static final int MAX_REASON_BYTES = 123;
    private static final long MAX_QUEUED_FOR_PONG = 64 << 10;

    private final boolean client;
    private final ContextInternal context;
    private final Limits limits;
    private final WebSocketListener listener;
    private final FrameReader reader;
    private final Inbound inbound = new Inbound();
    private final LoopBuffers buffers = LoopBuffers.ofThisLoop();
    private State state = State.HELD;
    private byte[] held = FrameWriter.NOTHING;
    private boolean told;
    private boolean unflushed;
    private @Nullable ChannelHandlerContext channelContext;
    private @Nullable Future<?> dropTimer;

    /// Must be made on the event loop of the context.
    WebSocketConnection(boolean client, ContextInternal context, Limits limits, WebSocketListener listener) {
        this.client = client;
        this.context = context;
        this.limits = limits;
        this.listener = listener;
        this.reader = new FrameReader(!client, limits.maxMessageBytes(), new Incoming());
    }

    public void sendText(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        send(Opcode.TEXT, bytes, 0, bytes.length);
    }

    /// Sends one text message put together from three parts; all must be UTF-8. The arrays are copied at once.
    public void sendText(byte[] prefix, byte[] body, int from, int length, byte[] suffix) {
        send(Opcode.TEXT, prefix, body, from, length, suffix);
    }

    /// Asks the peer for a sign of life; the answer comes to [WebSocketListener#onPong].
    public void ping() {
        send(Opcode.PING, FrameWriter.NOTHING, 0, 0);
    }

    /// Says goodbye and waits for the peer's answer, at most [Limits#closeWait]; then the connection is dropped. No
    /// message is reported after this.
    public void close(int code, String reason) {
        if (!CloseCode.sendable(code)) {
            throw new IllegalArgumentException("close code " + code + " must not be sent");
        }
        onLoop(() -> {
            if (state == State.HELD || state == State.OPEN) {
                sendClose(code, reason);
                state = State.CLOSING;
                dropLater();
            }
        });
    }

    /// Bytes sent but not yet taken by the operating system. To be asked on the context.
    public long queuedBytes() {
        ChannelOutboundBuffer queue = channel().unsafe().outboundBuffer();
        return queue == null ? 0 : queue.totalPendingWriteBytes();
    }

    public Context context() {
        return context;
    }

    /// Whether a message sent from here on may reach the peer. To be asked on the context.
    public boolean open() {
        return (state == State.OPEN || state == State.HELD) && channel().isActive();
    }

    ChannelInboundHandler inbound() {
        return inbound;
    }

    /// The owner has the connection: whatever came meanwhile is read, in its order.
    void start() {
        if (state == State.HELD) {
            state = State.OPEN;
        }
        byte[] early = held;
        held = FrameWriter.NOTHING;
        onContext(() -> {
            reader.read(early, 0, early.length);
            if (!channel().isActive()) {
                ended(CloseCode.ABNORMAL, "");
            }
        });
    }

    void flush() {
        unflushed = false;
        pipeline().flush();
    }

    private void send(int opcode, byte[] bytes, int from, int length) {
        send(opcode, FrameWriter.NOTHING, bytes, from, length, FrameWriter.NOTHING);
    }

    private void send(int opcode, byte[] prefix, byte[] body, int from, int length, byte[] suffix) {
        if (!pipeline().executor().inEventLoop()) {
            throw new IllegalStateException("send from the connection's context only");
        }
        if (open()) {
            write(opcode, prefix, body, from, length, suffix);
        }
    }

    private void write(int opcode, byte[] prefix, byte[] body, int from, int length, byte[] suffix) {
        var pipeline = pipeline();
        // With the void promise a failed write comes back as exceptionCaught, which ends the connection.
        var _ = pipeline.write(
                FrameWriter.frame(pipeline.alloc(), buffers, client, opcode, prefix, body, from, length, suffix),
                pipeline.voidPromise());
        if (!unflushed) {
            unflushed = true;
            buffers.wrote(this, pipeline.executor());
        }
    }

    private void sendClose(int code, String reason) {
        byte[] text = reason.getBytes(StandardCharsets.UTF_8);
        int length = text.length;
        if (length > MAX_REASON_BYTES) {
            // Cut before the first byte of a character, never inside one.
            length = MAX_REASON_BYTES;
            while ((text[length] & 0xC0) == 0x80) {
                length--;
            }
        }
        byte[] number =
                code == CloseCode.NONE_GIVEN ? FrameWriter.NOTHING : new byte[] {(byte) (code >>> 8), (byte) code};
        write(Opcode.CLOSE, number, text, 0, length, FrameWriter.NOTHING);
    }

    /// Something that ends the connection from our side, for which the owner needs no answer of the peer.
    private void fail(int code, String why) {
        reader.stop();
        if (state == State.OPEN || state == State.HELD) {
            sendClose(code, why);
            state = State.CLOSING;
            // Closing at once could destroy our close frame on its way: the peer is still sending.
            dropLater();
        }
        ended(code, why);
    }

    private void dropLater() {
        dropTimer =
                pipeline().executor().schedule(this::hangUp, limits.closeWait().toMillis(), TimeUnit.MILLISECONDS);
    }

    private void hangUp() {
        var _ = pipeline().close();
    }

    private void ended(int code, String reason) {
        state = State.OVER;
        reader.stop();
        if (told) {
            return;
        }
        told = true;
        try {
            listener.onClosed(this, code, reason);
        } catch (Throwable error) {
            report(error);
        }
    }

    private void failed(Throwable error) {
        report(error);
        fail(CloseCode.OUR_FAULT, "internal error");
    }

    private void report(Throwable error) {
        try {
            listener.onError(this, error);
        } catch (Throwable second) {
            second.addSuppressed(error);
            LOG.atError().setCause(second).log("listener failed to take an error");
        }
    }

    private void onLoop(Runnable task) {
        var loop = pipeline().executor();
        if (loop.inEventLoop()) {
            task.run();
        } else {
            loop.execute(task);
        }
    }

    /// Runs with the context as Vert.x's current one; the event loop is already the right one.
    private void onContext(Runnable task) {
        var before = context.beginDispatch();
        try {
            task.run();
        } finally {
            context.endDispatch(before);
        }
    }

    private Channel channel() {
        return pipeline().channel();
    }

    private ChannelHandlerContext pipeline() {
        var current = channelContext;
        if (current == null) {
            throw new IllegalStateException("not yet on a channel");
        }
        return current;
    }

    /// The place in the channel's pipeline. Bytes stop here; everything else goes on to Vert.x, which keeps count of
    /// its connections.
    private final class Inbound extends ChannelInboundHandlerAdapter {
        @Override
        public void handlerAdded(ChannelHandlerContext added) {
            channelContext = added;
            added.channel().config().setRecvByteBufAllocator(buffers.receiving());
        }

        @Override
        public void handlerRemoved(ChannelHandlerContext removed) {
            buffers.readCompleted();
        }

        @Override
        public void channelRead(ChannelHandlerContext from, Object message) {
            if (!(message instanceof ByteBuf chunk)) {
                from.fireChannelRead(message);
                return;
            }
            buffers.readBegan();
            int length = chunk.readableBytes();
            byte[] bytes = buffers.borrow(chunk, length);
            chunk.release();
            try {
                if (state == State.HELD) {
                    int had = held.length;
                    held = Arrays.copyOf(held, had + length);
                    System.arraycopy(bytes, 0, held, had, length);
                } else {
                    // As onContext does, but without making an object for each read.
                    var before = context.beginDispatch();
                    try {
                        reader.read(bytes, 0, length);
                    } finally {
                        context.endDispatch(before);
                    }
                }
            } finally {
                buffers.giveBack(bytes);
            }
        }

        @Override
        public void channelReadComplete(ChannelHandlerContext from) {
            buffers.readCompleted();
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            if (dropTimer != null) {
                dropTimer.cancel(false);
            }
            if (state != State.HELD) {
                onContext(() -> ended(CloseCode.ABNORMAL, ""));
            }
            buffers.readCompleted();
            from.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext from, Throwable error) {
            // Each frame still queued fails so when the connection ends; that is no news.
            if (!(error instanceof ClosedChannelException)) {
                LOG.atDebug().setCause(error).log("websocket lost");
            }
            hangUp();
        }
    }

    private final class Incoming implements FrameReader.Sink {
        private final WebSocketConnection self = WebSocketConnection.this;

        @Override
        public void text(byte[] bytes, int from, int length) {
            if (state == State.OPEN) {
                try {
                    listener.onText(self, buffers.view(bytes, from, length));
                } catch (Throwable error) {
                    failed(error);
                }
            }
        }

        @Override
        public void binary(int length) {
            if (state == State.OPEN) {
                try {
                    listener.onBinary(self, length);
                } catch (Throwable error) {
                    failed(error);
                }
            }
        }

        @Override
        public void ping(byte[] bytes, int length) {
            // A peer that asks and asks and reads no answer fills no memory.
            if (open() && queuedBytes() <= MAX_QUEUED_FOR_PONG) {
                write(Opcode.PONG, FrameWriter.NOTHING, bytes, 0, length, FrameWriter.NOTHING);
            }
        }

        @Override
        public void pong() {
            if (state == State.OPEN) {
                try {
                    listener.onPong(self);
                } catch (Throwable error) {
                    failed(error);
                }
            }
        }

        @Override
        public void closed(int code, String reason) {
            boolean answer = state == State.OPEN;
            if (answer) {
                sendClose(code, "");
                state = State.CLOSING;
                dropLater();
            }
            if (!client) {
                // The server lets go first (RFC 6455 section 7.1.1), once its answer is out.
                var pipeline = pipeline();
                var _ = pipeline.writeAndFlush(pipeline.alloc().buffer(0)).addListener(ChannelFutureListener.CLOSE);
            }
            ended(code, reason);
        }

        @Override
        public void tooBig(long size) {
            if (state == State.OPEN) {
                try {
                    listener.onTooBig(self, size);
                } catch (Throwable error) {
                    report(error);
                }
            }
            fail(CloseCode.TOO_BIG, "message too big");
        }

        @Override
        public void broken(int code, String why) {
            fail(code, why);
        }
    }
}
