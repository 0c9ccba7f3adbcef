package io.offhook.websocket;

import io.netty.buffer.ByteBufAllocator;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the WebSocket costs for a text of 300 bytes, as long as a `media` message of 20 ms: from a read chunk to the
/// text, and from three parts to the bytes for the socket.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class FrameBenchmark {
    private final ByteBufAllocator allocator = ByteBufAllocator.DEFAULT;
    private final LoopBuffers buffers = new LoopBuffers();
    private final byte[] prefix = text(60);
    private final byte[] body = text(216);
    private final byte[] suffix = text(24);
    private final byte[] masked = masked();
    private final byte[] chunk = new byte[masked.length];
    private final Texts texts = new Texts();
    private final FrameReader reader = new FrameReader(true, 1 << 20, texts);

    private static byte[] text(int length) {
        var text = new byte[length];
        Arrays.fill(text, (byte) 'a');
        return text;
    }

    private byte[] masked() {
        var frame = FrameWriter.frame(allocator, buffers, true, Opcode.TEXT, prefix, body, 0, body.length, suffix);
        var bytes = new byte[frame.readableBytes()];
        frame.readBytes(bytes).release();
        return bytes;
    }

    /// With the copy out of the buffer that was read into.
    @Benchmark
    public int read() {
        System.arraycopy(masked, 0, chunk, 0, masked.length);
        reader.read(chunk, 0, chunk.length);
        return texts.bytes;
    }

    @Benchmark
    public int written() {
        var frame = FrameWriter.frame(allocator, buffers, true, Opcode.TEXT, prefix, body, 0, body.length, suffix);
        int length = frame.readableBytes();
        frame.release();
        return length;
    }

    private static final class Texts implements FrameReader.Sink {
        private int bytes;

        @Override
        public void text(byte[] array, int from, int length) {
            bytes += length;
        }

        @Override
        public void binary(int length) {}

        @Override
        public void ping(byte[] array, int length) {}

        @Override
        public void pong() {}

        @Override
        public void closed(int code, String reason) {}

        @Override
        public void tooBig(long size) {}

        @Override
        public void broken(int code, String why) {
            throw new IllegalStateException(why);
        }
    }
}
