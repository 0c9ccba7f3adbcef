package io.offhook.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class CallTallyTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final CallId CALL = new CallId("CA1");

    private final Meters meters = new Meters();

    private static Instant at(int seconds) {
        return NOON.plusSeconds(seconds);
    }

    private void recorded(Fact... facts) {
        List.of(facts).forEach(meters::recorded);
    }

    private static Fact started() {
        return new Fact.Started(CALL, NOON, "acme", Optional.empty(), Optional.empty(), "");
    }

    private static Fact ended(Outcome outcome, int seconds) {
        return new Fact.Ended(CALL, at(seconds), new Disposition(outcome, "a_reason"));
    }

    private static Fact handedOff(int seconds) {
        return handedOff(seconds, "default", "");
    }

    private static Fact handedOff(int seconds, String to, String summary) {
        return new Fact.HandedOff(
                CALL,
                at(seconds),
                new Handoff(
                        CALL,
                        new HandoffCause.CallerPressedZero(),
                        "",
                        summary,
                        Handoff.Urgency.NORMAL,
                        to,
                        Optional.empty(),
                        "en",
                        List.of(),
                        at(seconds)));
    }

    private static Fact stepped(int step, String destination, Route.Result result, int seconds) {
        return new Fact.RouteStepped(CALL, at(seconds), step, destination, Optional.of(result));
    }

    private List<String> lines(String meter) {
        return meters.scrape()
                .lines()
                .filter(line -> line.startsWith(meter) && !line.contains("bucket"))
                .toList();
    }

    @ParameterizedTest
    @EnumSource(Outcome.class)
    void a_call_is_counted_once_with_its_outcome_whether_it_had_a_stream_or_not(Outcome outcome) {
        recorded(started(), ended(outcome, 42), ended(Outcome.FAILED, 43));

        assertThat(lines("offhook_calls_total"))
                .containsExactly(
                        "offhook_calls_total{agent=\"acme\",direction=\"inbound\",outcome=\"" + outcome.slug() + "\"} 1.0");
        assertThat(lines("offhook_call_duration_seconds_sum"))
                .containsExactly("offhook_call_duration_seconds_sum{agent=\"acme\",outcome=\"" + outcome.slug()
                        + "\"} 42.0");
    }

    @Test
    void a_lost_stream_is_not_the_end_of_a_call() {
        recorded(started(), new Fact.PhaseChanged(CALL, at(5), "detached"));

        assertThat(lines("offhook_calls_total")).isEmpty();
    }

    @Test
    void the_end_of_a_call_that_began_elsewhere_is_counted_there() {
        recorded(ended(Outcome.RESOLVED, 42));

        assertThat(lines("offhook_calls_total")).isEmpty();
    }

    @Test
    void the_first_sound_is_measured_with_the_outcome_of_the_call() {
        recorded(started());
        meters.firstAudio(CALL, "acme", Duration.ofMillis(180));
        assertThat(lines("offhook_call_first_audio")).isEmpty();

        recorded(ended(Outcome.RESOLVED, 42));

        assertThat(lines("offhook_call_first_audio_seconds_sum"))
                .containsExactly("offhook_call_first_audio_seconds_sum{agent=\"acme\",outcome=\"resolved\"} 0.18");
    }

    @Test
    void the_first_sound_of_a_call_that_began_elsewhere_is_measured_without_waiting_for_its_end() {
        meters.firstAudio(CALL, "acme", Duration.ofMillis(180));

        assertThat(lines("offhook_call_first_audio_seconds_sum"))
                .containsExactly("offhook_call_first_audio_seconds_sum{agent=\"acme\",outcome=\"unknown\"} 0.18");
    }

    // --- waiting for a human

    @Test
    void each_wait_for_somebody_who_did_not_come_is_measured_from_the_step_before() {
        recorded(
                started(),
                handedOff(10),
                stepped(0, "number", Route.Result.NO_ANSWER, 30),
                stepped(0, "number", Route.Result.NO_ANSWER, 31),
                stepped(1, "voicemail", Route.Result.VOICEMAIL, 35));

        assertThat(lines("offhook_handoff_wait_seconds_sum"))
                .containsExactlyInAnyOrder(waited("number", "no-answer", 20), waited("voicemail", "voicemail", 5));
    }

    @Test
    void the_wait_for_somebody_who_came_ends_when_they_take_the_call_by_key() {
        recorded(
                started(),
                handedOff(10),
                stepped(0, "first", Route.Result.BUSY, 12),
                new Fact.Happened(CALL, at(19), 7, "human_accepted", "{}"),
                stepped(1, "second", Route.Result.ACCEPTED, 300));

        assertThat(lines("offhook_handoff_wait_seconds_sum"))
                .containsExactlyInAnyOrder(waited("first", "busy", 2), waited("second", "accepted", 7));
    }

    @Test
    void a_talk_with_a_person_does_not_count_as_waiting() {
        recorded(started(), handedOff(10), stepped(0, "number", Route.Result.ACCEPTED, 300));

        assertThat(lines("offhook_handoff_wait")).isEmpty();
    }

    private static String waited(String destination, String outcome, int seconds) {
        return "offhook_handoff_wait_seconds_sum{destination=\"%s\",outcome=\"%s\",reason=\"caller_pressed_zero\"} %d.0"
                .formatted(destination, outcome, seconds);
    }

    // --- escalations

    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "VOICEMAIL", "CALLBACK", "CALLER_GONE"})
    void an_escalation_is_counted_once_when_it_is_known_what_came_of_it(Route.Result result) {
        recorded(started(), handedOff(10), stepped(0, "number", Route.Result.BUSY, 12));
        assertThat(lines("offhook_escalations_total")).isEmpty();

        recorded(stepped(1, "other", result, 30));
        assertThat(lines("offhook_escalations_total")).containsExactly(escalated("default", result.slug(), 1));

        recorded(stepped(1, "other", result, 31), ended(Outcome.TRANSFERRED, 40));
        assertThat(lines("offhook_escalations_total")).containsExactly(escalated("default", result.slug(), 1));
    }

    @ParameterizedTest
    @CsvSource({
        "TRANSFERRED, accepted",
        "VOICEMAIL, voicemail",
        "CALLBACK, callback",
        "ABANDONED, caller-gone",
        "HUNG_UP, caller-gone",
        "RESOLVED, nobody",
        "FAILED, nobody"
    })
    void where_no_step_tells_what_came_of_it_the_end_of_the_call_does(Outcome how, String outcome) {
        recorded(started(), handedOff(10), ended(how, 40));

        assertThat(lines("offhook_escalations_total")).containsExactly(escalated("default", outcome, 1));
    }

    @Test
    void a_handoff_that_is_written_down_again_with_more_in_it_is_the_same_escalation() {
        recorded(
                started(),
                handedOff(10, "billing", ""),
                handedOff(10, "billing", "A double charge"),
                stepped(0, "number", Route.Result.ACCEPTED, 30));

        assertThat(lines("offhook_escalations_total")).containsExactly(escalated("billing", "accepted", 1));
    }

    @Test
    void a_caller_who_came_back_and_needs_a_person_once_more_is_another_escalation() {
        recorded(
                started(),
                handedOff(10),
                stepped(0, "number", Route.Result.NO_ANSWER, 30),
                handedOff(50),
                stepped(0, "number", Route.Result.ACCEPTED, 60));

        assertThat(lines("offhook_escalations_total"))
                .containsExactlyInAnyOrder(escalated("default", "nobody", 1), escalated("default", "accepted", 1));
    }

    @Test
    void what_comes_of_an_escalation_on_a_call_that_began_elsewhere_is_not_known_here() {
        recorded(handedOff(10), handedOff(10));

        assertThat(lines("offhook_escalations_total")).containsExactly(escalated("default", "unknown", 1));
    }

    private static String escalated(String destination, String outcome, int times) {
        return "offhook_escalations_total{destination=\"%s\",outcome=\"%s\",reason=\"caller_pressed_zero\"} %d.0"
                .formatted(destination, outcome, times);
    }
}
