package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.SimulatedCall;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A caller who speaks another of the agent's languages than the one in which it answers.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class CallerLanguageTest {
    private static final String WORKFLOW = "WW00000000000000000000000000000001";
    private static final String SORRY = "Lo siento, nadie ha podido atender su llamada.";

    private static TestServer server() {
        return TestServer.plan()
                .agent("languages: { en-US: {}, es: {} }")
                .person("""
                        dial: "%s", wait: 5s }
                            spanish: { workflow: %s, wait: 5s, else: voicemail""".formatted(TestServer.PERSON, WORKFLOW))
                .rule("{ language: es, to: spanish }")
                .speed(8)
                .start();
    }

    private static CallStep.Enqueued queued(SimulatedCall call) {
        return call.await(CallStep.Enqueued.class, PATIENCE)
                .orElseThrow(() -> new AssertionError("not in the queue: " + call.steps()));
    }

    private static List<String> ordered(TestServer server) {
        return server.session(0).received("response.create").stream()
                .map(Object::toString)
                .toList();
    }

    @Test
    void who_asks_for_a_person_in_spanish_goes_the_spanish_way_and_hears_spanish() {
        try (var server = server()) {
            server.humans.noAnswer(WORKFLOW);
            var call = server.ringAndGreet();

            server.says("Quiero hablar con una persona, por favor.");

            var queued = queued(call);
            assertThat(queued.workflowSid()).contains(WORKFLOW);
            assertThat(queued.attributes().orElseThrow()).contains("\"language\":\"es\"");
            assertThat(server.handoff(call).language()).isEqualTo("es");
            assertThat(server.handoff(call).to()).isEqualTo("spanish");
            assertThat(ordered(server)).anyMatch(order -> order.contains("Say this in Spanish") && order.contains("One moment."));
            assertThat(call.awaitHeard(SORRY, PATIENCE)).as("%s", call.steps()).isTrue();
            assertThat(call.awaitHeard("Deje un mensaje después de la señal.", PATIENCE)).isTrue();
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    @Test
    void an_agent_that_says_which_language_it_is_decides_where_a_caller_of_few_words_goes() {
        try (var server = server()) {
            server.script.calls(
                    "escalate_to_human", "{\"reason\":\"refund\",\"summary\":\"Wants it back\",\"language\":\"es\"}");
            var call = server.ringAndGreet();

            server.says("Reembolso.");

            assertThat(queued(call).attributes().orElseThrow()).contains("\"language\":\"es\"");
            assertThat(server.handoff(call).to()).isEqualTo("spanish");
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    @Test
    void the_agent_is_asked_which_of_its_languages_it_is() {
        try (var server = server()) {
            var call = server.ringAndGreet();

            var updates = server.session(0).received("session.update").toString();

            assertThat(updates).contains("\"enum\":[\"en-US\",\"es\"]");
            call.hangUp();
            call.awaitEnded(PATIENCE);
            await().atMost(PATIENCE).until(() -> server.stored(call).disposition().isPresent());
        }
    }
}
