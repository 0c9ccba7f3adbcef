package io.offhook.server;

import static io.offhook.server.Receptionist.WISH;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TwoNodes.PATIENCE;
import static io.offhook.server.TwoNodes.dialled;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition.Outcome;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Humans.Behaviour;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The caller's stream is on one node, and all that the provider says of the human comes to the other, each thing twice.
/// Then the node with the caller is killed.
@Order(3)
class WarmTransferOnTwoNodesTest extends OnTwoNodes {
    private static final String SECOND = "+14155550111";
    private static final String HUMAN = "POST /voice/human\\?";
    private static final Duration TALK = Duration.ofSeconds(4);

    WarmTransferOnTwoNodesTest() {
        super("""
                offhook: 1
                name: acme
                engine: openai/gpt-realtime-2.1
                greeting: { say: "%s", cached: false }
                instructions: You answer the phone.
                escalate:
                  announce: One moment, please.
                  to:
                    default: { dial: "%s", warm: true, wait: 1m, else: second }
                    second: { dial: "%s", wait: 10s, else: voicemail }
                privacy: { disclose: none }
                """.formatted(GREETING, PERSON, SECOND));
    }

    /// The caller asks for a human, who is called.
    private SimulatedCall asks() {
        nodes.humans.answer(SECOND, Duration.ofSeconds(1), TALK);
        nodes.relay.twice("POST /voice/(human|meeting)");
        var call = nodes.ringAtBothAndGreet();
        nodes.says(WISH);
        return call;
    }

    private SimulatedCall human(int before) {
        await().atMost(PATIENCE).until(() -> nodes.placed().size() > before);
        return nodes.placed().get(before);
    }

    private void bridged(SimulatedCall call) {
        call.await(CallStep.Bridged.class, PATIENCE)
                .orElseThrow(() -> new AssertionError("nobody talks with the caller: " + call.steps() + call.notices()));
    }

    private void transferredOnce(SimulatedCall call, int before) {
        assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(nodes.disposition(call).outcome()).isEqualTo(Outcome.TRANSFERRED);
        assertThat(nodes.handoffs(call)).isEqualTo(1);
        assertThat(call.steps(CallStep.Bridged.class)).hasSize(1);
        assertThat(nodes.placed()).as("%s", nodes.happened(call)).hasSize(before + 1);
        // Twilio raises an alarm for a stream that a killed node has left.
        assertThat(nodes.killed() || call.alarms().isEmpty()).as("%s", call.alarms()).isTrue();
    }

    // --- the node with the caller lives ---

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_human_who_takes_the_call_meets_the_caller() {
        int before = nodes.placed().size();
        nodes.humans.answer(PERSON, Duration.ofSeconds(2), TALK);
        var call = asks();
        var human = human(before);
        human.await(CallStep.Gathered.class, PATIENCE).orElseThrow();

        bridged(call);

        transferredOnce(call, before);
        human.awaitEnded(PATIENCE);
        assertThat(human.steps(CallStep.RestUpdated.class)).isEmpty();
        assertThat(call.steps(CallStep.RestUpdated.class)).isEmpty();
        assertThat(human.steps(CallStep.Said.class))
                .extracting(CallStep.Said::text)
                .anyMatch(text -> text.contains(Receptionist.SUMMARY));
        assertThat(dialled(call)).isEmpty();
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes.route(call)).containsExactly("warm accepted"));
        assertThat(nodes.happened(call)).containsOnlyOnce("human_accepted", "human_met");
    }

    enum Trouble {
        DECLINES(new Behaviour.Answers(Duration.ofSeconds(1), Optional.of('2'), TALK), "declined"),
        PRESSES_NO_KEY(new Behaviour.Voicemail(Duration.ofSeconds(1)), "no-key"),
        IS_BUSY(new Behaviour.Busy(), "busy");

        private final Behaviour behaviour;
        private final String stored;

        Trouble(Behaviour behaviour, String stored) {
            this.behaviour = behaviour;
            this.stored = stored;
        }
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.SAME_THREAD)
    void a_human_who_does_not_sends_the_caller_on_along_the_route(Trouble trouble) {
        int before = nodes.placed().size();
        nodes.humans.at(PERSON, trouble.behaviour);
        var call = asks();

        bridged(call);

        transferredOnce(call, before);
        assertThat(dialled(call)).containsExactly(SECOND);
        await().atMost(PATIENCE)
                .untilAsserted(() ->
                        assertThat(nodes.route(call)).containsExactly("warm " + trouble.stored, "number accepted"));
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_human_who_hangs_up_before_they_met_sends_the_caller_on_as_well() {
        int before = nodes.placed().size();
        nodes.humans.answer(PERSON, Duration.ofSeconds(1), Duration.ofMinutes(5));
        var call = asks();
        var human = human(before);
        await().atMost(PATIENCE).until(() -> nodes.happened(call).contains("human_accepted"));

        human.hangUp();

        call.await(CallStep.Dialled.class, PATIENCE).orElseThrow();
        transferredOnce(call, before);
        assertThat(dialled(call)).containsExactly(SECOND);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes.route(call)).containsExactly("warm human-gone", "number accepted"));
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void a_phone_that_rings_for_a_caller_who_is_gone_stops_ringing() {
        int before = nodes.placed().size();
        nodes.humans.noAnswer(PERSON);
        var call = asks();
        var human = human(before);

        call.hangUp();

        human.awaitEnded(PATIENCE);
        assertThat(human.status()).isEqualTo("canceled");
        call.awaitEnded(PATIENCE);
        assertThat(nodes.placed()).hasSize(before + 1);
    }

    // --- it is killed ---

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void killed_while_the_phone_rings_the_caller_is_put_through_to_the_same_human() {
        int before = nodes.placed().size();
        nodes.humans.answer(PERSON, Duration.ofSeconds(8), TALK);
        var call = asks();
        var first = human(before);
        await().atMost(PATIENCE).until(() -> nodes.happened(call).contains("human_called"));

        nodes.killFirst();

        bridged(call);
        transferredOnce(call, before);
        assertThat(dialled(call)).containsExactly(PERSON);
        first.awaitEnded(PATIENCE);
        assertThat(first.steps(CallStep.Bridged.class)).isEmpty();
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void killed_while_the_human_listens_the_human_is_told_so_and_the_caller_put_through() {
        int before = nodes.placed().size();
        nodes.humans.voicemail(PERSON, Duration.ofSeconds(1));
        var call = asks();
        var first = human(before);
        first.await(CallStep.Said.class, PATIENCE).orElseThrow();
        nodes.humans.answer(PERSON, Duration.ofSeconds(2), TALK);

        nodes.killFirst();

        bridged(call);
        transferredOnce(call, before);
        assertThat(dialled(call)).containsExactly(PERSON);
        assertThat(first.awaitHeard("no longer waiting", PATIENCE)).isTrue();
        assertThat(first.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
    }

    @Test
    @Execution(ExecutionMode.SAME_THREAD)
    void killed_when_the_human_has_pressed_1_the_two_meet_all_the_same() {
        int before = nodes.placed().size();
        nodes.humans.answer(PERSON, Duration.ofSeconds(2), TALK);
        // First the question, then the key.
        nodes.relay.after(HUMAN, () -> nodes.relay.after(HUMAN, nodes::killFirst));
        var call = asks();

        bridged(call);

        transferredOnce(call, before);
        assertThat(dialled(call)).isEmpty();
        human(before).awaitEnded(PATIENCE);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes.route(call)).containsExactly("warm accepted"));
        assertThat(nodes.happened(call)).containsOnlyOnce("human_accepted", "human_met");
    }
}
