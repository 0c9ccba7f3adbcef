package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Route;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Humans;
import io.offhook.simulator.Humans.Behaviour;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A caller whom nobody takes is never left alone: whatever becomes of the queue or the number, a message can be left.
@Execution(ExecutionMode.CONCURRENT)
class RouteTest {
    private static final String WORKFLOW = "WW00000000000000000000000000000043";
    private static final Duration LATE = Duration.ofMinutes(1);

    @Test
    void the_way_to_a_person_needs_nothing_of_twilios_rest_api() {
        try (var server = TestServer.plan()
                .set("OFFHOOK_TWILIO_URL", "http://127.0.0.1:9")
                .start()) {
            server.script.calls("escalate_to_human", "{\"reason\":\"refund\",\"summary\":\"Charged twice\"}");
            var call = server.ringAndGreet();
            var asked = call.sinceRing();

            server.says("I want my money back.");

            server.reachesPerson(call, asked, Duration.ofSeconds(5));
            assertThat(call.steps(CallStep.RestUpdated.class)).isEmpty();
        }
    }

    @ParameterizedTest
    @EnumSource(QueueTrouble.class)
    void a_queue_that_does_not_take_the_caller_is_followed_by_a_voicemail(QueueTrouble trouble) {
        try (var server = TestServer.plan().workflow(WORKFLOW).speed(8).start()) {
            server.humans.at(WORKFLOW, trouble.behaviour);
            var call = server.ringAndGreet();

            call.press('0');

            voicemail(call);
            assertThat(call.steps(CallStep.Enqueued.class)).singleElement().satisfies(queued -> assertThat(
                            queued.workflowSid())
                    .hasValue(WORKFLOW));
            assertThat(call.steps(CallStep.LeftQueue.class)).singleElement().satisfies(left -> assertThat(left.result())
                    .isEqualTo(trouble.queueResult));
            assertThat(stepped(server, call)).containsExactly("workflow " + trouble.stored);
        }
    }

    enum QueueTrouble {
        FULL(new Behaviour.QueueFull(), "queue-full", Route.Result.QUEUE_FULL),
        SYSTEM_ERROR(new Behaviour.Failed(), "system-error", Route.Result.FAILED),
        TASK_TIMES_OUT(new Behaviour.NoAnswer(), "leave", Route.Result.NO_ANSWER),
        ANSWERED_TOO_LATE(
                new Behaviour.Answers(LATE, Optional.empty(), Duration.ofSeconds(1)), "leave", Route.Result.NO_ANSWER);

        private final Behaviour behaviour;
        private final String queueResult;
        private final Route.Result stored;

        QueueTrouble(Behaviour behaviour, String queueResult, Route.Result stored) {
            this.behaviour = behaviour;
            this.queueResult = queueResult;
            this.stored = stored;
        }
    }

    @ParameterizedTest
    @EnumSource(DialTrouble.class)
    void a_number_that_does_not_take_the_caller_is_followed_by_a_voicemail(DialTrouble trouble) {
        try (var server = TestServer.plan().speed(8).start()) {
            server.humans.at(PERSON, trouble.behaviour);
            var call = server.ringAndGreet();

            call.press('0');

            voicemail(call);
            assertThat(call.steps(CallStep.DialEnded.class)).singleElement().satisfies(ended -> assertThat(
                            ended.status())
                    .isEqualTo(trouble.dialStatus));
            assertThat(stepped(server, call)).containsExactly("number " + trouble.stored);
        }
    }

    enum DialTrouble {
        NOBODY_ANSWERS(new Behaviour.NoAnswer(), "no-answer", Route.Result.NO_ANSWER),
        BUSY(new Behaviour.Busy(), "busy", Route.Result.BUSY),
        FAILED(new Behaviour.Failed(), "failed", Route.Result.FAILED);

        private final Behaviour behaviour;
        private final String dialStatus;
        private final Route.Result stored;

        DialTrouble(Behaviour behaviour, String dialStatus, Route.Result stored) {
            this.behaviour = behaviour;
            this.dialStatus = dialStatus;
            this.stored = stored;
        }
    }

    @Test
    void a_message_that_was_left_is_stored_as_the_end_of_the_call() {
        try (var server = TestServer.plan().workflow(WORKFLOW).speed(8).start()) {
            server.humans.queueFull(WORKFLOW);
            var call = server.ringAndGreet();
            call.press('0');
            voicemail(call);

            call.say(Clip.tone(440, Duration.ofSeconds(8)));

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.steps(CallStep.Recorded.class)).hasSize(1);
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
            assertThat(server.offhook.store().voicemail(new CallId(call.sid()))).isPresent();
            assertThat(stepped(server, call)).containsExactly("workflow QUEUE_FULL", "voicemail VOICEMAIL");
        }
    }

    @Test
    void a_caller_who_hangs_up_in_the_queue_is_asked_for_by_nobody_else() {
        try (var server = TestServer.plan().workflow(WORKFLOW).speed(8).start()) {
            server.humans.at(WORKFLOW, new Humans.Behaviour.Answers(LATE, Optional.empty(), LATE));
            var call = server.ringAndGreet();
            call.press('0');
            call.await(CallStep.Enqueued.class, PATIENCE).orElseThrow();

            call.hangUp();

            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.ABANDONED);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("caller_pressed_zero");
        }
    }

    /// Waits for the document that asks for a message.
    private static void voicemail(SimulatedCall call) {
        assertThat(call.await(CallStep.Asked.class, asked -> asked.body().contains("<Record"), PATIENCE))
                .as("%s", call.steps())
                .isPresent();
    }

    private static List<String> stepped(TestServer server, SimulatedCall call) {
        server.offhook.flush(PATIENCE);
        return server.offhook.store().route(new CallId(call.sid())).stream()
                .map(step -> step.destination() + " " + step.result().map(Enum::name).orElse("-"))
                .toList();
    }
}
