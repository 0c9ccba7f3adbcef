package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.Caller;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Which agent answers, and from when on a change of agent.yaml counts.
@Execution(ExecutionMode.CONCURRENT)
class AgentsTest {
    private static final String SALES_NUMBER = "+18005550188";
    private static final String SALES_PERSON = "+14155550111";
    private static final String SALES = """
            offhook: 1
            name: sales
            number: "%s"
            greeting: { say: "Hi.", cached: false }
            instructions: You sell things.
            escalate: "%s"
            """.formatted(SALES_NUMBER, SALES_PERSON);

    @Test
    void the_called_number_chooses_the_agent_its_words_and_its_humans() {
        try (var server = TestServer.plan().beside(SALES).start()) {
            server.humans.answer(SALES_PERSON, Duration.ofSeconds(1), Duration.ofSeconds(1));
            var support = server.ringAndGreet();
            var sales = server.carrier.ring(Caller.of(CALLER, SALES_NUMBER));
            await().atMost(PATIENCE).until(() -> server.session(1).responses().size() == 1);

            support.press('0');
            sales.press('0');

            assertThat(server.awaitPerson(support).destinations()).containsExactly(PERSON);
            assertThat(server.awaitPerson(sales).destinations()).containsExactly(SALES_PERSON);
            assertThat(instructions(server, 0)).contains("You answer the phone.");
            assertThat(instructions(server, 1)).contains("You sell things.");
            assertThat(server.stored(support).agent()).isEqualTo("acme");
            assertThat(server.stored(sales).agent()).isEqualTo("sales");
        }
    }

    @Test
    void a_saved_change_counts_from_the_next_call_on_and_a_mistake_changes_nothing() {
        try (var server = TestServer.started()) {
            server.script.afterwardsSays("It is on its way.");
            var running = server.ringAndGreet();
            server.edit(text -> text.replace("You answer the phone.", "You answer kindly."));
            awaitLog(server, "agents reloaded");
            server.ringAndGreet();
            server.edit(text -> text + "no_such_key: 1\n");
            awaitLog(server, "changed agent file refused");

            server.ringAndGreet();

            assertThat(instructions(server, 1)).contains("You answer kindly.");
            assertThat(instructions(server, 2)).contains("You answer kindly.");
            server.session(0).typed("Where is my order?");
            server.hears(running, TestServer.GREETING, "It is on its way.");
            assertThat(instructions(server, 0)).contains("You answer the phone.");
        }
    }

    private static void awaitLog(TestServer server, String line) {
        await().atMost(PATIENCE).until(() -> server.log().stream().anyMatch(each -> each.contains(line)));
    }

    /// What the engine was told, all of it.
    private static String instructions(TestServer server, int session) {
        return server.session(session).received("session.update").toString();
    }
}
