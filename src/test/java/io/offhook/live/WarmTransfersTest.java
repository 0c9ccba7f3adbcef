package io.offhook.live;

import static io.offhook.live.Node.unannounced;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.CallId;
import io.offhook.call.Destination;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.store.Attempt;
import io.offhook.store.Attempt.State;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.telephony.Callees.Answer;
import io.offhook.telephony.Callees.Callee;
import io.offhook.telephony.HumanLegs;
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

/// Each attempt to reach a human: stored, carried out once, and cleaned up.
class WarmTransfersTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Meeting MEETING = new Meeting(CALL, 0);
    private static final Callee HUMAN = new Callee(MEETING, "CA2");
    private static final Destination.Warm ANN =
            new Destination.Warm(new PhoneNumber("+14155550101"), Duration.ofSeconds(20));

    @TempDir
    Path folder;

    private final List<String> asked = new CopyOnWriteArrayList<>();
    private volatile boolean restAnswers = true;
    private Node node;
    private WarmTransfers warm;
    private LiveCall.Consulting orders;

    @BeforeEach
    void a_call() {
        node = new Node(folder, 1);
        warm = node.warm(new Legs());
        orders = warm.of(new Entry(unannounced(CALL), node.planCalling("+18005550199"), Instant.EPOCH));
    }

    @AfterEach
    void close() {
        node.close();
    }

    private final class Legs implements HumanLegs {
        @Override
        public Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience) {
            asked.add("ring " + human.e164() + " from " + from.e164());
            assertThat(kinds()).contains("human_ringing");
            return new Rung.Ringing("CA2");
        }

        @Override
        public boolean dismiss(String leg, String say, String language) {
            asked.add("dismiss " + leg);
            return asked.size() > 2;
        }

        @Override
        public boolean recall(Meeting meeting) {
            asked.add("recall " + meeting.caller());
            return restAnswers;
        }
    }

    private List<String> kinds() {
        return node.facts(Fact.Happened.class).stream().map(Fact.Happened::kind).toList();
    }

    /// What the provider says of legs and rooms is taken at once, and acted upon a little later.
    private void become(Predicate<Attempt> claim) {
        await().until(() -> node.attempts.of(List.of(CALL)).stream().anyMatch(claim));
    }

    private void rings() {
        orders.call(new CallHuman(0, 0, ANN, Node.handoff()));
        await().until(() -> asked.size() == 1);
    }

    private Answer presses(char key) {
        return warm.pressed(HUMAN, key).toCompletableFuture().join();
    }

    private void asked(String... all) {
        await().untilAsserted(() -> assertThat(asked).containsExactly(all));
    }

    @Test
    void an_order_that_is_given_twice_is_carried_out_once_after_it_is_stored() {
        rings();
        orders.call(new CallHuman(0, 0, ANN, Node.handoff()));

        asked("ring +14155550101 from +18005550199");
        assertThat(kinds()).containsExactly("human_ringing");
    }

    @Test
    void a_human_who_presses_1_twice_is_brought_to_the_room_twice_and_stored_once() {
        rings();

        assertThat(presses('1')).isInstanceOf(Answer.Meet.class);
        assertThat(presses('1')).isInstanceOf(Answer.Meet.class);
        assertThat(kinds()).containsExactly("human_ringing", "human_accepted");
    }

    @Test
    void an_order_of_a_call_that_comes_again_under_its_id_is_not_taken_for_one_of_the_call_before() {
        node.rings(CALL, "first");
        callsAnn();
        await().until(() -> kinds().contains("human_ringing"));
        node.calls.over(CALL, "completed");

        node.rings(CALL, "second");
        callsAnn();

        await().untilAsserted(() -> assertThat(kinds()).filteredOn("human_ringing"::equals).hasSize(2));
    }

    /// As the call of this node orders it.
    private void callsAnn() {
        node.warm
                .of(new Entry(unannounced(CALL), node.planCalling("+18005550199"), Instant.EPOCH))
                .call(new CallHuman(0, 0, ANN, Node.handoff()));
    }

    @Test
    void a_key_that_means_nothing_is_asked_for_again() {
        rings();

        assertThat(presses('7')).isInstanceOf(Answer.Ask.class);
        assertThat(warm.pickedUp(HUMAN).toCompletableFuture().join()).isInstanceOf(Answer.Ask.class);
    }

    @Test
    void a_human_who_declines_is_stored_before_it_is_said() {
        rings();

        assertThat(presses('2')).isInstanceOf(Answer.Leave.class);
        assertThat(node.facts(Fact.RouteStepped.class))
                .extracting(Fact.RouteStepped::result)
                .containsExactly(Optional.of(Route.Result.DECLINED));
        assertThat(presses('1')).isInstanceOf(Answer.Leave.class);
    }

    @Test
    void a_human_for_whom_nobody_waits_is_dismissed_and_told_so() {
        rings();

        orders.letGo(new LetHumanGo(0, Optional.of(Route.Result.CALLER_GONE)));

        asked("ring +14155550101 from +18005550199", "dismiss CA2", "dismiss CA2");
        assertThat(presses('1')).isInstanceOf(Answer.Leave.class);
    }

    @Test
    void whoever_has_met_the_caller_is_never_ended() {
        rings();
        presses('1');
        warm.joined(MEETING, CALL.value());
        become(Attempt::caller);
        assertThat(kinds()).doesNotContain("human_met");
        warm.joined(MEETING, "CA2");
        become(is -> is.is(State.MET));

        orders.letGo(new LetHumanGo(0, Optional.empty()));
        warm.callerLeft(CALL, false);
        warm.ended(HUMAN, Route.Result.ACCEPTED);

        await().untilAsserted(() -> assertThat(kinds()).containsOnlyOnce("human_met"));
        assertThat(asked).hasSize(1);
    }

    @Test
    void two_who_missed_each_other_in_the_room_have_not_met() {
        rings();
        presses('1');
        warm.joined(MEETING, CALL.value());
        become(Attempt::caller);
        warm.left(MEETING, CALL.value());
        become(is -> !is.caller());
        warm.joined(MEETING, "CA2");
        become(Attempt::human);

        warm.callerLeft(CALL, false);

        asked("ring +14155550101 from +18005550199", "dismiss CA2", "dismiss CA2");
    }

    @Test
    void a_leg_that_is_over_is_not_dismissed_and_its_caller_is_taken_out_of_the_room() {
        rings();
        presses('1');
        warm.joined(MEETING, CALL.value());
        become(Attempt::caller);
        warm.ended(HUMAN, Route.Result.ACCEPTED);
        become(is -> is.is(State.OVER));

        orders.letGo(new LetHumanGo(0, Optional.of(Route.Result.HUMAN_GONE)));
        orders.recall();
        orders.recall();

        asked("ring +14155550101 from +18005550199", "recall CA1");
    }

    @Test
    void a_caller_who_is_not_in_the_room_yet_is_taken_out_of_it_on_coming_there() {
        rings();
        presses('1');
        warm.ended(HUMAN, Route.Result.ACCEPTED);
        become(is -> is.is(State.OVER));
        orders.recall();

        warm.joined(MEETING, CALL.value());

        asked("ring +14155550101 from +18005550199", "recall CA1");
    }

    @Test
    void a_caller_who_could_not_be_taken_out_of_the_room_hears_something_until_that_is_done() {
        rings();
        presses('1');
        assertThat(warm.alone(MEETING, CALL.value()).toCompletableFuture().join().say()).isEmpty();
        warm.ended(HUMAN, Route.Result.ACCEPTED);
        become(is -> is.is(State.OVER));
        restAnswers = false;
        warm.joined(MEETING, CALL.value());
        await().until(() -> asked.size() == 4);

        restAnswers = true;
        var heard = warm.alone(MEETING, CALL.value()).toCompletableFuture().join();

        assertThat(heard.say()).contains("moment");
        await().until(() -> asked.size() == 5);
        assertThat(asked.subList(1, 5)).containsOnly("recall CA1");
    }

    @Test
    void without_a_number_to_show_nobody_is_called() {
        orders = warm.of(new Entry(unannounced(CALL), node.planCalling(""), Instant.EPOCH));

        orders.call(new CallHuman(0, 0, ANN, Node.handoff()));

        await().until(() -> kinds().contains("human_unreachable"));
        assertThat(asked).isEmpty();
    }

    @Test
    void a_node_to_which_only_the_stream_came_asks_the_store_for_the_number_to_show() {
        node.stored = Optional.of(new StoredCall(
                CALL,
                "acme",
                Optional.empty(),
                Optional.of(new PhoneNumber("+18005550177")),
                "conversing",
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty()));
        orders = warm.of(new Entry(unannounced(CALL), node.planCalling(""), Instant.EPOCH));

        rings();

        asked("ring +14155550101 from +18005550177");
    }

    @Test
    void what_is_heard_of_on_two_ways_at_once_is_stored_all_the_same() {
        rings();
        become(is -> is.leg().isPresent());
        // The other sees the leg's end in the store, before the one that has brought it there knows.
        node.attempts.changed.set(
                () -> warm.pickedUp(HUMAN).toCompletableFuture().join());

        warm.ended(HUMAN, Route.Result.BUSY);

        await().untilAsserted(() -> assertThat(node.facts(Fact.RouteStepped.class))
                .extracting(Fact.RouteStepped::result)
                .containsExactly(Optional.of(Route.Result.BUSY)));
    }

    @Test
    void of_whom_nothing_is_known_is_asked_to_wait() {
        var stranger = new Callee(new Meeting(new CallId("CA9"), 0), "CA8");

        assertThat(warm.pickedUp(stranger).toCompletableFuture().join()).isInstanceOf(Answer.Wait.class);
        assertThat(warm.pressed(stranger, '1').toCompletableFuture().join()).isInstanceOf(Answer.Wait.class);
    }

    @Test
    void a_store_that_is_down_leaves_it_to_what_the_node_remembers_and_hears_of_it_later() {
        rings();
        become(is -> is.leg().isPresent());
        node.attempts.down = true;

        assertThat(presses('1')).isInstanceOf(Answer.Meet.class);
        assertThat(presses('1')).isInstanceOf(Answer.Meet.class);
        assertThat(kinds()).containsExactly("human_ringing", "human_accepted");
        node.attempts.down = false;
        become(is -> is.is(State.ACCEPTED));
    }

    @Test
    void an_attempt_that_could_not_be_stored_is_stored_later() {
        node.attempts.down = true;
        rings();
        assertThat(warm.pickedUp(HUMAN).toCompletableFuture().join()).isInstanceOf(Answer.Ask.class);

        node.attempts.down = false;

        await().untilAsserted(() -> assertThat(node.attempts.of(List.of(CALL)))
                .singleElement()
                .satisfies(stored -> assertThat(stored.leg()).contains("CA2")));
    }

    @Test
    void a_number_that_an_earlier_attempt_had_rings_nobody() {
        node.attempts.begin(Attempt.fresh(CALL, 0, Instant.ofEpochSecond(9), 0));

        orders.call(new CallHuman(0, 0, ANN, Node.handoff()));

        await().until(() -> kinds().contains("human_unreachable"));
        assertThat(asked).isEmpty();
    }
}
