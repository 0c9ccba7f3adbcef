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
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertAll;

import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Turn;
import io.offhook.server.TwoNodes.Conversation;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A node is killed (`kill -9`) while it has callers at several steps of a handoff, and another node on the same
/// database goes on: each caller reaches somebody, once, who knows the whole story.
@Order(1)
class KilledInHandoffTest extends OnTwoNodes {
    private static final String SECOND = "+14155550111";
    private static final String ANNOUNCEMENT = "One moment, please.";
    private static final Duration TALK = Duration.ofSeconds(4);
    private static final Duration MESSAGE = Duration.ofSeconds(8);

    KilledInHandoffTest() {
        super("""
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
    }

    @ParameterizedTest
    @EnumSource
    @Execution(ExecutionMode.SAME_THREAD)
    void each_caller_reaches_somebody_once_who_knows_the_whole_story(Kill kill) {
        kill.who.setUp(nodes);
        var conversations = nodes.ringAndGreet(kill.steps().map(step -> step.faults).toList()).iterator();
        var callers = new ArrayList<CallerAt>();
        for (var together : kill.groups) {
            var group = together.stream().map(step -> new CallerAt(step, conversations.next())).toList();
            group.forEach(caller -> caller.asksForAHuman(nodes, kill.who));
            group.forEach(CallerAt::awaitThere);
            callers.addAll(group);
        }
        callers.forEach(CallerAt::goOn);
        callers.forEach(CallerAt::awaitAnswer);

        nodes.killFirst();

        assertAll(callers.stream().map(caller -> () -> reachesSomebodyOnce(caller, kill.who)));
    }

    private void reachesSomebodyOnce(CallerAt caller, Who who) {
        caller.meets.join();
        var call = caller.call();
        assertThat(call.awaitEnded(PATIENCE)).as("%s", caller).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(dialled(call)).as("%s", caller).isEqualTo(who.dialled);
        assertThat(nodes.disposition(call).outcome()).as("%s", caller).isEqualTo(who.outcome);
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

    /// Who has come how far when the node is killed: one group after the other, since a provider asks again after three
    /// seconds. What nothing holds comes last.
    enum Kill {
        WHILE_IT_ANNOUNCES(
                Who.PERSON_TAKES,
                List.of(At.STREAM_CLOSED, At.NOT_TOLD_WHERE_TO, At.TOLD_WHERE_TO),
                List.of(At.ANNOUNCING)),
        WHEN_IT_HAS_ANNOUNCED(
                Who.PERSON_TAKES, List.of(At.PICKED_UP, At.PERSON_IS_TOLD), List.of(At.ANNOUNCED_WITHOUT_MARKS)),
        WHILE_A_PHONE_RINGS(Who.PERSON_TAKES, List.of(At.TALKED), List.of(At.RINGING)),
        WHILE_THEY_TALK(Who.PERSON_TAKES, List.of(At.PERSON_HAS_PRESSED_THE_KEY, At.TALKING)),
        WHEN_NOBODY_HAS_ANSWERED(
                Who.SECOND_TAKES, List.of(At.FIRST_BUSY, At.NOT_TOLD_WHO_IS_NEXT, At.TOLD_WHO_IS_NEXT)),
        WHEN_NOBODY_IS_LEFT(Who.NOBODY_TAKES, List.of(At.ALL_BUSY, At.LEAVING_A_MESSAGE)),
        WHEN_A_MESSAGE_IS_LEFT(
                Who.NOBODY_TAKES,
                List.of(At.MESSAGE_LEFT, At.RECORDED, At.RECORDING_NOT_CONFIRMED, At.RECORDING_CONFIRMED));

        private final Who who;
        private final List<List<At>> groups;

        @SafeVarargs
        Kill(Who who, List<At>... groups) {
            this.who = who;
            this.groups = List.of(groups);
        }

        private Stream<At> steps() {
            return groups.stream().flatMap(List::stream);
        }
    }

    /// How far a caller has come.
    enum At {
        ANNOUNCING((nodes, caller) -> when(
                caller,
                // A node that dies before it knows what the caller has said takes that along.
                () -> nodes.handoffs(caller.call()) == 1
                        && nodes.said(caller.call()).contains(WISH)
                        && caller.heard(GREETING + "One"))),
        ANNOUNCED_WITHOUT_MARKS(
                (_, caller) -> when(caller, () -> caller.heard(GREETING + ANNOUNCEMENT)), new CarrierFault.NoMarks()),
        STREAM_CLOSED(before(Request.NEXT)),
        NOT_TOLD_WHERE_TO(instead(Request.NEXT)),
        TOLD_WHERE_TO(after(Request.NEXT)),
        RINGING((_, caller) -> when(caller, () -> caller.happened(CallStep.Dialled.class))),
        PICKED_UP(before(Request.WHISPER)),
        PERSON_IS_TOLD(after(Request.WHISPER)),
        PERSON_HAS_PRESSED_THE_KEY((nodes, caller) -> nodes.relay.after(
                Request.WHISPER, caller.sid(), () -> after(Request.WHISPER).arrange(nodes, caller))),
        TALKING((_, caller) -> when(caller, () -> caller.happened(CallStep.Bridged.class))),
        TALKED(before(Request.step(0))),
        FIRST_BUSY(before(Request.step(0))),
        NOT_TOLD_WHO_IS_NEXT(instead(Request.step(0))),
        TOLD_WHO_IS_NEXT(after(Request.step(0))),
        ALL_BUSY(before(Request.step(1))),
        LEAVING_A_MESSAGE(after(Request.step(1))),
        MESSAGE_LEFT(before(Request.step(2))),
        RECORDED(before(Request.RECORDED)),
        RECORDING_NOT_CONFIRMED(instead(Request.RECORDED)),
        RECORDING_CONFIRMED(after(Request.RECORDED));

        private interface Way {
            /// Brings the caller there, and from there no further until the first node is killed.
            void arrange(TwoNodes nodes, CallerAt caller);
        }

        private static final class Request {
            static final String NEXT = "POST /voice/continue HTTP";
            static final String WHISPER = "POST /voice/whisper";
            static final String RECORDED = "POST /voice/recorded";
            static final String ANY = "POST /voice/(continue|whisper|recorded)";

            static String step(int number) {
                return "POST /voice/continue\\?after=" + number;
            }
        }

        private final Way way;
        private final List<CarrierFault> faults;

        At(Way way, CarrierFault... faults) {
            this.way = way;
            this.faults = List.of(faults);
        }

        private static Way before(String request) {
            return (nodes, caller) -> nodes.relay.before(request, caller.sid(), () -> {
                caller.there();
                stay(nodes, caller);
            });
        }

        private static Way instead(String request) {
            return (nodes, caller) -> nodes.relay.instead(request, caller.sid(), () -> {
                caller.there();
                stay(nodes, caller);
            });
        }

        /// The request waits until everybody is where they should be: the node dies as soon as it has answered.
        private static Way after(String request) {
            return (nodes, caller) -> {
                caller.expectAnswer();
                nodes.relay.before(request, caller.sid(), () -> {
                    hold(nodes, caller);
                    caller.there();
                    caller.awaitTurn();
                });
                nodes.relay.after(request, caller.sid(), caller::answered);
            };
        }

        private static void stay(TwoNodes nodes, CallerAt caller) {
            hold(nodes, caller);
            nodes.awaitKill();
        }

        /// Nothing more of the call reaches the node, not even when it is asked for again.
        private static void hold(TwoNodes nodes, CallerAt caller) {
            nodes.relay.before(Request.ANY, caller.sid(), () -> stay(nodes, caller));
        }

        private static void when(CallerAt caller, BooleanSupplier so) {
            var _ = Thread.ofVirtual().start(() -> {
                await().pollDelay(Duration.ZERO)
                        .pollInterval(Duration.ofMillis(5))
                        .atMost(PATIENCE)
                        .until(so::getAsBoolean);
                caller.there();
            });
        }
    }

    /// A caller on the way to a step.
    private static final class CallerAt {
        private final At step;
        private final Conversation conversation;
        private final CountDownLatch there = new CountDownLatch(1);
        private final CountDownLatch turn = new CountDownLatch(1);
        private CountDownLatch answer = new CountDownLatch(0);
        private CompletableFuture<Void> meets = new CompletableFuture<>();

        CallerAt(At step, Conversation conversation) {
            this.step = step;
            this.conversation = conversation;
        }

        void asksForAHuman(TwoNodes nodes, Who who) {
            step.way.arrange(nodes, this);
            conversation.says(WISH);
            meets = CompletableFuture.runAsync(() -> who.meets(call()), Thread::startVirtualThread);
        }

        SimulatedCall call() {
            return conversation.call();
        }

        String sid() {
            return call().sid();
        }

        boolean heard(String text) {
            return call().streamHeard().compareTo(spoken(text)) >= 0;
        }

        boolean happened(Class<? extends CallStep> kind) {
            return !call().steps(kind).isEmpty();
        }

        void there() {
            there.countDown();
        }

        void awaitThere() {
            await(there);
        }

        void goOn() {
            turn.countDown();
        }

        void awaitTurn() {
            await(turn);
        }

        void expectAnswer() {
            answer = new CountDownLatch(1);
        }

        void answered() {
            answer.countDown();
        }

        void awaitAnswer() {
            await(answer);
        }

        private void await(CountDownLatch latch) {
            try {
                assertThat(latch.await(PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                        .as("%s", this)
                        .isTrue();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        @Override
        public String toString() {
            return step + " " + call().steps() + call().notices();
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
            void meets(SimulatedCall call) {
                assertThat(call.awaitHeard("leave a message after the tone", PATIENCE))
                        .isTrue();
                call.say(Clip.tone(300, MESSAGE));
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

        void meets(SimulatedCall call) {
            call.await(CallStep.DialEnded.class, CallStep.DialEnded::bridged, PATIENCE)
                    .orElseThrow(() -> new AssertionError("nobody talks with: " + call.steps() + call.notices()));
            assertThat(call.steps(CallStep.Bridged.class)).hasSize(1);
        }
    }
}
