package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens at the human's end of a transfer to a phone.
class TakingACallTest {

    @Test
    void the_person_hears_what_it_is_about_and_takes_it_with_1() {
        try (var server = TestServer.started()) {
            server.script.calls("escalate_to_human", "{\"reason\":\"Refund\",\"summary\":\"Charged twice in March\"}");
            var call = server.ringAndGreet();

            server.says("I want my money back.");

            call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            assertThat(call.steps(CallStep.Gathered.class))
                    .extracting(CallStep.Gathered::digits)
                    .containsExactly("1");
            assertThat(call.steps(CallStep.Whispered.class))
                    .extracting(CallStep.Whispered::text)
                    .contains("Refund. Charged twice in March", "Press 1 to take the call.");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"no-answer", "completed"})
    void a_mailbox_that_picks_up_does_not_get_the_caller(String reported) {
        try (var server = TestServer.started()) {
            server.humans.voicemail(PERSON, Duration.ofSeconds(1)).refusedWhisperReportsAs(reported);
            var call = server.ringAndGreet();

            call.press('0');

            call.await(CallStep.DialEnded.class, PATIENCE).orElseThrow();
            assertThat(call.awaitHeard("nobody could take your call", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
            assertThat(call.steps(CallStep.Bridged.class)).isEmpty();
        }
    }
}
