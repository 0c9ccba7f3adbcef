package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.KEY;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.TOKEN;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.Move;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Whole calls as they should go: goodbyes, interruptions, people who do not answer, and a server that goes down.
@Execution(ExecutionMode.CONCURRENT)
class ConversationTest {
    private static final String QUESTION = "Where is order AB7492?";
    /// What a million tokens cost that the agent speaks, and a minute of the caller's speech. A token is a twentieth of
    /// a second.
    private static String prices(int spoken, int heard) {
        return """
                { model: openai/gpt-realtime-2.1, prices: {
                    gpt-realtime-2.1: { text_in: 0, text_out: 0, audio_in: 0, audio_out: %d },
                    gpt-transcribe: { per_minute: %d } } }""".formatted(spoken, heard);
    }

    @Test
    void a_goodbye_is_heard_in_full_before_the_server_hangs_up() {
        try (var server = TestServer.started()) {
            var goodbye = "Thank you for calling. Goodbye.";
            server.script.plays(List.of(new Move.Speak(goodbye), new Move.CallTool("end_call", "{}")));
            var call = server.ringAndGreet();

            server.says("That is all.");

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.streamHeard())
                    .isGreaterThanOrEqualTo(spoken(GREETING + goodbye).minusMillis(60));
            assertThat(server.disposition(call))
                    .isEqualTo(new Disposition(Disposition.Outcome.RESOLVED, "goodbye"));
            server.awaitNoSessions();
        }
    }

    @Test
    void a_silent_caller_is_asked_once_and_then_taken_leave_of() {
        try (var server = TestServer.plan().agent("limits: { silence: 3s }").start()) {
            var asked = "Are you still there?";
            var farewell =
                    "I can't hear you any more, so I'll end the call here. Please call again any time. Goodbye.";

            var call = server.ringAndGreet();

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.streamHeard())
                    .isGreaterThanOrEqualTo(spoken(GREETING + asked + farewell).minusMillis(60));
            assertThat(server.disposition(call)).isEqualTo(new Disposition(Disposition.Outcome.RESOLVED, "silence"));
            server.awaitNoSessions();
        }
    }

    @Test
    void a_call_that_takes_too_long_is_handed_to_a_person_in_the_agents_own_words() {
        try (var server = TestServer.plan().agent("limits: { call: 10s }").start()) {
            var call = server.ringAndGreet();

            var rings = server.awaitPerson(call);

            assertThat(rings.destinations()).containsExactly(PERSON);
            assertThat(rings.at()).isBetween(Duration.ofSeconds(10), server.soon(Duration.ofSeconds(14)));
            assertThat(call.streamHeard()).isGreaterThanOrEqualTo(spoken(GREETING + "One moment.").minusMillis(60));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("call_too_long");
        }
    }

    @Test
    void a_call_that_has_cost_enough_is_handed_to_a_person_when_the_agent_has_finished() {
        try (var server = TestServer.plan()
                .engine(prices(1_000_000, 0))
                .agent("limits: { cost_per_call: 60 USD }")
                .start()) {
            var cheap = "It ships on Friday.";
            var dear = "The other one is on its way, and will be with you tomorrow before noon.";
            server.script.says(cheap).says(dear).says("Never said.");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, cheap);

            server.says("And the other one?");

            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            assertThat(call.streamHeard())
                    .isGreaterThanOrEqualTo(spoken(GREETING + cheap + dear).minusMillis(60));
            assertThat(call.steps(CallStep.Said.class)).extracting(CallStep.Said::text).containsExactly("One moment.");
            assertThat(server.session(0).responses()).hasSize(3);
            var handoff = server.handoff(call);
            assertThat(handoff.cause().slug()).isEqualTo("cost_limit");
            assertThat(handoff.story().summary()).endsWith("The call reached the most it may cost with the agent.");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
            server.awaitNoSessions();
        }
    }

    @Test
    void a_transcription_that_is_charged_by_its_length_can_reach_the_limit_and_the_answer_is_still_heard() {
        try (var server = TestServer.plan()
                .engine(prices(0, 60))
                .agent("limits: { cost_per_call: 1.50 USD }")
                .start()) {
            var answer = "It ships on Friday, and will be with you on Monday before noon.";
            server.script.says(answer);
            var call = server.ringAndGreet();
            await().atMost(PATIENCE).until(() -> server.allProven(call));

            call.say(Clip.tone(440, Duration.ofMillis(1_800)));

            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            assertThat(call.streamHeard())
                    .isGreaterThanOrEqualTo(spoken(GREETING + answer).minusMillis(60));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("cost_limit");
            assertThat(server.offhook.store().bill(new CallId(call.sid())).amounts().get("USD"))
                    .isBetween(new BigDecimal("1.5"), new BigDecimal("4"));
        }
    }

    @Test
    void what_must_be_told_is_told_before_the_agent_hears_anything() {
        try (var server = TestServer.plan()
                .privacy("{ disclose: An AI assistant answers this call. }")
                .start()) {
            var call = server.ringAndGreet();

            var told = call.steps(CallStep.Said.class);
            assertThat(told).extracting(CallStep.Said::text).containsExactly("An AI assistant answers this call.");
            assertThat(call.steps(CallStep.StreamOpened.class).getFirst().at())
                    .isGreaterThan(told.getFirst().at());
        }
    }

    @Test
    void an_interrupted_answer_is_truncated_at_what_the_caller_heard() {
        // At the pace of life, since milliseconds count.
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.says("This is a long answer that the caller is going to interrupt before its end.");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, "This is a long");

            call.say(Clip.tone(440, Duration.ofMillis(800)));

            await().atMost(PATIENCE).until(() -> !server.session(0).truncations().isEmpty());
            assertThat(call.await(CallStep.Cleared.class, PATIENCE)).isPresent();
            assertThat(call.timings().bargeIns().getLast()).isLessThan(Duration.ofMillis(500));
            var truncation = server.session(0).truncations().getFirst();
            assertThat((double) truncation.audioEndMs())
                    .isCloseTo(call.streamHeard().minus(spoken(GREETING)).toMillis(), within(40.0));
            var heard = call.streamHeard();
            await().during(Duration.ofMillis(300)).until(() -> call.streamHeard().equals(heard));
        }
    }

    @Test
    void an_agent_that_asks_for_a_person_announces_it_and_transfers_once() {
        try (var server = TestServer.started()) {
            server.script.calls(
                    "escalate_to_human", "{\"reason\":\"refund\",\"summary\":\"A \\\"double\\\" charge </Task>\"}");
            var call = server.ringAndGreet();

            server.says("I want my money back.");

            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
            assertThat(call.streamHeard()).isGreaterThanOrEqualTo(spoken(GREETING + "One moment.").minusMillis(60));
            assertThat(server.handoff(call).summary()).isEqualTo("A \"double\" charge </Task>");
        }
    }

    @Test
    void a_caller_whom_nobody_answers_leaves_a_message() {
        try (var server = TestServer.started()) {
            server.humans.noAnswer(PERSON);
            var call = server.ringAndGreet();
            call.press('0');
            call.await(CallStep.DialEnded.class, PATIENCE).orElseThrow();
            assertThat(call.awaitHeard("nobody could take your call", PATIENCE)).isTrue();

            call.say(Clip.tone(300, Duration.ofSeconds(8)));

            call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
            call.awaitEnded(PATIENCE);
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
            assertThat(server.offhook.store().voicemail(new CallId(call.sid()))).isPresent();
        }
    }

    @Test
    void nothing_that_a_caller_says_and_no_key_is_logged() {
        try (var server = TestServer.started()) {
            // The answer that fails takes its part of the script with it.
            server.script
                    .says("It left yesterday.")
                    .staysSilent()
                    .calls("nonsense", "{\"card\":\"4111111111111111\"}");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, "It left yesterday.");
            server.engine.injectOnce(EngineFault.RESPONSE_SERVER_ERROR);
            server.says("My card is 4111111111111111");
            server.awaitCause("tool: nonsense");
            server.engine.inject(EngineFault.UNAUTHORIZED);
            server.session(0).cut();
            server.awaitPerson(call);
            call.awaitEnded(PATIENCE);

            var log = String.join("\n", server.log());

            assertThat(log).doesNotContain(KEY, TOKEN, CALLER, PERSON, "AB7492", "4111", "yesterday", "nonsense");
            assertThat(log).contains("tool ran");
            assertThat(call.streamParameters().values()).noneMatch(log::contains);
        }
    }

    @Test
    void a_server_that_goes_down_hands_its_calls_over_at_the_deadline() {
        try (var server = TestServer.plan()
                .set("OFFHOOK_DRAIN_DEADLINE", "2s")
                .set("OFFHOOK_DRAIN_CONVERGE", "0s")
                .start()) {
            server.script.says("It is on its way.");
            var call = server.ringAndGreet();

            var drained = CompletableFuture.runAsync(server.offhook::drain);

            server.says(QUESTION);
            server.hears(call, GREETING, "It is on its way.");
            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            assertThat(drained).succeedsWithin(PATIENCE);
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(1);
            assertThat(server.engine.openSessions()).isZero();
        }
    }
}
