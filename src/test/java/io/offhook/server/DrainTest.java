package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Move;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A server that is told to stop: not ready at once, alive to the end, and nobody on the line is cut off.
@Execution(ExecutionMode.CONCURRENT)
class DrainTest {
    private static final String QUESTION = "Where is my order?";
    private static final String ANSWER = "It is on its way.";
    private static final String GOODBYE = "Goodbye.";

    @Test
    void late_calls_are_served_and_calls_on_the_line_come_to_their_end() throws InterruptedException {
        try (var server = draining("1s", "20s")) {
            server.script.says(ANSWER).plays(List.of(new Move.Speak(GOODBYE), new Move.CallTool("end_call", "{}")));
            var call = server.ringAndGreet();
            assertThat(status(server, "/readyz")).isEqualTo(200);

            var drained = drain(server);

            TestServer.within(Duration.ofSeconds(1), () -> status(server, "/readyz") == 503);
            assertThat(status(server, "/livez")).isEqualTo(200);
            var late = server.ringAndGreet();
            late.hangUp();
            late.awaitEnded(PATIENCE);
            assertThat(late.steps(CallStep.Dialled.class)).isEmpty();
            server.session(0).typed(QUESTION);
            server.hears(call, GREETING, ANSWER);
            await().atMost(PATIENCE).until(() -> server.allProven(call));
            assertThat(drained.isAlive()).isTrue();
            server.session(0).typed("That is all.");
            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            server.hears(call, GREETING, ANSWER, GOODBYE);
            drained.join(PATIENCE);
            assertThat(drained.isAlive()).isFalse();
        }
    }

    @Test
    void whoever_is_on_the_line_at_the_deadline_goes_to_a_person_who_knows_what_was_said() throws InterruptedException {
        try (var server = draining("100ms", "1500ms")) {
            server.script.says(ANSWER);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);
            await().atMost(PATIENCE).until(() -> server.allProven(call));

            var drained = drain(server);

            reachesPerson(server, call);
            drained.join(PATIENCE);
            assertThat(drained.isAlive()).isFalse();
        }
    }

    @Test
    void being_told_again_takes_the_calls_to_a_person_at_once() throws InterruptedException {
        try (var server = draining("10s", "1m")) {
            server.script.says(ANSWER);
            var call = server.ringAndGreet();
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);
            await().atMost(PATIENCE).until(() -> server.allProven(call));
            var drained = drain(server);
            await().atMost(PATIENCE).until(() -> status(server, "/readyz") == 503);
            var told = call.sinceRing();

            drained.interrupt();

            reachesPerson(server, call);
            assertThat(call.steps(CallStep.Said.class).getFirst().at().minus(told))
                    .isLessThanOrEqualTo(server.soon(Duration.ofSeconds(5)));
        }
    }

    private static TestServer draining(String converge, String deadline) {
        return TestServer.plan()
                .set("OFFHOOK_DRAIN_CONVERGE", converge)
                .set("OFFHOOK_DRAIN_DEADLINE", deadline)
                .start();
    }

    private static Thread drain(TestServer server) {
        return Thread.ofVirtual().start(server.offhook::drain);
    }

    private static int status(TestServer server, String path) {
        return Webhook.get(server.offhook.port(), path).statusCode();
    }

    /// The server is gone by the time that the person picks up, so what it stored is read from a listener.
    private static void reachesPerson(TestServer server, SimulatedCall call) {
        assertThat(server.awaitPerson(call).destinations()).containsExactly(PERSON);
        call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
        var handoff = server.lastHandoff().orElseThrow();
        assertThat(handoff.cause().slug()).isEqualTo("drained");
        assertThat(handoff.transcript()).extracting(Turn::text).contains(QUESTION, ANSWER);
        assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
    }
}
