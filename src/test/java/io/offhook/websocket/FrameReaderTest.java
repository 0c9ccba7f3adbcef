package io.offhook.websocket;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Samples;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int LIMIT = 200_000;

    private static final class Heard implements FrameReader.Sink {
        final List<String> lines = new ArrayList<>();

        @Override
        public void text(byte[] bytes, int from, int length) {
            lines.add("text " + new String(bytes, from, length, StandardCharsets.UTF_8));
        }

        @Override
        public void binary(int length) {
            lines.add("binary " + length);
        }

        @Override
        public void ping(byte[] bytes, int length) {
            lines.add("ping " + new String(bytes, 0, length, StandardCharsets.UTF_8));
        }

        @Override
        public void pong() {
            lines.add("pong");
        }

        @Override
        public void closed(int code, String reason) {
            lines.add("closed " + code + " " + reason);
        }

        @Override
        public void tooBig(long size) {
            lines.add("too big " + size);
        }

        @Override
        public void broken(int code, String why) {
            lines.add("broken " + code + " " + why);
        }
    }

    private static List<String> read(boolean masked, int chunkSize, byte[]... frames) {
        var heard = new Heard();
        var reader = new FrameReader(masked, LIMIT, heard);
        var all = new java.io.ByteArrayOutputStream();
        for (byte[] frame : frames) {
            all.writeBytes(frame);
        }
        byte[] bytes = all.toByteArray();
        for (int at = 0; at < bytes.length; at += chunkSize) {
            reader.read(bytes, at, Math.min(bytes.length, at + chunkSize));
        }
        return heard.lines;
    }

    private static List<String> read(byte[]... frames) {
        return read(true, Integer.MAX_VALUE / 2, frames);
    }

    private static String text(int length) {
        return "aé€😀".repeat(length / 10 + 1).substring(0, Math.max(0, length / 10 * 5)) + "x".repeat(length % 10);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 7, 64, 1000, 70_000})
    void the_way_the_bytes_are_cut_makes_no_difference(int chunkSize) {
        byte[][] frames = {
            RawPeer.clientFrame(0x81, "first"),
            RawPeer.clientFrame(0x81, ""),
            RawPeer.clientFrame(0x01, "frag"),
            RawPeer.clientFrame(0x89, "are you there"),
            RawPeer.clientFrame(0x00, ""),
            RawPeer.clientFrame(0x00, "men"),
            RawPeer.clientFrame(0x8A, ""),
            RawPeer.clientFrame(0x80, "ted é"),
            RawPeer.clientFrame(0x82, "12345"),
            RawPeer.clientFrame(0x02, "123"),
            RawPeer.clientFrame(0x80, ""),
            RawPeer.clientFrame(0x81, "b".repeat(66_000)),
            RawPeer.frame(0x88, true, RawPeer.closePayload(1000, "bye")),
            RawPeer.clientFrame(0x81, "never read")
        };

        var lines = read(true, chunkSize, frames);

        assertThat(lines)
                .containsExactly(
                        "text first",
                        "text ",
                        "ping are you there",
                        "pong",
                        "text fragmented é",
                        "binary 5",
                        "binary 3",
                        "text " + "b".repeat(66_000),
                        "closed 1000 bye");
    }

    @Test
    void any_length_in_any_chunks_arrives_whole() {
        Samples.forAll(300, some -> arrivesWhole(some.between(0, 3_000), some.between(1, 4_000), some.yes()));
    }

    private static void arrivesWhole(int length, int chunkSize, boolean masked) {
        String text = text(length);

        var lines = read(
                masked,
                chunkSize,
                RawPeer.frame(0x81, masked, text.getBytes(StandardCharsets.UTF_8)),
                RawPeer.frame(0x81, masked, new byte[0]));

        assertThat(lines).containsExactly("text " + text, "text ");
    }

    @ParameterizedTest
    @CsvSource({
        "0xC1, reserved bits set",
        "0x83, unknown opcode",
        "0x8B, unknown opcode",
        "0x80, continuation of nothing",
        "0x09, long or fragmented control frame"
    })
    void a_bad_first_byte_is_a_protocol_error(String first, String why) {
        var lines = read(RawPeer.clientFrame(Integer.decode(first), "x"), RawPeer.clientFrame(0x81, "never read"));

        assertThat(lines).containsExactly("broken 1002 " + why);
    }

    @Test
    void a_message_inside_a_message_is_a_protocol_error() {
        assertThat(read(RawPeer.clientFrame(0x01, "x"), RawPeer.clientFrame(0x81, "y")))
                .containsExactly("broken 1002 message inside a message");
    }

    @Test
    void a_long_ping_is_a_protocol_error() {
        assertThat(read(RawPeer.clientFrame(0x89, "x".repeat(126))))
                .containsExactly("broken 1002 long or fragmented control frame");
    }

    @Test
    void the_mask_must_be_there_from_a_client_and_only_from_a_client() {
        assertThat(read(true, 100, RawPeer.serverFrame(0x81, "x"))).containsExactly("broken 1002 frame not masked");
        assertThat(read(false, 100, RawPeer.clientFrame(0x81, "x"))).containsExactly("broken 1002 frame masked");
    }

    @Test
    void lengths_that_are_negative_or_written_too_long_are_protocol_errors() {
        byte[] negative = {(byte) 0x81, (byte) 0xFF, -1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0};
        byte[] tooLong = {(byte) 0x81, (byte) 0xFE, 0, 5, 0, 0, 0, 0};

        assertThat(read(negative)).containsExactly("broken 1002 bad length");
        assertThat(read(tooLong)).containsExactly("broken 1002 bad length");
    }

    @Test
    void a_message_above_the_limit_is_refused_by_its_header_alone() {
        byte[] huge = {(byte) 0x81, (byte) 0xFF, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0};

        assertThat(read(huge)).containsExactly("too big " + (1L << 40));
    }

    @ParameterizedTest
    @CsvSource({"0x01", "0x02"})
    void a_continuation_that_announces_all_there_can_be_is_refused_by_its_header_alone(String first) {
        byte[] endless = {(byte) 0x80, (byte) 0xFF, 0x7F, -1, -1, -1, -1, -1, -1, -1, 0, 0, 0, 0, 'x'};

        assertThat(read(RawPeer.clientFrame(Integer.decode(first), "begun"), endless))
                .containsExactly("too big " + Long.MAX_VALUE);
    }

    @Test
    void fragments_count_together_against_the_limit() {
        String half = "x".repeat(LIMIT / 2);

        assertThat(read(
                        RawPeer.clientFrame(0x01, half),
                        RawPeer.clientFrame(0x00, half),
                        RawPeer.clientFrame(0x80, "x")))
                .containsExactly("too big " + (LIMIT + 1));
        assertThat(read(RawPeer.clientFrame(0x01, half), RawPeer.clientFrame(0x80, half)))
                .containsExactly("text " + half + half);
    }

    @Test
    void text_that_is_not_utf8_is_refused_but_may_be_cut_inside_a_character() {
        byte[] euro = "€".getBytes(StandardCharsets.UTF_8);

        assertThat(read(RawPeer.frame(0x81, true, new byte[] {'a', (byte) 0xC3, '('})))
                .containsExactly("broken 1007 text is not UTF-8");
        assertThat(read(
                        RawPeer.frame(0x01, true, new byte[] {euro[0]}),
                        RawPeer.frame(0x80, true, new byte[] {euro[1], euro[2]})))
                .containsExactly("text €");
    }

    @Test
    void a_close_frame_is_checked() {
        assertThat(read(RawPeer.frame(0x88, true, new byte[0]))).containsExactly("closed 1005 ");
        assertThat(read(RawPeer.frame(0x88, true, new byte[1]))).containsExactly("broken 1002 bad close code");
        assertThat(read(RawPeer.frame(0x88, true, RawPeer.closePayload(1006, ""))))
                .containsExactly("broken 1002 bad close code");
        assertThat(read(RawPeer.frame(0x88, true, RawPeer.closePayload(4000, "ok"))))
                .containsExactly("closed 4000 ok");
        assertThat(read(RawPeer.frame(0x88, true, new byte[] {3, (byte) 0xE8, (byte) 0xFF})))
                .containsExactly("broken 1007 close reason is not UTF-8");
    }
}
