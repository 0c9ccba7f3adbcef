package io.offhook.callback;

import static io.offhook.callback.Office.ANN;
import static io.offhook.callback.Office.BOB;
import static io.offhook.callback.Office.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Destination;
import io.offhook.call.OpeningHours;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Wish;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CallbackRulesTest {
    /// 23 November 2026 is a Monday.
    private static final OpeningHours MONDAY_MORNING = new OpeningHours(
            ZoneOffset.UTC,
            List.of(new OpeningHours.Span(DayOfWeek.MONDAY, LocalTime.of(9, 0), LocalTime.of(12, 0))),
            Set.of());

    private static CallbackRules rules(PhoneNumber... humans) {
        var how = new Destination.Callback(
                List.of(humans), 3, Duration.ofMinutes(10), Duration.ofDays(2), Set.of());
        return new CallbackRules(how, Optional.empty());
    }

    private static Wish wish(int tries) {
        return new Wish(
                Office.CALL,
                NOON,
                Optional.of(Office.CALLER),
                Office.CALLED,
                "default",
                "",
                "en",
                false,
                Wish.State.RINGING,
                tries,
                NOON,
                Optional.empty(),
                "lost",
                Optional.empty());
    }

    @ParameterizedTest
    @CsvSource({"1, +14155550101", "2, +14155550102", "3, +14155550101", "4, +14155550102"})
    void humans_take_turns(int tries, String first) {
        assertThat(rules(ANN, BOB).due(wish(tries), NOON))
                .isInstanceOfSatisfying(Next.Ring.class, ring -> {
                    assertThat(ring.humans()).containsExactlyInAnyOrder(ANN, BOB);
                    assertThat(ring.humans().getFirst().e164()).isEqualTo(first);
                });
    }

    @Test
    void without_humans_the_wish_is_somebody_elses_work() {
        assertThat(rules().due(wish(1), NOON)).isEqualTo(new Next.End(Wish.State.KEPT, "nobody-to-ring"));
    }

    @Test
    void a_wish_gets_too_old() {
        var later = NOON.plus(Duration.ofDays(2));

        assertThat(rules(ANN).due(wish(1), later)).isInstanceOf(Next.Ring.class);
        assertThat(rules(ANN).due(wish(1), later.plusMillis(1)))
                .isEqualTo(new Next.End(Wish.State.GIVEN_UP, "too-old"));
    }

    @Test
    void tries_that_were_lost_count() {
        assertThat(rules(ANN).due(wish(3), NOON)).isInstanceOf(Next.Ring.class);
        assertThat(rules(ANN).due(wish(4), NOON)).isEqualTo(new Next.End(Wish.State.GIVEN_UP, "lost"));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-11-23T11:59:59Z, ",
        "2026-11-23T12:00:00Z, 2026-11-23T13:00:00Z", // the hours may be changed meanwhile
        "2026-11-23T08:30:00Z, 2026-11-23T09:00:00Z"
    })
    void nobody_is_rung_outside_opening_hours(Instant now, Instant until) {
        var open = new CallbackRules(rules(ANN).how(), Optional.of(MONDAY_MORNING));

        var next = open.due(wish(1), now);

        assertThat(next).isInstanceOf(until == null ? Next.Ring.class : Next.Wait.class);
        if (next instanceof Next.Wait wait) {
            assertThat(wait.until()).isEqualTo(until);
        }
    }

    @ParameterizedTest
    @CsvSource({"1, 0", "2, 10", "3, 0", "4, 20"})
    void the_next_human_comes_at_once_and_the_next_attempt_after_ever_longer_pauses(int tries, int minutes) {
        assertThat(rules(ANN, BOB).after(wish(tries), Result.HUMAN_NO_ANSWER, NOON))
                .isEqualTo(new Next.Again(NOON.plus(Duration.ofMinutes(minutes)), tries));
    }

    @Test
    void a_caller_who_does_not_answer_ends_the_attempt() {
        assertThat(rules(ANN, BOB).after(wish(1), Result.CALLER_NO_ANSWER, NOON))
                .isEqualTo(new Next.Again(NOON.plus(Duration.ofMinutes(10)), 2));
    }

    @Test
    void a_pause_is_never_longer_than_four_hours_or_what_was_asked_for() {
        var how = new Destination.Callback(List.of(ANN), 20, Duration.ofHours(3), Duration.ofDays(9), Set.of());
        var daily = new Destination.Callback(List.of(ANN), 20, Duration.ofDays(1), Duration.ofDays(9), Set.of());

        assertThat(new CallbackRules(how, Optional.empty()).after(wish(19), Result.HUMAN_BUSY, NOON))
                .isEqualTo(new Next.Again(NOON.plus(Duration.ofHours(4)), 19));
        assertThat(new CallbackRules(daily, Optional.empty()).after(wish(19), Result.HUMAN_BUSY, NOON))
                .isEqualTo(new Next.Again(NOON.plus(Duration.ofDays(1)), 19));
    }

    @ParameterizedTest
    @EnumSource(value = Result.class, names = "CONNECTED", mode = EnumSource.Mode.EXCLUDE)
    void the_last_attempt_gives_up_with_its_reason(Result result) {
        assertThat(rules(ANN).after(wish(3), result, NOON))
                .isEqualTo(new Next.End(Wish.State.GIVEN_UP, result.slug()));
    }

    @Test
    void who_has_spoken_is_not_called_again() {
        assertThat(rules(ANN).after(wish(1), Result.CONNECTED, NOON))
                .isEqualTo(new Next.End(Wish.State.CONNECTED, "connected"));
    }
}
