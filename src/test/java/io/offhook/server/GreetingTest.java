package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.remembered;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.EngineFault;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// The first words of a call: recorded beforehand, or spoken by the engine when they could not be.
@Execution(ExecutionMode.CONCURRENT)
class GreetingTest {
    private static final String QUESTION = "Where is my order?";
    private static final String ANSWER = "It is on its way.";

    @Test
    void a_recorded_greeting_is_heard_before_the_engine_is_there_and_the_model_knows_of_it() throws Exception {
        try (var server = TestServer.plan().cachedGreeting().speed(2).start()) {
            server.offhook.awaitGreetings(PATIENCE);
            server.script.says(ANSWER);
            server.engine.injectOnce(EngineFault.SLOW_CONNECT);

            var call = server.ring();

            assertThat(call.awaitHeard(spoken(GREETING), PATIENCE)).isTrue();
            var opened = call.steps(CallStep.StreamOpened.class).getFirst().at();
            assertThat(call.heard().getFirst().from().minus(opened))
                    .isLessThanOrEqualTo(server.soon(Duration.ofMillis(200)));
            var session = server.session(1);
            await().atMost(PATIENCE).until(() -> !session.sent("session.updated").isEmpty());
            session.typed(QUESTION);
            server.hears(call, GREETING, ANSWER);
            assertThat(remembered(session).getFirst()).contains("assistant", GREETING);
            assertThat(session.responses()).hasSize(1);
            assertThat(server.engine.sessions()).hasSize(2);
            // What the caller said while the engine took its two seconds has reached it.
            var unheard = call.sinceRing().minus(opened).minusMillis(session.appendedBytes() / 8);
            assertThat(unheard).isLessThan(Duration.ofMillis(1_900));
        }
    }

    @Test
    void a_greeting_that_could_not_be_recorded_is_spoken_by_the_engine() throws Exception {
        try (var server = TestServer.plan()
                .cachedGreeting()
                .atFirst(EngineFault.RESPONSE_SERVER_ERROR)
                .start()) {
            server.offhook.awaitGreetings(PATIENCE);

            var call = server.ring();

            var session = server.session(1);
            await().atMost(PATIENCE).until(() -> session.received("response.create").toString().contains(GREETING));
            assertThat(call.awaitHeard(spoken(GREETING), PATIENCE)).isTrue();
            assertThat(server.log()).anyMatch(line -> line.contains("greeting not recorded"));
        }
    }
}
