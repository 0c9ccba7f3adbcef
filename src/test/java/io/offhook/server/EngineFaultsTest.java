package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.remembered;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition;
import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.Heard;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedEngine;
import java.time.Duration;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

/// What callers hear, and what is stored, when the engine fails.
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class EngineFaultsTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
    private static final String QUESTION = "Where is my order?";
    private static final String WORKFLOW = "WW00000000000000000000000000000044";
    private static final String ANSWER = "Your order is on its way to you.";

    @Test
    void a_conversation_goes_on_with_its_history_when_the_engine_is_cut_mid_answer() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER).says("As I said, it is on its way.");
            var call = server.ringAndGreet();
            server.engine.injectOnce(EngineFault.CUT_MID_ANSWER);

            server.says(QUESTION);

            var second = server.session(1);
            await().atMost(PATIENCE).until(() -> second.responses().size() == 1);
            server.hears(call, GREETING, "As I said, it is on its way.");
            assertThat(remembered(second)).anyMatch(item -> item.contains(QUESTION));
            var heard = call.heard().stream()
                    .filter(each -> each.source() == Heard.Source.STREAM)
                    .toList();
            for (int i = 1; i < heard.size(); i++) {
                assertThat(heard.get(i).from().minus(heard.get(i - 1).until()))
                        .isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            }
            call.hangUp();
            call.awaitEnded(PATIENCE);
            assertThat(server.details(call, "engine_reconnected")).singleElement().satisfies(detail -> assertThat(detail)
                    .matches("\\{\"gap_ms\":\\d{1,4}}"));
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            server.awaitNoSessions();
        }
    }

    @Test
    void key_0_silences_the_agent_and_leads_to_a_person() {
        try (var server = TestServer.started()) {
            server.script.says("This is a very long answer that goes on and on, until somebody presses a key.");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, "This is a");
            var pressed = call.sinceRing();

            call.press('0');

            server.reachesPerson(call, pressed, FIVE_SECONDS);
            var silent = call.heard().stream()
                    .filter(each -> each.source() == Heard.Source.STREAM)
                    .toList()
                    .getLast()
                    .until();
            assertThat(silent.minus(pressed)).isLessThanOrEqualTo(server.soon(Duration.ofMillis(500)));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("caller_pressed_zero");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
            server.awaitNoSessions();
        }
    }

    @Test
    void key_0_leads_to_a_person_while_the_engine_is_dead() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.MUTE);
            var call = server.ring();
            call.await(CallStep.StreamOpened.class, PATIENCE).orElseThrow();
            var pressed = call.sinceRing();

            call.press('0');

            server.reachesPerson(call, pressed, Duration.ofSeconds(2));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("caller_pressed_zero");
        }
    }

    @Test
    void an_engine_that_refuses_connections_leads_to_a_person() {
        try (var server = TestServer.started()) {
            server.engine.vanish();

            var call = server.ring();

            server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_unreachable");
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
        }
    }

    @Test
    void an_engine_that_never_upgrades_leads_to_a_person() {
        // The handshake is timed by the wall's clock.
        try (var server = TestServer.plan().speed(1).start()) {
            server.engine.inject(EngineFault.NEVER_UPGRADE);

            var call = server.ring();

            server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_timeout");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "UNAUTHORIZED, engine_auth, 1",
        "FORBIDDEN, engine_auth, 1",
        "INTERNAL_ERROR, engine_5xx, 2",
        "UNAVAILABLE, engine_5xx, 2",
        "MUTE, engine_mute, 1",
        "NO_SESSION_UPDATED, engine_mute, 1",
        "GARBAGE_ONLY, engine_mute, 1"
    })
    void an_engine_that_cannot_be_had_leads_to_a_person(EngineFault fault, String slug, int attempts) {
        try (var server = TestServer.started()) {
            server.engine.inject(fault);

            var call = server.ring();

            server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);
            assertThat(server.handoff(call).cause().slug()).isEqualTo(slug);
            assertThat(server.engine.attempts()).hasSize(attempts);
            server.awaitNoSessions();
        }
    }

    @Test
    void a_server_error_at_connect_is_retried() {
        try (var server = TestServer.started()) {
            server.engine.injectOnce(EngineFault.UNAVAILABLE);

            var call = server.ringAndGreet();

            assertThat(server.engine.attempts()).extracting(SimulatedEngine.Attempt::status).containsExactly(503, 101);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void an_engine_that_takes_two_seconds_to_refuse_keeps_nobody_waiting_for_a_second_refusal() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.SLOW_CONNECT);
            server.engine.inject(EngineFault.UNAVAILABLE);

            var call = server.ring();

            var began = call.await(CallStep.StreamOpened.class, PATIENCE).orElseThrow().at();
            server.reachesPerson(call, began, FIVE_SECONDS);
            // A longer apology would not fit into the five seconds.
            assertThat(call.steps(CallStep.Said.class).getFirst().text()).isEqualTo("One moment, please.");
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_mute");
            assertThat(server.happened(call)).contains("engine_5xx", "comfort");
            server.awaitNoSessions();
        }
    }

    @Test
    void what_is_said_before_the_second_try_succeeds_reaches_the_engine_to_the_byte() {
        try (var server = TestServer.started()) {
            server.engine.injectOnce(EngineFault.UNAVAILABLE);
            // So quiet that nobody takes it for speech, and no stretch of it like another.
            var noise = new byte[240_000];
            new Random(6).nextBytes(noise);
            for (int i = 0; i < noise.length; i++) {
                noise[i] |= (byte) 0xF0;
            }

            var call = server.ring();
            call.say(noise);

            server.greeted(call, 0);
            var heard = server.session(0).appendedAudio();
            var opened = call.steps(CallStep.StreamOpened.class).getFirst().at();
            var spoke = call.steps(CallStep.Spoke.class).getFirst().at();
            int first = indexOf(Arrays.copyOf(heard, 160), noise);
            assertThat(Duration.ofMillis(first / 8).plus(spoke))
                    .as("when the first sound that the engine heard was said")
                    .isLessThan(opened.plusMillis(100));
            int most = Math.min(heard.length, noise.length - first);
            assertThat(Arrays.copyOf(heard, most)).isEqualTo(Arrays.copyOfRange(noise, first, first + most));
            assertThat(server.engine.attempts()).extracting(SimulatedEngine.Attempt::status).containsExactly(503, 101);
        }
    }

    private static int indexOf(byte[] piece, byte[] whole) {
        for (int at = 0; at + piece.length <= whole.length; at++) {
            if (Arrays.equals(whole, at, at + piece.length, piece, 0, piece.length)) {
                return at;
            }
        }
        throw new AssertionError("never said");
    }

    @Test
    void the_next_call_leaves_an_engine_alone_that_asked_for_it() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.TOO_MANY_REQUESTS);
            var first = server.ring();
            await().atMost(PATIENCE).until(() -> server.engine.attempts().size() == 1);
            server.engine.clear(EngineFault.TOO_MANY_REQUESTS);
            first.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();

            var second = server.ring();

            server.reachesPerson(second, Duration.ZERO, FIVE_SECONDS);
            assertThat(second.steps(CallStep.StreamOpened.class)).isEmpty();
            assertThat(server.engine.attempts()).hasSize(1);
            assertThat(server.handoff(second).cause().slug()).isEqualTo("engine_rate");
            server.reachesPerson(first, Duration.ZERO, FIVE_SECONDS);
            assertThat(server.handoff(first).cause().slug()).isEqualTo("engine_rate");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "es", "de", "fr", "pt-BR", "it"})
    void a_slow_engine_is_bridged_by_a_comforting_word_or_tones(String language) {
        // Two seconds late, of three and a half that it has.
        try (var server = TestServer.plan()
                .speed(2)
                .agent("languages: { " + language + ": { voice: marin } }")
                .start()) {
            server.engine.injectOnce(EngineFault.SLOW_CONNECT);

            var call = server.ringAndGreet();

            assertThat(call.timings().ringToFirstSound().orElseThrow())
                    .isLessThanOrEqualTo(server.soon(Duration.ofMillis(2_500)));
            server.awaitHappened(call, "comfort");
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void garbage_among_proper_events_changes_nothing() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.GARBAGE_AMONG);
            server.script.says(ANSWER);
            var call = server.ringAndGreet();

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            assertThat(server.engine.sessions()).hasSize(1);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void an_engine_that_insists_on_another_format_is_heard_as_speech_and_not_as_noise() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.WRONG_FORMAT_ECHOED);
            server.script.says(ANSWER);
            var call = server.ringAndGreet();

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            // As noise it would be six times as long.
            var heard = call.streamHeard();
            await().during(Duration.ofMillis(300)).until(() -> call.streamHeard().minus(heard).toMillis() < 100);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.offhook.metrics()).contains("\"format_mismatch\"");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"STALL_AFTER_RESPONSE_CREATED", "STALL_MID_ANSWER"})
    void a_stalled_answer_is_asked_for_again(EngineFault stall) {
        try (var server = TestServer.started()) {
            server.script.says("Well.").says(ANSWER).afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.injectOnce(stall);

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            server.awaitHappened(call, "engine_stall");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"en", "es-MX", "it"})
    void an_engine_that_stalls_again_leads_to_a_person_and_no_word_is_lost_on_it(String language) {
        try (var server = TestServer.plan()
                .agent("languages: { " + language + ": { voice: marin } }")
                .start()) {
            server.script.afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.inject(EngineFault.STALL_AFTER_RESPONSE_CREATED);
            var asked = call.sinceRing();

            server.says(QUESTION);

            server.reachesPerson(call, asked, FIVE_SECONDS);
            assertThat(call.steps(CallStep.Said.class)).isEmpty();
            assertThat(server.happened(call)).contains("comfort");
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_stall");
            assertThat(server.handoff(call).transcript())
                    .anyMatch(turn -> turn.speaker() == Turn.Speaker.CALLER && turn.text().equals(QUESTION));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESPONSE_SERVER_ERROR", "RESPONSE_RATE_LIMITED"})
    void a_failed_answer_is_asked_for_again(EngineFault failure) {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER).afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.injectOnce(failure);

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            server.awaitHappened(call, "reply_failed");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"RESPONSE_SERVER_ERROR", "RESPONSE_RATE_LIMITED"})
    void answers_that_keep_failing_lead_to_a_person(EngineFault failure) {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet();
            server.engine.inject(failure);
            var asked = call.sinceRing();

            server.says(QUESTION);

            server.reachesPerson(call, asked, FIVE_SECONDS);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_reply_failed");
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"INCOMPLETE_MAX_OUTPUT_TOKENS", "INCOMPLETE_CONTENT_FILTER"})
    void the_agent_goes_on_after_an_incomplete_answer(EngineFault incomplete) {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER).says("Yes.");
            var call = server.ringAndGreet();
            server.engine.injectOnce(incomplete);
            server.says(QUESTION);
            await().atMost(PATIENCE).until(() -> server.session(0).responses().size() == 2);

            server.says("Really?");

            await().atMost(PATIENCE).until(() -> server.session(0).responses().size() == 3);
            server.hears(call, GREETING, "Yes.");
            server.awaitHappened(call, "reply_incomplete");
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void complaints_of_the_engine_change_nothing() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER);
            var call = server.ringAndGreet();
            for (var code : new String[] {
                "response_cancel_not_active", "conversation_already_has_active_response", "item_truncate_invalid"
            }) {
                server.session(0).sendRaw("""
                        {"type":"error","event_id":"event_x","error":{"type":"invalid_request_error",\
                        "code":"%s","message":"No.","param":null,"event_id":"evt"}}""".formatted(code));
            }

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            assertThat(server.engine.sessions()).hasSize(1);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void an_engine_that_is_gone_for_good_leads_to_a_person_who_knows_what_was_said() {
        try (var server = TestServer.started()) {
            var gone = vanishes(server);

            server.reachesPerson(gone.call, gone.at, FIVE_SECONDS);
            assertThat(server.handoff(gone.call).transcript())
                    .extracting(turn -> turn.text().split(" ")[0])
                    .containsExactly("Hello.", "Where", "Your");
            assertThat(server.handoff(gone.call).cause().slug()).isEqualTo("engine_unreachable");
            assertThat(gone.call.steps(CallStep.Whispered.class))
                    .as("what the person hears before the caller does")
                    .extracting(CallStep.Whispered::text)
                    .anyMatch(words -> words.contains(QUESTION));
        }
    }

    @Test
    void an_engine_that_is_gone_for_good_leaves_what_was_said_in_the_task() {
        try (var server = TestServer.plan().workflow(WORKFLOW).start()) {
            var gone = vanishes(server);

            var queued = gone.call.await(CallStep.Enqueued.class, PATIENCE).orElseThrow();

            var task = JsonMapper.shared().readTree(queued.attributes().orElseThrow());
            assertThat(task.path("cause").asString()).isEqualTo("engine_unreachable");
            assertThat(task.path("summary").asString()).contains(QUESTION);
            assertThat(task.path("turns").asInt()).isEqualTo(3);
        }
    }

    private record Vanished(SimulatedCall call, Duration at) {}

    /// A conversation whose engine is not there any more.
    private static Vanished vanishes(TestServer server) {
        server.script.says(ANSWER);
        var call = server.ringAndGreet();
        server.says(QUESTION);
        server.hears(call, GREETING, ANSWER);
        var gone = call.sinceRing();
        server.engine.vanish();
        return new Vanished(call, gone);
    }

    @Test
    void an_expired_session_is_replaced_with_its_history() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER).says("Still on its way.");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);

            server.session(0).expire();

            var second = server.session(1);
            await().atMost(PATIENCE).until(() -> !second.sent("session.updated").isEmpty());
            server.says("And now?");
            server.hears(call, GREETING, ANSWER, "Still on its way.");
            assertThat(remembered(second)).anyMatch(item -> item.contains(QUESTION));
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void a_session_is_renewed_before_its_end_and_the_conversation_goes_on() {
        // The engine tells the end of a session by the wall's clock.
        try (var server = TestServer.plan().speed(1).sessionLength(Duration.ofSeconds(12)).start()) {
            server.script.says(ANSWER).says("Still on its way.");
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);

            var second = server.session(1);

            await().atMost(PATIENCE).until(() -> !second.sent("session.updated").isEmpty());
            server.says("And now?");
            server.hears(call, GREETING, ANSWER, "Still on its way.");
            assertThat(remembered(second)).anyMatch(item -> item.contains(QUESTION));
            assertThat(server.happened(call)).contains("session_renewed").doesNotContain("engine_expired");
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.engine.openSessions()).isEqualTo(1);
        }
    }

    @Test
    void a_tool_that_ran_before_the_engine_was_cut_is_known_to_the_next_session() {
        try (var server = TestServer.started()) {
            server.script.calls("unheard_of", "{}").says(ANSWER).afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);

            server.session(0).cut();

            var second = server.session(1);
            await().atMost(PATIENCE)
                    .until(() -> remembered(second).stream().anyMatch(item -> item.contains("function_call_output")));
            assertThat(remembered(second)).filteredOn(item -> item.contains("unheard_of")).hasSize(1);
        }
    }

    @Test
    void an_engine_that_never_acknowledges_a_close_keeps_nobody() {
        try (var server = TestServer.started()) {
            server.engine.inject(EngineFault.NEVER_ACKNOWLEDGES_CLOSE);
            var call = server.ringAndGreet();
            var pressed = call.sinceRing();

            call.press('0');

            server.reachesPerson(call, pressed, Duration.ofSeconds(2));
            server.awaitNoSessions();
        }
    }

    @Test
    void a_frame_of_16_mib_from_the_engine_ends_its_session_and_not_the_call() {
        try (var server = TestServer.started()) {
            server.script.says("Lost.").says(ANSWER).afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.injectOnce(EngineFault.HUGE_FRAME);

            server.says(QUESTION);

            server.session(1);
            server.hears(call, GREETING, ANSWER);
            assertThat(spoken(ANSWER)).isLessThanOrEqualTo(call.streamHeard());
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
        }
    }
}
