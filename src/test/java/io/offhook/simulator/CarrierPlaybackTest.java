package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CarrierPlaybackTest {
    private final PlaybackBuffer buffer = new PlaybackBuffer();

    @Test
    void a_mark_with_nothing_before_it_goes_back_at_once() {
        assertThat(buffer.mark("empty")).isTrue();
    }

    @Test
    void a_mark_goes_back_when_the_last_frame_before_it_has_been_played_to_its_end() {
        buffer.add(new byte[200]);
        assertThat(buffer.mark("after 200")).isFalse();

        assertThat(buffer.startFrame(160)).hasSize(160);
        assertThat(buffer.finishFrame()).isEmpty();
        assertThat(buffer.startFrame(160)).hasSize(40);
        assertThat(buffer.finishFrame()).containsExactly("after 200");
    }

    @Test
    void a_mark_behind_a_frame_that_is_still_playing_waits_for_it() {
        buffer.add(new byte[160]);
        var _ = buffer.startFrame(160);

        assertThat(buffer.mark("late")).isFalse();
        assertThat(buffer.finishFrame()).containsExactly("late");
    }

    @Test
    void clear_drops_what_waits_and_gives_all_marks_back_in_order() {
        buffer.add(new byte[1_600]);
        var _ = buffer.mark("a");
        buffer.add(new byte[160]);
        var _ = buffer.mark("b");
        var _ = buffer.startFrame(160);

        var dropped = buffer.clear();

        assertThat(dropped.bytes()).isEqualTo(1_600);
        assertThat(dropped.marks()).containsExactly("a", "b");
        assertThat(buffer.startFrame(160)).isEmpty();
        assertThat(buffer.mark("c")).isTrue();
    }

    @Test
    void audio_of_any_chunk_size_is_played_in_order() {
        buffer.add(new byte[] {1, 2, 3});
        buffer.add(new byte[] {4});
        buffer.add(new byte[] {5, 6, 7, 8});

        assertThat(buffer.startFrame(5)).containsExactly(1, 2, 3, 4, 5);
        assertThat(buffer.startFrame(5)).containsExactly(6, 7, 8);
    }
}
