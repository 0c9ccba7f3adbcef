package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.remembered;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Callers whom no human took, and who come back to the agent.
@Execution(ExecutionMode.CONCURRENT)
class ComingBackTest {

    private static TestServer server() {
        var server = TestServer.plan()
                .person("dial: \"" + PERSON + "\", wait: 5s, else: agent")
                .start();
        server.humans.busy(PERSON);
        return server;
    }

    @Test
    void the_agent_goes_on_and_knows_what_happened() {
        try (var server = server()) {
            server.script.says("I am still here.");
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(call.awaitHeard("nobody could take your call", PATIENCE)).isTrue();
            var second = server.session(1);
            await().atMost(PATIENCE).until(() -> remembered(second).stream()
                    .anyMatch(item -> item.contains("but the line was busy")));
            await().atMost(PATIENCE).until(() -> !second.responses().isEmpty());
            call.hangUp();
            call.awaitEnded(PATIENCE);
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.HUNG_UP);
            server.awaitHappened(call, "returned");
            server.awaitNoSessions();
        }
    }

    @Test
    void the_second_time_it_is_the_voicemail() {
        try (var server = server()) {
            var call = server.ringAndGreet();
            call.press('0');
            await().atMost(PATIENCE).until(() -> call.steps(CallStep.StreamOpened.class).size() == 2);

            call.press('0');

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(2);
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(2);
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
        }
    }
}
