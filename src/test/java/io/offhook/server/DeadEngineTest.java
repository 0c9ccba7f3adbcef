package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.remembered;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.Heard;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// An engine that is gone without a word, or listens to none. Real time, since seconds are promised.
@Execution(ExecutionMode.CONCURRENT)
class DeadEngineTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
    private static final Duration HALF_A_SECOND = Duration.ofMillis(500);
    private static final String LONG_ANSWER = "This is a long answer that goes on and on.";
    private static final String QUESTION = "Where is my order?";
    private static final String ANSWER = "It is on its way.";

    @Test
    void key_0_leads_to_a_person_while_the_engines_port_is_closed_mid_answer() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.says(LONG_ANSWER);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, "This is");
            server.engine.vanish();
            var pressed = call.sinceRing();

            call.press('0');

            assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
            assertThat(server.awaitPerson(call).at().minus(pressed)).isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            assertThat(lastOf(call, Heard.Source.STREAM).until().minus(pressed))
                    .isLessThanOrEqualTo(server.soon(HALF_A_SECOND));
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
        }
    }

    @Test
    void key_0_leads_to_a_person_when_the_engines_port_was_never_open() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.engine.vanish();
            var call = server.ring();
            call.await(CallStep.StreamOpened.class, PATIENCE).orElseThrow();
            var pressed = call.sinceRing();

            call.press('0');

            assertThat(server.awaitPerson(call).at().minus(pressed)).isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            assertThat(call.streamHeard()).isLessThanOrEqualTo(HALF_A_SECOND);
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
        }
    }

    @Test
    void an_engine_that_goes_dark_mid_answer_leaves_no_long_silence() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.says(LONG_ANSWER).afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, "Th");

            server.session(0).goDark();

            goesOn(server, call);
        }
    }

    @Test
    void an_engine_that_goes_dark_while_the_caller_speaks_leaves_no_long_silence() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.afterwardsSays(ANSWER);
            var call = server.ringAndGreet();

            server.session(0).goDark();
            call.say(Clip.tone(440, Duration.ofSeconds(1)));

            goesOn(server, call);
        }
    }

    @Test
    void an_engine_that_ignores_a_cancel_and_stalls_leads_to_a_person() {
        try (var server = TestServer.started()) {
            server.script.afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.inject(EngineFault.IGNORES_CANCEL).inject(EngineFault.STALL_AFTER_RESPONSE_CREATED);
            var asked = call.sinceRing();

            server.says(QUESTION);

            server.reachesPerson(call, asked, FIVE_SECONDS);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_stall");
            assertThat(server.session(0).received("response.cancel")).isNotEmpty();
        }
    }

    @Test
    void a_phone_rings_within_five_seconds_of_a_question_that_a_stalled_engine_leaves_open() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.afterwardsSays(ANSWER);
            var call = server.ringAndGreet();
            server.engine.inject(EngineFault.STALL_AFTER_RESPONSE_CREATED);

            var question = Clip.tone(440, Duration.ofSeconds(1)).saying(QUESTION);
            call.say(question);

            var rings = server.awaitPerson(call).at();
            var lastWord = call.steps(CallStep.Spoke.class).getFirst().at().plus(question.length());
            assertThat(rings.minus(lastWord)).isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            assertThat(server.handoff(call).cause().slug()).isEqualTo("engine_stall");
        }
    }

    /// Either the agent speaks again, and knows what was said, or a person is phoned; nobody waits long for it.
    private static void goesOn(TestServer server, SimulatedCall call) {
        var soFar = call.streamHeard();
        await().atMost(PATIENCE)
                .until(() -> !call.steps(CallStep.Dialled.class).isEmpty()
                        || (server.engine.sessions().size() > 1
                                && call.streamHeard().compareTo(soFar.plus(spoken(ANSWER))) >= 0));
        var quietSince = Duration.ZERO;
        for (var each : call.heard()) {
            assertThat(each.from().minus(quietSince))
                    .as("%s", call.steps())
                    .isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            quietSince = each.until();
        }
        var last = List.copyOf(call.steps(CallStep.Dialled.class));
        if (last.isEmpty()) {
            await().atMost(PATIENCE).until(() -> !remembered(server.session(1)).isEmpty());
        } else {
            assertThat(last).singleElement().satisfies(person -> assertThat(person.destinations())
                    .containsExactly(PERSON));
        }
    }

    private static Heard lastOf(SimulatedCall call, Heard.Source source) {
        return call.heard().stream().filter(each -> each.source() == source).toList().getLast();
    }
}
