package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Callers who need a person when nobody is there.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class AfterHoursTest {
    private static final Instant TUESDAY = Instant.parse("2026-03-17T10:00:00Z");
    private static final Instant SUNDAY = Instant.parse("2026-03-15T10:00:00Z");

    private static final Duration UNTIL_CLOSING = Duration.ofSeconds(8);
    private static final Instant JUST_BEFORE_CLOSING =
            Instant.parse("2026-03-17T18:00:00Z").minus(UNTIL_CLOSING);

    private static TestServer server(Instant time) {
        return server(time, "{ voicemail: night@acme.example");
    }

    private static TestServer server(Instant time, String closed) {
        return TestServer.plan()
                .agent("hours: { zone: UTC, open: \"Mon-Fri 09:00-18:00\" }")
                .person("""
                        dial: "%s", wait: 5s }
                            closed: %s""".formatted(PERSON, closed))
                .at(time)
                .start();
    }

    @Test
    void key_zero_leads_to_the_mailbox_of_the_night_and_rings_nobody() {
        try (var server = server(SUNDAY)) {
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(call.awaitHeard("Our office is closed", PATIENCE)).isTrue();
            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.handoff(call).to()).isEqualTo("closed");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
        }
    }

    @Test
    void a_caller_who_leaves_no_message_hears_a_goodbye() {
        try (var server = server(SUNDAY)) {
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            assertThat(call.awaitHeard("Thank you for calling. Goodbye.", PATIENCE)).isTrue();
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Recorded.class)).isEmpty();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.ABANDONED);
        }
    }

    @Test
    void an_agent_that_hands_over_does_not_announce_anybody() {
        try (var server = server(SUNDAY)) {
            var call = server.ringAndGreet();

            server.says("I want to speak to a person.");

            assertThat(call.awaitHeard("Our office is closed", PATIENCE)).isTrue();
            assertThat(server.handoff(call).transcript()).noneMatch(turn -> turn.text().contains("One moment."));
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    @Test
    void where_callers_are_called_back_nobody_is_announced_either() {
        try (var server = server(SUNDAY, "{ callback: none")) {
            var call = server.ringAndGreet();

            server.says("I want to speak to a person.");

            assertThat(call.awaitHeard("We can call you back", PATIENCE)).isTrue();
            assertThat(call.steps(CallStep.Said.class))
                    .extracting(CallStep.Said::text)
                    .startsWith("Our office is closed at the moment.", "We can call you back.");
            assertThat(server.handoff(call).transcript()).noneMatch(turn -> turn.text().contains("One moment."));
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    @Test
    void a_call_that_began_in_opening_hours_goes_to_the_mailbox_once_they_are_over() {
        try (var server = server(JUST_BEFORE_CLOSING)) {
            var call = server.ringAndGreet();
            // The clock of the office stands still until the call is under way.
            var closing = call.sinceRing().plus(UNTIL_CLOSING);
            await().atMost(PATIENCE).until(() -> call.sinceRing().compareTo(closing) > 0);

            call.press('0');

            assertThat(call.awaitHeard("Our office is closed", PATIENCE)).isTrue();
            assertThat(server.handoff(call).to()).isEqualTo("closed");
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    @Test
    void within_opening_hours_a_person_is_rung() {
        try (var server = server(TUESDAY)) {
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            call.awaitEnded(PATIENCE);
        }
    }
}
