package io.offhook.server;

import static io.offhook.server.TestServer.ACCOUNT;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.TOKEN;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Humans.Behaviour;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedCarrier;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What a handoff bears, at each of its steps: an engine that is gone, a caller who is gone, a provider whose REST API
/// fails, a queue that takes nobody.
@Timeout(120)
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class HandoffFaultsTest {
    private static final String ANNOUNCEMENT = "One moment.";
    private static final String QUESTION = "I want my money back.";
    private static final String SECOND = "+14155550111";
    private static final String QUEUE = "support";
    private static final Duration TALK = Duration.ofSeconds(2);
    private static final Duration LATE = Duration.ofMinutes(5);

    /// A moment of a handoff.
    private enum Step {
        ANNOUNCEMENT_IS_ASKED_FOR((server, _) -> server.lastHandoff().isPresent()),
        ANNOUNCEMENT_IS_HEARD((_, call) -> call.streamHeard().compareTo(spoken(GREETING + "One")) >= 0),
        ANNOUNCEMENT_WAS_HEARD((_, call) -> call.streamHeard().compareTo(spoken(GREETING + ANNOUNCEMENT)) >= 0),
        STREAM_IS_CLOSED((_, call) -> happened(call, CallStep.StreamClosed.class)),
        PHONE_RINGS((_, call) -> happened(call, CallStep.Dialled.class)),
        WHISPER_IS_HEARD((_, call) -> happened(call, CallStep.Whispered.class)),
        THEY_TALK((_, call) -> happened(call, CallStep.Bridged.class)),
        CALLER_WAITS_IN_THE_QUEUE((_, call) -> happened(call, CallStep.Played.class)),
        CALLER_HEARS_OF_THE_VOICEMAIL((_, call) -> call.steps(CallStep.Said.class).stream()
                .anyMatch(said -> said.text().contains("leave a message"))),
        MESSAGE_IS_SPOKEN((_, call) -> happened(call, CallStep.Spoke.class)
                && call.stillToSay().compareTo(Duration.ofSeconds(5)) < 0);

        private final BiPredicate<TestServer, SimulatedCall> reached;

        Step(BiPredicate<TestServer, SimulatedCall> reached) {
            this.reached = reached;
        }

        private static boolean happened(SimulatedCall call, Class<? extends CallStep> kind) {
            return !call.steps(kind).isEmpty();
        }

        void await(TestServer server, SimulatedCall call) {
            org.awaitility.Awaitility.await()
                    .pollDelay(Duration.ZERO)
                    .pollInterval(Duration.ofMillis(2))
                    .atMost(PATIENCE)
                    .until(() -> reached.test(server, call));
        }
    }

    private static void asksForAPerson(TestServer server) {
        server.script.calls("escalate_to_human", "{\"reason\":\"Refund\",\"summary\":\"Charged twice in March\"}");
    }

    private static void knowsTheStory(TestServer server, SimulatedCall call, String cause) {
        var handoff = server.handoff(call);
        assertThat(handoff.cause().slug()).isEqualTo(cause);
        assertThat(handoff.transcript()).extracting(Turn::text).contains(GREETING);
        assertThat(server.happened(call)).containsOnlyOnce("handoff");
    }

    // --- the engine is gone ---

    @ParameterizedTest
    @EnumSource(
            names = {
                "ANNOUNCEMENT_IS_ASKED_FOR",
                "ANNOUNCEMENT_IS_HEARD",
                "ANNOUNCEMENT_WAS_HEARD",
                "STREAM_IS_CLOSED",
                "PHONE_RINGS",
                "THEY_TALK"
            })
    void an_engine_that_dies_on_the_way_to_a_person_keeps_nobody_from_getting_there(Step step) {
        try (var server = TestServer.started()) {
            asksForAPerson(server);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            step.await(server, call);

            server.engine.vanish();

            server.reachesPerson(call, call.sinceRing(), Duration.ofSeconds(8));
            knowsTheStory(server, call, "agent_asked");
            assertThat(server.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
        }
    }

    @Test
    void an_engine_that_dies_while_it_sums_the_call_up_is_not_waited_for() {
        try (var server = TestServer.started()) {
            server.script.calls("escalate_to_human", "{\"reason\":\"Refund\",\"summary\":\"\"}");
            var call = server.ringAndGreet(new CarrierFault.NoMarks());
            server.session(0).typed(QUESTION);
            Step.ANNOUNCEMENT_WAS_HEARD.await(server, call);

            server.engine.vanish();

            server.reachesPerson(call, call.sinceRing(), Duration.ofSeconds(8));
            assertThat(server.handoff(call).story().summary()).isNotBlank();
        }
    }

    @Test
    void an_engine_that_is_gone_when_the_caller_comes_back_to_it_ends_at_the_voicemail() {
        try (var server = TestServer.plan()
                .person("dial: \"" + PERSON + "\", wait: 5s, else: agent")
                .start()) {
            server.humans.busy(PERSON);
            asksForAPerson(server);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            Step.PHONE_RINGS.await(server, call);

            server.engine.vanish();

            leavesMessage(call);
            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.steps(CallStep.Dialled.class)).as("once for each reason to go").hasSize(2);
            assertThat(server.disposition(call).outcome()).isEqualTo(Outcome.VOICEMAIL);
        }
    }

    private static void leavesMessage(SimulatedCall call) {
        assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                .as("%s", call.steps())
                .isTrue();
        call.say(Clip.tone(300, Duration.ofSeconds(8)));
        call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
    }

    // --- the caller is gone ---

    /// When the caller hangs up, and what the call has come to then.
    enum Gone {
        WHILE_THE_AGENT_ANNOUNCES(Step.ANNOUNCEMENT_IS_HEARD, Outcome.ABANDONED, 0),
        BEFORE_THE_PROVIDER_ASKS(Step.STREAM_IS_CLOSED, Outcome.ABANDONED, 1),
        WHILE_THE_PHONE_RINGS(Step.PHONE_RINGS, Outcome.ABANDONED, 1),
        WHILE_THE_PERSON_IS_TOLD(Step.WHISPER_IS_HEARD, Outcome.ABANDONED, 1),
        WHILE_THEY_TALK(Step.THEY_TALK, Outcome.TRANSFERRED, 1);

        private final Step step;
        private final Outcome outcome;
        private final int dials;

        Gone(Step step, Outcome outcome, int dials) {
            this.step = step;
            this.outcome = outcome;
            this.dials = dials;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_caller_who_hangs_up_on_the_way_is_asked_for_by_nobody_else(Gone gone) {
        try (var server = TestServer.plan()
                .person("dial: \"" + PERSON + "\", wait: 20s, else: desk }\n    desk: { dial: \"" + SECOND + "\"")
                .start()) {
            server.humans.answer(PERSON, Duration.ofSeconds(5), LATE).answer(SECOND, Duration.ofSeconds(1), TALK);
            asksForAPerson(server);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            gone.step.await(server, call);

            call.hangUp();

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.CALLER_HUNG_UP);
            isOver(server, call, gone.outcome);
            assertThat(call.steps(CallStep.Dialled.class)).hasSizeLessThanOrEqualTo(gone.dials);
            knowsTheStory(server, call, "agent_asked");
        }
    }

    @Test
    void a_caller_who_hangs_up_in_the_queue_has_left_it() {
        try (var server = TestServer.plan().person("queue: " + QUEUE + ", wait: 5m").start()) {
            server.humans.noAnswer(QUEUE);
            asksForAPerson(server);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            Step.CALLER_WAITS_IN_THE_QUEUE.await(server, call);

            call.hangUp();

            call.awaitEnded(PATIENCE);
            isOver(server, call, Outcome.ABANDONED);
        }
    }

    /// Whether a message is left by one who hangs up at the voicemail.
    enum AtTheVoicemail {
        BEFORE_THE_TONE(Step.CALLER_HEARS_OF_THE_VOICEMAIL, Outcome.ABANDONED),
        IN_MID_MESSAGE(Step.MESSAGE_IS_SPOKEN, Outcome.VOICEMAIL);

        private final Step step;
        private final Outcome outcome;

        AtTheVoicemail(Step step, Outcome outcome) {
            this.step = step;
            this.outcome = outcome;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_caller_who_hangs_up_at_the_voicemail_has_left_what_was_said(AtTheVoicemail gone) {
        try (var server = TestServer.started()) {
            server.humans.busy(PERSON);
            asksForAPerson(server);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            Step.CALLER_HEARS_OF_THE_VOICEMAIL.await(server, call);
            if (gone == AtTheVoicemail.IN_MID_MESSAGE) {
                call.await(CallStep.Asked.class, asked -> asked.body().contains("<Record"), PATIENCE);
                call.say(Clip.tone(300, Duration.ofSeconds(20)));
            }
            gone.step.await(server, call);

            call.hangUp();

            call.awaitEnded(PATIENCE);
            isOver(server, call, gone.outcome);
            await().atMost(PATIENCE)
                    .until(() -> server.offhook.store().voicemail(new CallId(call.sid())).isPresent()
                            == (gone.outcome == Outcome.VOICEMAIL));
        }
    }

    /// Ended as it should, with nothing left that costs anything.
    private static void isOver(TestServer server, SimulatedCall call, Outcome outcome) {
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(server.disposition(call).outcome()).isEqualTo(outcome));
        server.awaitNoSessions();
        assertThat(server.offhook.calls().onLine()).isZero();
    }

    // --- the provider's REST API fails ---

    @ParameterizedTest
    @EnumSource(names = {"NOT_FOUND", "TOO_MANY_REQUESTS", "SERVER_ERROR", "HANG"})
    void a_handoff_needs_no_rest(RestFailure failure) {
        try (var rest = SimulatedCarrier.builder()
                        .account(ACCOUNT, TOKEN)
                        .restPort(0)
                        .start();
                var server = TestServer.plan()
                        .set("OFFHOOK_TWILIO_URL", rest.restUrl().toString())
                        .set("TWILIO_API_KEY", "SK00000000000000000000000000000042")
                        .set("TWILIO_API_SECRET", "test-secret-7a6b5c4d3e2f")
                        .start()) {
            rest.failRest(failure, 1_000);
            asksForAPerson(server);
            var call = server.ringAndGreet();

            server.says(QUESTION);

            server.reachesPerson(call, call.sinceRing(), Duration.ofSeconds(8));
            assertThat(server.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
        }
    }

    // --- the queue takes nobody ---

    enum QueueTrouble {
        FULL(new Behaviour.QueueFull()),
        SYSTEM_ERROR(new Behaviour.Failed()),
        NOBODY_IN_TIME(new Behaviour.Answers(LATE, Optional.empty(), TALK));

        private final Behaviour behaviour;

        QueueTrouble(Behaviour behaviour) {
            this.behaviour = behaviour;
        }
    }

    @ParameterizedTest
    @EnumSource
    void a_queue_that_takes_nobody_is_followed_by_a_number_with_the_same_story(QueueTrouble trouble) {
        try (var server = TestServer.plan()
                .speed(8)
                .person("queue: " + QUEUE + ", wait: 20s, else: desk }\n    desk: { dial: \"" + SECOND + "\"")
                .start()) {
            server.humans.at(QUEUE, trouble.behaviour).answer(SECOND, Duration.ofSeconds(1), TALK);
            asksForAPerson(server);
            var call = server.ringAndGreet();

            server.says(QUESTION);

            var bridged = call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            assertThat(bridged.with()).isEqualTo(SECOND);
            assertThat(call.steps(CallStep.Whispered.class))
                    .extracting(CallStep.Whispered::text)
                    .contains("Refund. Charged twice in March");
            call.awaitEnded(PATIENCE);
            assertThat(server.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
            knowsTheStory(server, call, "agent_asked");
            assertThat(steps(call)).hasSize(2);
        }
    }

    private static List<CallStep> steps(SimulatedCall call) {
        return call.steps().stream()
                .filter(step -> step instanceof CallStep.Enqueued || step instanceof CallStep.Dialled)
                .toList();
    }
}
