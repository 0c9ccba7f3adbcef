package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What happens at the human's end of a transfer to a phone.
@Execution(ExecutionMode.CONCURRENT)
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

    @Test
    void one_of_several_takes_it_by_key_even_when_a_mailbox_was_faster() {
        try (var server = TestServer.plan()
                .person("dial: [\"+14155550101\", \"+14155550102\"], ring: together")
                .start()) {
            server.humans.voicemail("+14155550101", Duration.ofMillis(500));
            server.humans.answer("+14155550102", Duration.ofSeconds(2));
            var call = server.ringAndGreet();

            call.press('0');

            var bridged = call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            assertThat(bridged.with()).isEqualTo("+14155550102");
        }
    }

    @Test
    void whoever_answers_at_a_sip_address_is_asked_in_the_language_of_the_call() {
        try (var server = TestServer.plan()
                .person("sip: \"sip:desk@acme.example\"")
                .agent("languages: { es: { voice: marin } }")
                .start()) {
            server.humans.answer("sip:desk@acme.example", Duration.ofSeconds(1));
            var call = server.ringAndGreet();

            call.press('0');

            call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            assertThat(call.steps(CallStep.Whispered.class))
                    .extracting(CallStep.Whispered::text)
                    .contains("Pulse 1 para atender la llamada.");
        }
    }

    @Test
    void without_a_whisper_whoever_picks_up_has_the_call() {
        try (var server = TestServer.plan()
                .person("dial: \"" + PERSON + "\", whisper: none")
                .start()) {
            var call = server.ringAndGreet();

            call.press('0');

            call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            assertThat(call.steps(CallStep.Whispered.class)).isEmpty();
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
