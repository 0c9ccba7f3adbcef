package io.offhook.callback;

import static io.offhook.callback.Office.ANN;
import static io.offhook.callback.Office.BOB;
import static io.offhook.callback.Office.CALL;
import static io.offhook.callback.Office.CALLED;
import static io.offhook.callback.Office.CALLER;
import static io.offhook.callback.Office.said;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.store.Wish.State;
import io.offhook.telephony.CallbackDesk.Answer;
import io.offhook.telephony.CallbackDesk.Ring;
import io.offhook.telephony.CallbackDesk.Spoken;
import io.offhook.telephony.HumanLine.Placed;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CallbacksTest {
    private static final CallId LEG = new CallId("CA900");
    private static final Duration LEASE = CallbackRounds.Pace.USUAL.lease();

    @TempDir
    private Path directory;

    private Office office;
    private Callbacks node;

    @BeforeEach
    void opens() {
        office = new Office(directory);
        node = office.node();
    }

    @AfterEach
    void closes() {
        office.close();
    }

    @Test
    void a_human_hears_what_it_is_about_and_takes_it_before_the_caller_is_dialled() {
        var ring = office.asked(node);

        var offer = said(node.pickedUp(ring));
        var connect = said(node.taken(ring, LEG));
        var end = said(node.dialled(ring, Route.Result.ACCEPTED));

        assertThat(office.rung).containsExactly(new Office.Rung(ANN, CALLED, new Ring(CALL, 1)));
        assertThat(((Answer.Offer) offer).say())
                .extracting(Spoken::text)
                .containsExactly(
                        "A caller has asked to be called back.",
                        "Refund. Charged twice in March.",
                        "Press 1 to be put through to the caller now.");
        assertThat(connect).isEqualTo(new Answer.Connect(CALLER, CALLED));
        assertThat(end).isEqualTo(Answer.HangUp.SILENTLY);
        assertThat(office.wish().state()).isEqualTo(State.CONNECTED);
        assertThat(office.timeline()).containsExactly("callback_connected");
        assertThat(office.counted).containsExactly("callback_connected");
    }

    @Test
    void numbers_of_settled_wishes_are_forgotten_when_their_time_is_over() {
        var rounds = office.rounds(node);
        office.asks(CALL);
        office.wishes.cancel(CALL, office.instant());

        office.passes(Office.RETENTION);
        rounds.round();
        assertThat(office.wish().number()).contains(CALLER);

        office.passes(Duration.ofMinutes(30));
        rounds.round();
        assertThat(office.wish().number()).as("looked at once an hour").contains(CALLER);

        office.passes(Duration.ofMinutes(30));
        rounds.round();
        assertThat(office.wish().number()).isEmpty();
        assertThat(office.wish().consent()).isEmpty();
        assertThat(office.wish().state()).isEqualTo(State.CANCELED);
    }

    @ParameterizedTest
    @CsvSource({"BUSY, human-busy", "NO_ANSWER, human-no-answer", "ACCEPTED, human-declined", "FAILED, human-failed"})
    void a_human_who_does_not_take_it_is_tried_again_later(Route.Result leg, String result) {
        var ring = office.asked(node);

        node.over(ring, leg);

        assertThat(office.wish().state()).isEqualTo(State.WAITING);
        assertThat(office.wish().result()).isEqualTo(result);
        assertThat(office.wish().nextAt()).isEqualTo(Office.NOON.plus(Duration.ofMinutes(10)));
    }

    @Test
    void a_mailbox_hears_everything_and_never_gets_the_caller() {
        var ring = office.asked(node);
        node.pickedUp(ring);

        node.silent(ring);
        node.over(ring, Route.Result.ACCEPTED);

        assertThat(office.wish().result()).isEqualTo("human-voicemail");
        assertThat(office.timeline()).containsExactly("callback_human_voicemail");
    }

    @Test
    void another_key_declines() {
        var ring = office.asked(node);

        node.declined(ring);

        assertThat(office.wish().result()).isEqualTo("human-declined");
    }

    @ParameterizedTest
    @CsvSource({"BUSY, caller-busy", "NO_ANSWER, caller-no-answer", "FAILED, caller-failed", "CALLER_GONE, human-gone"})
    void a_caller_who_can_not_be_reached_is_tried_again_later_and_the_human_is_told(
            Route.Result dialled, String result) {
        var ring = office.asked(node);
        node.taken(ring, LEG);

        var answer = said(node.dialled(ring, dialled));
        node.over(ring, Route.Result.ACCEPTED);

        assertThat(((Answer.HangUp) answer).say())
                .extracting(Spoken::text)
                .containsExactly("The caller did not answer. Goodbye.");
        assertThat(office.wish().state()).isEqualTo(State.WAITING);
        assertThat(office.wish().result()).isEqualTo(result);
    }

    @Test
    void it_is_given_up_after_the_last_attempt_with_the_reason() {
        var ring = office.asked(node);
        for (int attempt = 1; attempt < 3; attempt++) {
            node.over(ring, Route.Result.NO_ANSWER);
            office.passes(Duration.ofHours(1));
            office.round(node);
            ring = office.rung.getLast().ring();
        }

        node.over(ring, Route.Result.BUSY);
        office.passes(Duration.ofHours(1));
        office.round(node);

        assertThat(office.rung).hasSize(3);
        assertThat(office.wish().state()).isEqualTo(State.GIVEN_UP);
        assertThat(office.wish().result()).isEqualTo("human-busy");
        assertThat(office.wish().finishedAt()).isPresent();
    }

    @Test
    void the_next_human_is_rung_at_once() {
        office.how = office.how.by(List.of(ANN, BOB));
        var ring = office.asked(node);

        node.over(ring, Route.Result.BUSY);
        office.round(node);

        assertThat(office.rung).extracting(Office.Rung::human).containsExactly(ANN, BOB);
    }

    @Test
    void a_human_who_is_rung_for_one_caller_is_not_rung_for_another() {
        office.asks(CALL);
        office.asks(new CallId("CA2"), BOB);

        office.round(node);

        assertThat(office.rung).hasSize(1);
        var other = new CallId("CA2").equals(office.rung.getFirst().ring().wish()) ? CALL : new CallId("CA2");
        assertThat(office.wishes.find(other)).hasValueSatisfying(wish -> {
            assertThat(wish.state()).isEqualTo(State.WAITING);
            assertThat(wish.tries()).isZero();
        });

        node.over(office.rung.getFirst().ring(), Route.Result.NO_ANSWER);
        office.passes(CallbackRounds.Pace.USUAL.engaged());
        office.round(node);

        assertThat(office.rung).extracting(each -> each.ring().wish()).contains(other);
    }

    @Test
    void a_caller_who_asks_again_is_called_back_once() {
        office.asks(CALL);
        office.passes(Duration.ofMinutes(1));
        office.asks(new CallId("CA2"));

        office.round(node);

        assertThat(office.rung).extracting(each -> each.ring().wish().value()).containsExactly("CA2");
        assertThat(office.wish().state()).isEqualTo(State.CANCELED);
        assertThat(office.wish().result()).isEqualTo("asked-again");
    }

    // --- more than one node, and the end of one

    @Test
    void of_two_nodes_one_has_a_wish() {
        office.asks(CALL);

        office.round(node);
        office.round(office.node());

        assertThat(office.rung).hasSize(1);
    }

    @Test
    void when_a_node_dies_another_goes_on_and_whoever_was_rung_first_can_not_take_it() {
        var first = office.asked(node);
        var other = office.node();
        office.passes(LEASE);

        office.round(other);
        var late = said(other.taken(first, LEG));
        var second = said(other.taken(office.rung.getLast().ring(), new CallId("CA901")));

        assertThat(((Answer.HangUp) late).say())
                .extracting(Spoken::text)
                .containsExactly("This call has been taken care of. Goodbye.");
        assertThat(second).isInstanceOf(Answer.Connect.class);
    }

    @Test
    void any_node_may_be_asked() {
        var ring = office.asked(node);

        node.pickedUp(ring);
        var connect = said(office.node().taken(ring, LEG));
        office.node().dialled(ring, Route.Result.ACCEPTED);

        assertThat(connect).isInstanceOf(Answer.Connect.class);
        assertThat(office.wish().state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void one_that_was_taken_and_never_heard_of_again_is_not_tried_again() {
        var ring = office.asked(node);
        node.taken(ring, LEG);
        office.over.add(LEG);

        office.passes(LEASE);
        office.round(office.node());

        assertThat(office.rung).hasSize(1);
        assertThat(office.wish().state()).isEqualTo(State.GIVEN_UP);
        assertThat(office.wish().result()).isEqualTo("unknown");
    }

    @Test
    void those_who_talk_for_long_are_left_alone() {
        var ring = office.asked(node);
        node.taken(ring, LEG);

        for (int i = 0; i < 20; i++) {
            office.passes(LEASE);
            office.round(node);
        }
        node.dialled(ring, Route.Result.ACCEPTED);

        assertThat(office.rung).hasSize(1);
        assertThat(office.wish().state()).isEqualTo(State.CONNECTED);
    }

    @Test
    void what_the_provider_says_twice_counts_once() {
        var ring = office.asked(node);

        var first = said(node.taken(ring, LEG));
        var second = said(node.taken(ring, LEG));
        node.dialled(ring, Route.Result.BUSY);
        node.dialled(ring, Route.Result.BUSY);

        assertThat(second).isEqualTo(first);
        assertThat(office.timeline()).containsExactly("callback_caller_busy");
    }

    @Test
    void what_was_canceled_is_not_told_to_whoever_picks_up() {
        var ring = office.asked(node);
        office.wishes.cancel(CALL, office.instant());

        var answer = said(node.pickedUp(ring));

        assertThat(answer).isInstanceOf(Answer.HangUp.class);
        assertThat(said(node.taken(ring, LEG))).isInstanceOf(Answer.HangUp.class);
    }

    @Test
    void of_an_unknown_wish_nothing_is_said() {
        var ring = new Ring(new CallId("CA404"), 1);

        assertThat(said(node.pickedUp(ring))).isEqualTo(Answer.HangUp.SILENTLY);
        assertThat(said(node.taken(ring, LEG))).isEqualTo(Answer.HangUp.SILENTLY);
    }

    // --- what the provider makes of the order

    @Test
    void an_order_that_may_have_been_carried_out_is_not_repeated_before_its_time() {
        office.placed = new Placed.Unclear();
        office.asked(node);

        office.passes(LEASE.minusMillis(1));
        office.round(node);

        assertThat(office.rung).hasSize(1);
    }

    @Test
    void a_number_that_the_provider_does_not_ring_has_failed() {
        office.placed = new Placed.Refused("rejected");

        office.asked(node);

        assertThat(office.wish().result()).isEqualTo("human-failed");
        assertThat(office.wish().tries()).isEqualTo(1);
    }

    @Test
    void a_provider_that_can_not_ring_at_present_costs_no_try() {
        office.placed = new Placed.Later("busy", Optional.of(Duration.ofMinutes(2)));

        office.asked(node);

        assertThat(office.wish().state()).isEqualTo(State.WAITING);
        assertThat(office.wish().tries()).isZero();
        assertThat(office.wish().nextAt()).isEqualTo(Office.NOON.plus(Duration.ofMinutes(2)));
    }
}
