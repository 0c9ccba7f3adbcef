package io.offhook.server;

import static io.offhook.server.Receptionist.ANSWER;
import static io.offhook.server.Receptionist.QUESTION;
import static io.offhook.server.Receptionist.WISH;
import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.remembered;
import static io.offhook.server.TwoNodes.PATIENCE;
import static io.offhook.server.TwoNodes.dialled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition.Outcome;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Turn;
import io.offhook.crm.Caller;
import io.offhook.crm.store.Customer;
import io.offhook.crm.store.Customers;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.SimulatedCall;
import io.offhook.simulator.SimulatedSession;
import io.offhook.store.jdbc.Database;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What a node knows of a call that another node has had: everything.
@Order(2)
class TakenOverCallTest extends OnTwoNodes {
    TakenOverCallTest() {
        super("""
                offhook: 1
                name: acme
                engine: openai/gpt-realtime-2.1
                greeting: { say: "%s", cached: false }
                instructions: You answer the phone for {caller.first_name}.
                caller: { timeout: 5s }
                tools:
                  find_order:
                    about: Finds the caller's order
                    sql: select 'AB7492' as order_number, 'shipped' as order_status
                escalate:
                  announce: One moment.
                  to:
                    default: { dial: "%s", wait: 5s, else: agent }
                privacy: { disclose: none }
                """.formatted(GREETING, PERSON));
    }

    @Override
    void prepare() {
        try (var database = Database.open(nodes.database(), Optional.empty(), Optional.empty())) {
            new Customers(database.writer(), database.reader(), InstantSource.system())
                    .put(List.of(new Customer(
                            new PhoneNumber(CALLER), Caller.of("C-17", "Dana", "Ruiz", Map.of()))));
        }
    }

    @BeforeEach
    void rehearse() {
        nodes.rehearse();
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_node_that_takes_over_in_mid_conversation_knows_caller_words_and_answers_of_tools() {
        nodes.humans.answer(PERSON, Duration.ofSeconds(1), Duration.ofSeconds(2));
        int session = nodes.sessions();
        var call = nodes.ringAndGreet();
        nodes.says(QUESTION);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes.said(call)).contains(ANSWER));

        nodes.killFirst();

        var resumed = nodes.session(session + 1, call);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(String.join("\n", remembered(resumed)))
                        .contains(QUESTION, ANSWER, "find_order", "shipped"));
        knowsDana(resumed);
        nodes.says(WISH);
        call.await(CallStep.Bridged.class, PATIENCE).orElseThrow(() -> new AssertionError(call.steps().toString()));
        call.awaitEnded(PATIENCE);
        var handoff = nodes.handoff(call);
        assertThat(handoff.transcript()).extracting(Turn::text).contains(QUESTION, ANSWER, WISH);
        assertThat(handoff.story().facts()).containsValue("shipped");
        assertThat(handoff.story().done()).isNotEmpty();
        assertThat(nodes.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_caller_on_the_way_back_to_an_agent_that_dies_comes_back_to_another() {
        nodes.humans.busy(PERSON);
        int session = nodes.sessions();
        var call = nodes.ringAndGreet();
        nodes.relay.after("POST /voice/continue\\?after=0", nodes::killFirst);

        nodes.says(WISH);

        comesBackOnceAndThenLeavesAMessage(call, session);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void webhooks_may_come_to_another_node_than_the_stream() {
        nodes.humans.busy(PERSON);
        int session = nodes.sessions();
        var call = nodes.ringAtBothAndGreet();

        nodes.says(WISH);

        comesBackOnceAndThenLeavesAMessage(call, session);
        assertThat(call.alarms()).isEmpty();
    }

    /// From its instructions, or told by a note when the record came late.
    private static void knowsDana(SimulatedSession session) {
        await().atMost(PATIENCE)
                .until(() -> (session.settings() + String.join("\n", remembered(session))).contains("Dana"));
    }

    private void comesBackOnceAndThenLeavesAMessage(SimulatedCall call, int session) {
        var back = nodes.session(session + 1, call);
        await().atMost(PATIENCE)
                .until(() -> remembered(back).stream().anyMatch(item -> item.contains("but the line was busy")));
        knowsDana(back);
        nodes.says(WISH);
        assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                .as("%s", call.steps())
                .isTrue();
        call.say(Clip.tone(300, Duration.ofSeconds(8)));
        call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
        call.awaitEnded(PATIENCE);
        assertThat(dialled(call)).containsExactly(PERSON, PERSON);
        assertThat(nodes.handoffs(call)).isEqualTo(2);
        assertThat(nodes.happened(call)).containsOnlyOnce("returned");
        assertThat(nodes.disposition(call).outcome()).isEqualTo(Outcome.VOICEMAIL);
    }
}
