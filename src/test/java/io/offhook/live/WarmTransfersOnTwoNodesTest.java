package io.offhook.live;

import static io.offhook.live.Node.unannounced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route.Result;
import io.offhook.store.Attempt;
import io.offhook.store.Attempt.State;
import io.offhook.store.Fact;
import io.offhook.telephony.Callees.Answer;
import io.offhook.telephony.Callees.Callee;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Meeting;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// One node has the caller, and whatever the provider says of the human comes to another.
class WarmTransfersOnTwoNodesTest {
    private static final Meeting MEETING = new Meeting(Node.CALL, 0);
    private static final Callee HUMAN = new Callee(MEETING, "CA2");
    private static final String CALLER = Node.CALL.value();
    private static final Destination.Warm ANN =
            new Destination.Warm(new PhoneNumber("+14155550101"), Duration.ofSeconds(20));

    @TempDir
    Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private Node one;
    private Node other;
    private WarmTransfers ours;
    private WarmTransfers theirs;
    private Entry entry;
    private LiveCall.Consulting orders;

    @BeforeEach
    void a_human_is_called_for_a_caller_of_the_first_node() {
        one = new Node(folder, 1);
        other = new Node(folder, 1, one.attempts);
        other.stored = Optional.of(Node.stored("conversing"));
        other.storedHandoffs = List.of(Node.handoff());
        ours = one.warm(legs("one"));
        theirs = other.warm(legs("other"));
        entry = new Entry(unannounced(Node.CALL), one.planCalling("+18005550199"), Instant.EPOCH);
        orders = ours.of(entry);
        orders.call(new CallHuman(0, 0, ANN, Node.handoff()));
        become(is -> is.leg().isPresent());
    }

    @AfterEach
    void close() {
        one.close();
        other.close();
    }

    private HumanLegs legs(String node) {
        return new HumanLegs() {
            @Override
            public Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience) {
                return new Rung.Ringing("CA2");
            }

            @Override
            public boolean dismiss(String leg, String say, String language) {
                asked.add(node + " dismisses " + leg);
                return true;
            }

            @Override
            public boolean recall(Meeting meeting) {
                asked.add(node + " recalls " + meeting.caller());
                return true;
            }
        };
    }

    private Attempt stored() {
        return one.attempts.of(List.of(Node.CALL)).getFirst();
    }

    private void become(Predicate<Attempt> claim) {
        await().until(() -> one.attempts.of(List.of(Node.CALL)).stream().anyMatch(claim));
    }

    private Answer pressed(char key) {
        return theirs.pressed(HUMAN, key).toCompletableFuture().join();
    }

    private static List<String> kinds(Node node) {
        return node.facts(Fact.Happened.class).stream().map(Fact.Happened::kind).toList();
    }

    private static List<Result> steps(Node node) {
        return node.facts(Fact.RouteStepped.class).stream()
                .flatMap(step -> step.result().stream())
                .toList();
    }

    @Test
    void whoever_picks_up_hears_the_stored_story_on_any_node() {
        var answer = theirs.pickedUp(HUMAN).toCompletableFuture().join();

        assertThat(answer).isInstanceOfSatisfying(Answer.Ask.class, ask -> assertThat(ask.whisper()
                        .ask()
                        .text())
                .contains("Press 1"));
    }

    @Test
    void the_two_meet_by_what_the_other_node_hears_and_the_first_one_knows() {
        assertThat(pressed('1')).isInstanceOf(Answer.Meet.class);
        assertThat(pressed('1')).isInstanceOf(Answer.Meet.class);
        theirs.joined(MEETING, "CA2");
        become(Attempt::human);
        theirs.joined(MEETING, CALLER);
        theirs.joined(MEETING, CALLER);

        await().until(() -> entry.standing().taken(0));
        orders.letGo(new LetHumanGo(0, Optional.of(Result.CALLER_GONE)));
        theirs.ended(HUMAN, Result.ACCEPTED);
        assertThat(stored().state()).isEqualTo(State.MET);
        await().untilAsserted(() -> assertThat(kinds(other)).containsOnlyOnce("human_accepted", "human_met"));
        assertThat(kinds(one)).containsExactly("human_ringing");
        assertThat(asked).isEmpty();
    }

    @Test
    void who_declines_twice_hears_the_same_twice_and_is_stored_once() {
        var first = pressed('2');

        assertThat(pressed('2')).isEqualTo(first).isInstanceOf(Answer.Leave.class);
        assertThat(steps(other)).containsExactly(Result.DECLINED);
        assertThat(steps(one)).isEmpty();
    }

    @Test
    void a_human_who_presses_1_when_the_caller_is_gone_is_told_so_by_any_node() {
        orders.letGo(new LetHumanGo(0, Optional.of(Result.CALLER_GONE)));
        become(is -> is.is(State.OVER));

        assertThat(pressed('1')).isInstanceOf(Answer.Leave.class);
        await().untilAsserted(() -> assertThat(asked).containsExactly("one dismisses CA2"));
        assertThat(kinds(other)).isEmpty();
    }

    @Test
    void a_store_that_is_down_makes_the_other_node_ask_the_human_to_wait() {
        one.attempts.down = true;

        assertThat(pressed('1')).isInstanceOf(Answer.Wait.class);
        assertThat(ours.pressed(HUMAN, '1').toCompletableFuture().join()).isInstanceOf(Answer.Meet.class);

        one.attempts.down = false;
        become(is -> is.is(State.ACCEPTED));
        assertThat(theirs.pickedUp(HUMAN).toCompletableFuture().join()).isInstanceOf(Answer.Meet.class);
    }

    @Test
    void the_end_of_a_leg_is_kept_for_a_store_that_comes_back() {
        one.attempts.failing.set(2);

        theirs.ended(HUMAN, Result.NO_ANSWER);

        become(is -> is.result().equals(Optional.of(Result.NO_ANSWER)));
    }

    // --- the first node is gone ---

    @Test
    void a_phone_that_rings_for_the_caller_of_a_dead_node_is_silenced_and_the_caller_put_through() {
        var next = other.asksAfterStream(Node.CALL).join();

        assertThat(next).isInstanceOfSatisfying(Instruction.GoTo.class, there -> assertThat(there.step()).isZero());
        assertThat(stored().state()).isEqualTo(State.OVER);
        assertThat(pressed('1')).isInstanceOf(Answer.Leave.class);
        await().untilAsserted(() -> assertThat(other.dismissed).containsExactly("CA2"));
    }

    @Test
    void a_human_who_took_the_call_of_a_dead_node_meets_the_caller() {
        pressed('1');

        var next = other.asksAfterStream(Node.CALL).join();

        assertThat(next).isInstanceOfSatisfying(
                Instruction.Meet.class, there -> assertThat(there.meeting()).isEqualTo(MEETING));
        assertThat(other.facts(Fact.HandedOff.class))
                .extracting(fact -> fact.handoff().way())
                .containsExactly(Handoff.Way.meeting(0, 0));
        assertThat(other.asksAfterStream(Node.CALL).join()).isInstanceOf(Instruction.Meet.class);
    }

    @Test
    void a_human_who_declined_is_not_rung_again() {
        pressed('2');

        var next = other.asksAfterStream(Node.CALL).join();

        assertThat(next).isInstanceOfSatisfying(Instruction.GoTo.class, there -> assertThat(there.step())
                .isEqualTo(1));
    }

    @Test
    void a_caller_who_waits_for_a_human_that_hung_up_is_called_out_of_the_room_once_and_goes_on() {
        pressed('1');
        assertThat(other.asksAfterStream(Node.CALL).join()).isInstanceOf(Instruction.Meet.class);
        theirs.joined(MEETING, CALLER);
        become(Attempt::caller);

        theirs.ended(HUMAN, Result.ACCEPTED);
        theirs.ended(HUMAN, Result.ACCEPTED);
        theirs.joined(MEETING, CALLER);

        await().untilAsserted(() -> assertThat(asked).containsExactly("other recalls CA1"));
        assertThat(other.asksAfterStream(Node.CALL).join())
                .isInstanceOfSatisfying(Instruction.GoTo.class, there -> assertThat(there.step()).isEqualTo(1));
    }

    @Test
    void a_caller_who_comes_to_a_room_that_its_human_has_left_is_called_out_of_it() {
        pressed('1');
        theirs.ended(HUMAN, Result.ACCEPTED);
        become(is -> is.is(State.OVER));

        theirs.joined(MEETING, CALLER);

        await().untilAsserted(() -> assertThat(asked).containsExactly("other recalls CA1"));
    }

    @Test
    void a_human_who_waits_for_a_caller_who_hung_up_is_told_so_by_the_node_that_hears_it() {
        pressed('1');
        assertThat(other.asksAfterStream(Node.CALL).join()).isInstanceOf(Instruction.Meet.class);

        other.calls.over(Node.CALL, "completed");

        become(is -> is.is(State.OVER));
        await().untilAsserted(() -> assertThat(other.dismissed).containsExactly("CA2"));
    }
}
