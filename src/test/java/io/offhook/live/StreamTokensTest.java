package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTokensTest {
    private static final CallId CALL = new CallId("CA1");
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final StreamTokens tokens = new StreamTokens(List.of("one"), clock::get);

    @Test
    void a_token_is_good_once_and_for_its_call_only() {
        var token = tokens.issue(CALL);

        assertThat(tokens.redeem(new CallId("CA2"), token)).isEmpty();
        assertThat(tokens.redeem(CALL, token)).isPresent();
        assertThat(tokens.redeem(CALL, token)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"120000, true", "120001, false"})
    void a_token_dies_of_age_with_room_for_differing_clocks(long millis, boolean good) {
        var token = tokens.issue(CALL);

        clock.addAndGet(millis);

        assertThat(tokens.redeem(CALL, token).isPresent()).isEqualTo(good);
    }

    @Test
    void during_rotation_the_old_secret_still_verifies() {
        var rotated = new StreamTokens(List.of("two", "one"), clock::get);

        assertThat(rotated.redeem(CALL, tokens.issue(CALL))).isPresent();
        assertThat(tokens.redeem(CALL, rotated.issue(CALL))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "..", "a.b.c", "a.99999999999999999999.c", "a.1.c.d"})
    void anything_else_is_no_token(String text) {
        assertThat(tokens.redeem(CALL, text)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"'Hello, it''s us!', hello its us, true", "Hello there, Hello, false", "Grüß Gott, grüß  gott., true"})
    void punctuation_does_not_make_other_words(String one, String other, boolean same) {
        assertThat(Greetings.sameWords(one, other)).isEqualTo(same);
    }

    @Test
    void a_fast_clock_takes_less_real_time_and_never_none() {
        var fast = new CallClock(10);

        assertThat(fast.realMillis(Duration.ofSeconds(1))).isEqualTo(100);
        assertThat(fast.realMillis(Duration.ZERO)).isEqualTo(1);
        assertThat(fast.millisUntil(Instant.EPOCH)).isEqualTo(1);
    }
}
