package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Wish.State;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every store of wishes promises.
public abstract class WishesContract {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(5);
    private static final CallId LEG = new CallId("CA100");
    private static final PhoneNumber HUMAN = new PhoneNumber("+14155550101");

    private Wishes wishes;
    private CallLog log;

    /// An empty store, and the log beside it.
    protected abstract Wishes open() throws Exception;

    protected abstract CallLog log();

    @BeforeEach
    void opens() throws Exception {
        wishes = open();
        log = log();
    }

    private static CallId call(String id) {
        return new CallId(id);
    }

    private static Fact.CallbackAsked asked(String call, String number, Instant at) {
        return new Fact.CallbackAsked(
                call(call),
                at,
                new PhoneNumber(number),
                new PhoneNumber("+18005550199"),
                "default",
                "If you agree, press 1.",
                "en",
                false);
    }

    private void ask(String... calls) {
        for (var call : calls) {
            log.append(List.of(asked(call, "+14155550123", NOON)));
        }
    }

    private Wish claimed(Instant now) {
        return wishes.claim(1, now, LEASE).getFirst();
    }

    private Wish stored(String call) {
        return wishes.find(call(call)).orElseThrow();
    }

    @Test
    void a_wish_is_kept_with_the_words_and_waits_for_its_first_try() {
        log.append(List.of(asked("CA1", "+14155550123", NOON), asked("CA1", "+14155550124", NOON.plusSeconds(9))));

        assertThat(wishes.due(Instant.EPOCH)).isTrue();
        assertThat(stored("CA1")).satisfies(wish -> {
            assertThat(wish.number()).contains(new PhoneNumber("+14155550124"));
            assertThat(wish.called().e164()).isEqualTo("+18005550199");
            assertThat(wish.consent()).isEqualTo("If you agree, press 1.");
            assertThat(wish.state()).isEqualTo(State.WAITING);
            assertThat(wish.tries()).isZero();
        });
        assertThat(wishes.list(false, 9)).extracting(Wish::call).containsExactly(call("CA1"));
        assertThat(wishes.find(call("CA2"))).isEmpty();
    }

    @Test
    void it_is_known_whether_the_caller_typed_or_spoke() {
        ask("CA1");
        log.append(List.of(new Fact.CallbackAsked(
                call("CA2"),
                NOON,
                new PhoneNumber("+14155550124"),
                new PhoneNumber("+18005550199"),
                "default",
                "If you agree, say yes.",
                "en",
                true)));

        assertThat(stored("CA1").spoken()).isFalse();
        assertThat(stored("CA2").spoken()).isTrue();
        assertThat(wishes.claim(9, NOON, LEASE)).extracting(Wish::spoken).containsExactlyInAnyOrder(false, true);
    }

    @Test
    void a_fact_that_is_written_again_changes_nothing_once_somebody_was_rung() {
        ask("CA1");
        wishes.end(claimed(NOON), State.CONNECTED, "connected", NOON);

        log.append(List.of(asked("CA1", "+14155550124", NOON.plusSeconds(9))));

        assertThat(wishes.due(NOON.plusSeconds(99))).isFalse();
        assertThat(stored("CA1").number()).contains(new PhoneNumber("+14155550123"));
        assertThat(wishes.list(true, 9)).hasSize(1);
        assertThat(wishes.list(false, 9)).isEmpty();
    }

    @Test
    void a_claimed_wish_is_nobody_elses_until_its_lease_ends_and_then_a_new_try() {
        ask("CA1");

        var first = wishes.claim(9, NOON, LEASE);
        var second = wishes.claim(9, NOON.plus(LEASE).minusMillis(1), LEASE);
        var third = wishes.claim(9, NOON.plus(LEASE), LEASE);

        assertThat(first).extracting(Wish::tries).containsExactly(1);
        assertThat(second).isEmpty();
        assertThat(third).extracting(Wish::tries).containsExactly(2);
        assertThat(third).extracting(Wish::result).containsExactly("lost");
        assertThat(wishes.again(first.getFirst(), NOON, 1, "human-busy")).isFalse();
    }

    @Test
    void many_who_claim_at_once_share_the_wishes() throws Exception {
        ask(IntStream.range(0, 40).mapToObj(i -> "CA" + i).toArray(String[]::new));

        try (var nodes = Executors.newFixedThreadPool(8)) {
            var claims = nodes.invokeAll(IntStream.range(0, 8)
                    .<Callable<List<Wish>>>mapToObj(_ -> () -> wishes.claim(10, NOON, LEASE))
                    .toList());

            var all = claims.stream().flatMap(each -> each.resultNow().stream()).toList();
            assertThat(all).extracting(Wish::call).doesNotHaveDuplicates();
        }
        wishes.claim(40, NOON, LEASE);
        assertThat(wishes.list(false, 99)).extracting(Wish::tries).containsOnly(1);
    }

    @Test
    void of_two_who_are_rung_for_one_wish_only_the_later_can_take_it_and_only_once() {
        ask("CA1");
        claimed(NOON);
        claimed(NOON.plus(LEASE));
        var now = NOON.plus(LEASE).plusSeconds(20);

        assertThat(wishes.taken(call("CA1"), 1, LEG, now, LEASE)).isEmpty();
        assertThat(wishes.taken(call("CA1"), 2, LEG, now, LEASE)).isPresent();
        assertThat(wishes.taken(call("CA1"), 2, call("CA101"), now, LEASE)).isEmpty();
        assertThat(wishes.taken(call("CA1"), 2, LEG, now, LEASE))
                .as("the provider asks again")
                .isPresent();
    }

    @Test
    void a_wish_that_was_taken_is_not_claimed_again_but_looked_after() {
        ask("CA1");
        claimed(NOON);
        wishes.taken(call("CA1"), 1, LEG, NOON, LEASE);
        var late = NOON.plus(LEASE);

        assertThat(wishes.claim(9, late, LEASE)).isEmpty();
        assertThat(wishes.unheardOf(late.minusMillis(1))).isEmpty();
        assertThat(wishes.unheardOf(late)).extracting(Wish::leg).containsExactly(java.util.Optional.of(LEG));

        wishes.awaited(stored("CA1"), late.plusSeconds(60));

        assertThat(wishes.unheardOf(late)).isEmpty();
        assertThat(wishes.unheardOf(late.plusSeconds(60))).hasSize(1);
    }

    @Test
    void a_caller_who_asks_again_is_known_by_the_number() {
        ask("CA1");
        log.append(List.of(
                asked("CA2", "+14155550123", NOON.plusSeconds(1)), asked("CA3", "+14155550124", NOON.plusSeconds(2))));

        assertThat(wishes.askedAgain(stored("CA1"))).isTrue();
        assertThat(wishes.askedAgain(stored("CA2"))).isFalse();

        wishes.cancel(call("CA2"), NOON);

        assertThat(wishes.askedAgain(stored("CA1"))).isFalse();
    }

    @Test
    void nobody_is_rung_for_two_wishes_at_once() {
        ask("CA1", "CA2");
        var both = wishes.claim(9, NOON, LEASE);

        assertThat(wishes.rings(both.getFirst(), HUMAN)).isTrue();
        assertThat(wishes.rings(both.getLast(), HUMAN)).isFalse();

        wishes.again(both.getFirst(), NOON.plusSeconds(600), 1, "human-busy");

        assertThat(wishes.rings(both.getLast(), HUMAN)).isTrue();
    }

    @Test
    void a_human_whose_node_died_can_be_rung_again_when_the_lease_is_over() {
        ask("CA1");
        wishes.rings(claimed(NOON), HUMAN);

        assertThat(wishes.rings(claimed(NOON.plus(LEASE)), HUMAN)).isTrue();
    }

    @Test
    void a_wish_that_was_put_back_waits_for_its_time() {
        ask("CA1");

        assertThat(wishes.again(claimed(NOON), NOON.plusSeconds(600), 1, "human-busy")).isTrue();

        assertThat(wishes.due(NOON.plusSeconds(599))).isFalse();
        assertThat(wishes.due(NOON.plusSeconds(600))).isTrue();
        assertThat(stored("CA1").result()).isEqualTo("human-busy");
    }

    @Test
    void a_wish_that_was_canceled_is_not_tried_and_can_not_be_taken() {
        ask("CA1", "CA2");
        claimed(NOON);

        assertThat(wishes.cancel(call("CA1"), NOON)).isTrue();
        assertThat(wishes.cancel(call("CA1"), NOON)).isFalse();
        assertThat(wishes.cancel(call("CA2"), NOON)).isTrue();

        assertThat(wishes.taken(call("CA1"), 1, LEG, NOON, LEASE)).isEmpty();
        assertThat(wishes.due(NOON.plus(LEASE))).isFalse();
        assertThat(wishes.list(true, 9)).extracting(Wish::state).containsOnly(State.CANCELED);
    }

    @Test
    void what_was_settled_long_ago_is_known_without_number_and_words() {
        ask("CA1", "CA2", "CA3", "CA4");
        for (var wish : wishes.claim(2, NOON, LEASE)) {
            wishes.taken(wish.call(), 1, LEG, NOON, LEASE);
            wishes.end(stored(wish.call().value()), State.CONNECTED, "connected", NOON);
        }
        wishes.cancel(call("CA3"), NOON.plusSeconds(1));

        assertThat(wishes.erase(NOON.plusSeconds(1))).isEqualTo(2);
        assertThat(wishes.erase(NOON.plusSeconds(1))).isZero();

        assertThat(stored("CA1")).satisfies(wish -> {
            assertThat(wish.number()).isEmpty();
            assertThat(wish.consent()).isEmpty();
            assertThat(wish.leg()).isEmpty();
            assertThat(wish.state()).isEqualTo(State.CONNECTED);
            assertThat(wish.result()).isEqualTo("connected");
            assertThat(wish.finishedAt()).contains(NOON);
        });
        assertThat(wishes.list(true, 9)).hasSize(3);
        assertThat(stored("CA3").number()).as("settled later").isPresent();
        assertThat(stored("CA4").number()).as("not settled").isPresent();
    }

    @Test
    void a_fact_that_is_written_again_does_not_bring_an_erased_number_back() {
        ask("CA1");
        wishes.cancel(call("CA1"), NOON);
        wishes.erase(NOON.plusSeconds(1));

        log.append(List.of(asked("CA1", "+14155550123", NOON.plusSeconds(9))));

        assertThat(stored("CA1").number()).isEmpty();
    }

    @Test
    void a_wish_does_not_print_its_numbers() {
        ask("CA1");

        assertThat(stored("CA1").toString()).contains("CA1", "waiting").doesNotContain("555");
    }
}
