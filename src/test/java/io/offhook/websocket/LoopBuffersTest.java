package io.offhook.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LoopBuffersTest {
    private final LoopBuffers buffers = new LoopBuffers();

    private ByteBuf frame(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        return FrameWriter.frame(
                ByteBufAllocator.DEFAULT,
                buffers,
                false,
                Opcode.TEXT,
                FrameWriter.NOTHING,
                bytes,
                0,
                bytes.length,
                FrameWriter.NOTHING);
    }

    private static String sent(ByteBuf frame) {
        var bytes = frame.toString(StandardCharsets.US_ASCII);
        frame.release();
        return bytes.substring(2);
    }

    @Test
    void a_frame_still_on_its_way_keeps_its_bytes_when_others_are_made() {
        var first = frame("first");
        var second = frame("second");

        var third = frame("third");

        assertThat(sent(first)).isEqualTo("first");
        assertThat(sent(second)).isEqualTo("second");
        assertThat(sent(third)).isEqualTo("third");
    }

    @Test
    void the_next_frame_is_made_in_the_same_memory_when_the_last_one_is_gone() {
        var last = frame("a longer one");
        long address = last.memoryAddress();
        last.release();

        var next = frame("next");

        assertThat(next.memoryAddress()).isEqualTo(address);
        assertThat(sent(next)).isEqualTo("next");
    }
}
