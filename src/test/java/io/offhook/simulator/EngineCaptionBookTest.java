package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

class EngineCaptionBookTest {
    private final CaptionBook book = CaptionBook.fromResources();

    @TestFactory
    Stream<DynamicTest> knows_every_clip_with_silence_around_it_and_both_ends_cut() {
        var captions = CaptionBook.captions();
        assertThat(captions).isNotEmpty();
        return captions.entrySet().stream().map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> {
            var clip = CaptionBook.clip(entry.getKey()).orElseThrow();
            var cut = Arrays.copyOfRange(clip, clip.length / 6 + 3, clip.length * 5 / 6);

            assertThat(book.captionOf(joined(silence(1_237), clip, silence(3_001))))
                    .hasValue(entry.getValue());
            assertThat(book.captionOf(cut)).hasValue(entry.getValue());
        }));
    }

    @Test
    void hears_two_clips_in_a_row() {
        var first = CaptionBook.clip("yes-1").orElseThrow();
        var second = CaptionBook.clip("order-2").orElseThrow();

        assertThat(book.captionOf(joined(first, silence(800), second)))
                .hasValue("Yes, that's right. Sure. It's AB7492.");
    }

    @Test
    void does_not_know_other_audio() {
        var noise = new byte[40_000];
        new Random(7).nextBytes(noise);

        assertThat(book.captionOf(noise)).isEmpty();
        assertThat(book.captionOf(silence(8_000))).isEmpty();
        assertThat(book.captionOf(new byte[10])).isEmpty();
    }

    private static byte[] silence(int bytes) {
        var quiet = new byte[bytes];
        Arrays.fill(quiet, (byte) 0xFF);
        return quiet;
    }

    private static byte[] joined(byte[]... parts) {
        var whole = new ByteArrayOutputStream();
        for (var part : parts) {
            whole.writeBytes(part);
        }
        return whole.toByteArray();
    }
}
