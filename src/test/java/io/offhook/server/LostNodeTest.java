package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TwoNodes.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition;
import io.offhook.call.Disposition.Outcome;
import io.offhook.simulator.CallStep;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A node is killed (`kill -9`) and nobody ever says what became of its caller; or it only seems so.
@Order(3)
class LostNodeTest extends OnTwoNodes {
    LostNodeTest() {
        super("""
                offhook: 1
                name: acme
                engine: openai/gpt-realtime-2.1
                greeting: { say: "%s", cached: false }
                instructions: You answer the phone.
                escalate: { to: { default: { dial: "%s", wait: 5s, else: voicemail } } }
                privacy: { disclose: none }
                """.formatted(GREETING, PERSON));
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_call_that_ends_with_its_node_unheard_of_is_ended_by_another_node() throws SQLException {
        var call = nodes.ringAndGreet();
        await().atMost(PATIENCE).until(() -> nodes.known(call));

        nodes.reachNobody();
        nodes.killFirst();
        call.hangUp();

        assertThat(nodes.disposition(call)).isEqualTo(new Disposition(Outcome.FAILED, "node_lost"));
        assertThat(ends(call.sid())).isEqualTo(1);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_call_whose_node_was_only_held_up_goes_on() {
        nodes.humans.answer(PERSON, Duration.ofSeconds(2), Duration.ofSeconds(4));
        var call = nodes.ringAndGreet();
        await().atMost(PATIENCE).until(() -> nodes.known(call));

        nodes.holdUpFirst(Duration.ofSeconds(12));
        nodes.says(Receptionist.WISH);

        call.await(CallStep.DialEnded.class, CallStep.DialEnded::bridged, PATIENCE)
                .orElseThrow(() -> new AssertionError("nobody talks with the caller: " + call.steps()));
        assertThat(nodes.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
    }

    /// How often others were told that the call has ended.
    private int ends(String call) throws SQLException {
        try (var connection = DriverManager.getConnection(nodes.database());
                var query = connection.prepareStatement(
                        "select count(*) from outbox_event where call_id = ? and name = 'call.ended'")) {
            query.setString(1, call);
            try (var rows = query.executeQuery()) {
                rows.next();
                return rows.getInt(1);
            }
        }
    }
}
