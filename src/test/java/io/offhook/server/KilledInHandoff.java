package io.offhook.server;

import static io.offhook.server.Receptionist.REASON;
import static io.offhook.server.Receptionist.SUMMARY;
import static io.offhook.server.Receptionist.WISH;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PERSON;
import static io.offhook.server.TestServer.spoken;
import static io.offhook.server.TwoNodes.PATIENCE;
import static io.offhook.server.TwoNodes.dialled;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.SimulatedCall;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// A node is killed (`kill -9`) at each step of a handoff, and another node on the same database goes on: the caller
/// reaches somebody, once, who knows the whole story. The steps are in classes of their own, which run beside each other.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Execution(ExecutionMode.CONCURRENT)
@Timeout(300)
abstract class KilledInHandoff {
    private static final String SECOND = "+14155550111";
    private static final String ANNOUNCEMENT = "One moment, please.";
    private static final Duration TALK = Duration.ofSeconds(4);
    private static final String NEXT = "POST /voice/continue HTTP";
    private static final String WHISPER = "POST /voice/whisper";
    private static final String RECORDED = "POST /voice/recorded";

    private TwoNodes nodes;

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        nodes = new TwoNodes(folder, """
                offhook: 1
                name: acme
                engine: openai/gpt-realtime-2.1
                greeting: { say: "%s", cached: false }
                instructions: You answer the phone.
                escalate:
                  announce: %s
                  to:
                    default: { dial: "%s", wait: 5s, else: second }
                    second: { dial: "%s", wait: 5s, else: voicemail }
                privacy: { disclose: none }
                """.formatted(GREETING, ANNOUNCEMENT, PERSON, SECOND));
        nodes.rehearse();
    }

    @AfterAll
    void stop() {
        nodes.close();
    }

    @AfterEach
    void replaceTheKilled() {
        nodes.another();
    }

    final void check(Killed step) {
        step.who.setUp(nodes);
        var call = nodes.ringAndGreet(step.faults);
        step.when.arrange(nodes, call);

        nodes.says(WISH);

        step.who.reached(call);
        assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(dialled(call)).as("%s", call.steps()).isEqualTo(step.who.dialled);
        assertThat(nodes.disposition(call).outcome()).isEqualTo(step.who.outcome);
        nobodyWasCutOff(call);
        theStoryIsWhole(call);
    }

    private static void nobodyWasCutOff(SimulatedCall call) {
        assertThat(call.steps(CallStep.RestUpdated.class)).isEmpty();
        assertThat(call.steps(CallStep.DialEnded.class).stream()
                        .filter(CallStep.DialEnded::bridged)
                        .map(CallStep.DialEnded::talk))
                .allMatch(TALK::equals);
    }

    private void theStoryIsWhole(SimulatedCall call) {
        var handoff = nodes.handoff(call);
        assertThat(handoff.cause().slug())
                .as("%s", nodes.happened(call))
                .isEqualTo("agent_asked");
        assertThat(handoff.reason()).isEqualTo(REASON);
        assertThat(handoff.story().summary()).contains(SUMMARY);
        assertThat(handoff.transcript()).extracting(Turn::text).contains(WISH);
        assertThat(nodes.handoffs(call)).isEqualTo(1);
        assertThat(call.steps(CallStep.Whispered.class))
                .extracting(CallStep.Whispered::text)
                .allMatch(text -> text.equals(REASON + ". " + SUMMARY) || text.startsWith("Press 1"));
    }

    /// When the first node dies, and who takes the caller in the end.
    enum Killed {
        WHILE_THE_AGENT_ANNOUNCES_IT(
                Who.PERSON_TAKES,
                // A node that dies before it knows what the caller has said takes that along.
                (nodes, call) -> nodes.killFirstWhen(() -> nodes.handoffs(call) == 1
                        && nodes.said(call).contains(WISH)
                        && call.streamHeard().compareTo(spoken(GREETING + "One")) >= 0)),
        WHEN_THE_ANNOUNCEMENT_WAS_HEARD(
                Who.PERSON_TAKES,
                (nodes, call) -> nodes.killFirstWhen(() ->
                        call.streamHeard().compareTo(spoken(GREETING + ANNOUNCEMENT)) >= 0),
                new CarrierFault.NoMarks()),
        WHEN_THE_STREAM_IS_CLOSED(Who.PERSON_TAKES, before(NEXT)),
        BEFORE_IT_ANSWERS_WHERE_TO(Who.PERSON_TAKES, (nodes, _) -> nodes.relay.instead(NEXT, nodes::killFirst)),
        WHEN_IT_HAS_ANSWERED_WHERE_TO(Who.PERSON_TAKES, after(NEXT)),
        WHEN_THE_PHONE_RINGS(
                Who.PERSON_TAKES,
                (nodes, call) -> nodes.killFirstWhen(
                        () -> !call.steps(CallStep.Dialled.class).isEmpty())),
        WHEN_THE_PERSON_HAS_PICKED_UP(Who.PERSON_TAKES, before(WHISPER)),
        WHEN_THE_PERSON_KNOWS_WHAT_IT_IS_ABOUT(Who.PERSON_TAKES, after(WHISPER)),
        WHEN_THE_PERSON_HAS_PRESSED_THE_KEY(
                Who.PERSON_TAKES,
                (nodes, _) -> nodes.relay.after(WHISPER, () -> nodes.relay.after(WHISPER, nodes::killFirst))),
        WHILE_CALLER_AND_PERSON_TALK(
                Who.PERSON_TAKES,
                (nodes, call) -> nodes.killFirstWhen(
                        () -> !call.steps(CallStep.Bridged.class).isEmpty())),
        WHEN_THEY_HAVE_TALKED(Who.PERSON_TAKES, before(step(0))),
        WHEN_NOBODY_HAS_ANSWERED(Who.SECOND_TAKES, before(step(0))),
        BEFORE_IT_ANSWERS_WHO_IS_NEXT(Who.SECOND_TAKES, (nodes, _) -> nodes.relay.instead(step(0), nodes::killFirst)),
        WHEN_IT_HAS_ANSWERED_WHO_IS_NEXT(Who.SECOND_TAKES, after(step(0))),
        WHEN_NOBODY_IS_LEFT(Who.NOBODY_TAKES, before(step(1))),
        WHILE_THE_CALLER_LEAVES_A_MESSAGE(Who.NOBODY_TAKES, after(step(1))),
        WHEN_THE_MESSAGE_IS_LEFT(Who.NOBODY_TAKES, before(step(2))),
        WHEN_THE_RECORDING_IS_THERE(Who.NOBODY_TAKES, before(RECORDED)),
        BEFORE_IT_CONFIRMS_THE_RECORDING(
                Who.NOBODY_TAKES, (nodes, _) -> nodes.relay.instead(RECORDED, nodes::killFirst)),
        WHEN_IT_HAS_CONFIRMED_THE_RECORDING(Who.NOBODY_TAKES, after(RECORDED));

        private interface When {
            void arrange(TwoNodes nodes, SimulatedCall call);
        }

        private final Who who;
        private final When when;
        private final CarrierFault[] faults;

        Killed(Who who, When when, CarrierFault... faults) {
            this.who = who;
            this.when = when;
            this.faults = faults;
        }

        private static String step(int number) {
            return "POST /voice/continue\\?after=" + number;
        }

        private static When before(String request) {
            return (nodes, _) -> nodes.relay.before(request, nodes::killFirst);
        }

        private static When after(String request) {
            return (nodes, _) -> nodes.relay.after(request, nodes::killFirst);
        }
    }

    private enum Who {
        PERSON_TAKES(List.of(PERSON), Outcome.TRANSFERRED) {
            @Override
            void setUp(TwoNodes nodes) {
                nodes.humans.answer(PERSON, Duration.ofSeconds(2), TALK);
            }
        },
        SECOND_TAKES(List.of(PERSON, SECOND), Outcome.TRANSFERRED) {
            @Override
            void setUp(TwoNodes nodes) {
                nodes.humans.busy(PERSON).answer(SECOND, Duration.ofSeconds(2), TALK);
            }
        },
        NOBODY_TAKES(List.of(PERSON, SECOND), Outcome.VOICEMAIL) {
            @Override
            void setUp(TwoNodes nodes) {
                nodes.humans.busy(PERSON).busy(SECOND);
            }

            @Override
            void reached(SimulatedCall call) {
                assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
                call.say(Clip.tone(300, Duration.ofSeconds(8)));
                call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
                assertThat(call.steps(CallStep.Bridged.class)).isEmpty();
            }
        };

        private final List<String> dialled;
        private final Outcome outcome;

        Who(List<String> dialled, Outcome outcome) {
            this.dialled = dialled;
            this.outcome = outcome;
        }

        abstract void setUp(TwoNodes nodes);

        void reached(SimulatedCall call) {
            call.await(CallStep.DialEnded.class, CallStep.DialEnded::bridged, PATIENCE)
                    .orElseThrow(() -> new AssertionError("nobody talks with the caller: " + call.steps() + call.notices()));
            assertThat(call.steps(CallStep.Bridged.class)).hasSize(1);
        }
    }
}
