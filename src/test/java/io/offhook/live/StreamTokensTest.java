package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.telephony.IncomingCall;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StreamTokensTest {
    private static final CallId CALL = new CallId("CA1");
    private static final IncomingCall RING = IncomingCall.elsewhere(
            CALL,
            Optional.of(new PhoneNumber("+14155550123")),
            Optional.of(new PhoneNumber("+18005550199")),
            "TN-Validation-Passed-A");
    private final AtomicLong clock = new AtomicLong(1_000_000);
    private final StreamTokens tokens = new StreamTokens(List.of("one"), clock::get);

    @Test
    void a_token_is_good_once_and_for_its_call_only() {
        var token = tokens.issue(RING);

        assertThat(tokens.redeem(new CallId("CA2"), token)).isEmpty();
        assertThat(tokens.redeem(CALL, token)).isPresent();
        assertThat(tokens.redeem(CALL, token)).isEmpty();
    }

    @Test
    void a_token_tells_how_the_call_was_announced() {
        var withheld = IncomingCall.elsewhere(CALL, Optional.empty(), RING.to(), "a|b");

        assertThat(tokens.redeem(CALL, tokens.issue(RING)).orElseThrow().call()).isEqualTo(RING);
        assertThat(tokens.redeem(CALL, tokens.issue(withheld)).orElseThrow().call()).isEqualTo(withheld);
    }

    @Test
    void a_token_that_tells_something_else_than_was_signed_is_none() {
        var parts = tokens.issue(RING).split("\\.");
        var other = tokens.issue(IncomingCall.elsewhere(CALL, Optional.empty(), RING.to(), ""));

        parts[2] = other.split("\\.")[2];

        assertThat(tokens.redeem(CALL, String.join(".", parts))).isEmpty();
    }

    @Test
    void a_token_fits_into_what_the_provider_carries_whatever_it_says_of_the_number() {
        var talkative = IncomingCall.elsewhere(
                CALL, RING.from(), RING.to(), "TN-Validation-Failed-" + "\u20ac".repeat(4_000));

        var token = tokens.issue(talkative);

        assertThat("token" + token).hasSizeLessThan(500);
        assertThat(tokens.redeem(CALL, token).orElseThrow().call().verstat()).startsWith("TN-Validation-Failed-");
    }

    @ParameterizedTest
    @CsvSource({"120000, true", "120001, false"})
    void a_token_dies_of_age_with_room_for_differing_clocks(long millis, boolean good) {
        var token = tokens.issue(RING);

        clock.addAndGet(millis);

        assertThat(tokens.redeem(CALL, token).isPresent()).isEqualTo(good);
    }

    @Test
    void during_rotation_the_old_secret_still_verifies() {
        var rotated = new StreamTokens(List.of("two", "one"), clock::get);

        assertThat(rotated.redeem(CALL, tokens.issue(RING))).isPresent();
        assertThat(tokens.redeem(CALL, rotated.issue(RING))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a", "..", "a.b.c", "a.b.c.d", "a.99999999999999999999.c.d", "a.1.c.d", "a.1.c.d.e"})
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
