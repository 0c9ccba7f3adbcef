package io.offhook.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.ContentId;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class AgentWordsInProgressTest {
    private final AgentWordsInProgress words = new AgentWordsInProgress();

    @Test
    void pieces_are_put_together_by_content_and_taken_once() {
        words.add(content("resp_1", 0), "It ships ");
        words.add(content("resp_2", 0), "Hello.");
        words.add(content("resp_1", 0), "today.");

        var taken = words.take(Optional.of("resp_1"));

        assertThat(taken).isEqualTo(Map.of(content("resp_1", 0), "It ships today."));
        assertThat(words.take(Optional.empty())).isEqualTo(Map.of(content("resp_2", 0), "Hello."));
        assertThat(words.take(Optional.empty())).isEmpty();
    }

    @Test
    void completed_words_are_not_in_progress() {
        words.add(content("resp_1", 0), "It ships ");

        words.completed(content("resp_1", 0));

        assertThat(words.take(Optional.empty())).isEmpty();
    }

    @Test
    void a_content_too_long_is_cut_and_one_too_many_is_not_taken() {
        for (int part = 0; part < AgentWordsInProgress.MAX_CONTENTS; part++) {
            assertThat(words.add(content("resp_1", part), "x")).isTrue();
        }

        assertThat(words.add(content("resp_1", 64), "x")).isFalse();
        assertThat(words.add(content("resp_1", 0), "y".repeat(100_000))).isTrue();
        var taken = words.take(Optional.empty());
        assertThat(taken).hasSize(64);
        assertThat(taken.get(content("resp_1", 0))).hasSize(AgentWordsInProgress.MAX_CHARACTERS);
    }

    private static ContentId content(String reply, int part) {
        return new ContentId(reply, "item", part);
    }
}
