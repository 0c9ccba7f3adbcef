package io.offhook.outbox;

import static io.offhook.outbox.Depot.NOON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Story;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.State;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class PostmanTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    private Path directory;

    private Depot depot;
    private final ConcurrentLinkedQueue<OutboxMessage> got = new ConcurrentLinkedQueue<>();
    private final Recipient willing = message -> {
        got.add(message);
        return Receipt.delivered();
    };

    @BeforeEach
    void opens() {
        depot = new Depot(directory);
    }

    @AfterEach
    void closes() {
        depot.close();
    }

    @Test
    void a_call_that_ended_is_told_to_whoever_asked_for_it() {
        depot.beginsAndEnds("CA1");
        var postman = depot.postman(willing);

        rounds(postman, 2);

        assertThat(got)
                .extracting(OutboxMessage::target, OutboxMessage::event, OutboxMessage::key)
                .containsExactlyInAnyOrder(
                        tuple("acme/crm", "call.ended", "CA1:call.ended:1"),
                        tuple("acme/billing", "call.ended", "CA1:call.ended:1"));
        assertThat(depot.outbox.list(Optional.of(State.DONE), 10)).hasSize(2);
        assertThat(postman.load().delivered()).isEqualTo(2);
    }

    @Test
    void one_receiver_hears_of_one_call_in_order() {
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        depot.getsVoicemail("CA1");
        depot.ends("CA1");
        var postman = depot.postman(willing);

        rounds(postman, 4);

        assertThat(got.stream().filter(message -> message.target().equals("acme/crm")))
                .extracting(OutboxMessage::event)
                .containsExactly("handoff.created", "voicemail.left", "call.ended");
    }

    @Test
    void a_handoff_is_told_once_with_what_was_said_and_written_until_the_caller_left() {
        var postman = depot.postman(willing);
        depot.begins("CA1");
        depot.handsOff("CA1", told("by rule"));
        rounds(postman, 2);
        assertThat(got).isEmpty();

        depot.handsOff("CA1", told("by the engine"));
        depot.leaves("CA1");
        rounds(postman, 2);

        assertThat(got).singleElement().satisfies(message -> assertThat(message.body())
                .contains("by the engine")
                .doesNotContain("by rule"));
    }

    @Test
    void a_handoff_whose_caller_stays_is_told_after_two_seconds_and_before_what_came_later() {
        onlyCrm();
        var postman = depot.postman(willing);
        depot.begins("CA1");
        depot.handsOff("CA1", told("by rule"));
        depot.getsVoicemail("CA1");
        rounds(postman, 1);
        depot.passes(Duration.ofMillis(1_900));
        rounds(postman, 1);
        assertThat(got).isEmpty();

        depot.passes(Duration.ofMillis(100));
        rounds(postman, 3);

        assertThat(got).extracting(OutboxMessage::event).containsExactly("handoff.created", "voicemail.left");
    }

    @Test
    void a_handoff_that_a_killed_node_has_noted_is_told_by_another_and_once() {
        depot.begins("CA1");
        depot.handsOff("CA1", told("by rule"));
        rounds(depot.postman(willing), 1);

        var others = List.of(depot.postman(willing), depot.postman(willing));
        others.forEach(postman -> rounds(postman, 1));
        depot.passes(Duration.ofSeconds(2));
        others.forEach(postman -> rounds(postman, 2));

        assertThat(got).extracting(OutboxMessage::key).containsExactly("CA1:handoff.created:1795435260000");
    }

    private static Story told(String summary) {
        return new Story(
                Story.Mood.UNKNOWN,
                Optional.empty(),
                List.of(),
                summary,
                Story.SummarySource.RULE,
                Map.of(),
                List.of(),
                List.of(),
                List.of(),
                "");
    }

    @Test
    void an_event_waits_for_the_fact_that_names_its_agent() {
        depot.ends("CA1");
        var postman = depot.postman(willing);
        rounds(postman, 1);
        assertThat(got).isEmpty();

        depot.begins("CA1");
        rounds(postman, 1);

        assertThat(got).hasSize(2);
    }

    @Test
    void calls_of_which_nobody_knows_the_agent_hold_up_no_other() {
        for (int i = 0; i < 250; i++) {
            depot.ends("CX" + i);
        }
        depot.beginsAndEnds("CA1");

        rounds(depot.postman(willing), 1);

        assertThat(got).hasSize(2);
    }

    @Test
    void an_agent_without_receivers_fills_no_outbox() {
        depot.acme = Subscriptions.NONE;
        depot.beginsAndEnds("CA1");

        rounds(depot.postman(willing), 1);

        assertThat(depot.outbox.unaddressed(10)).isEmpty();
        assertThat(depot.outbox.list(Optional.empty(), 10)).isEmpty();
    }

    @Test
    void a_failed_delivery_is_tried_again_after_a_longer_and_longer_while() {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var tries = new ArrayList<Instant>();
        var postman = depot.postman(_ -> {
            tries.add(depot.instant());
            return new Receipt.Later("http_422", Receipt.Blame.MESSAGE, Optional.empty());
        });

        for (int tenths = 0; tenths < 400; tenths++) {
            rounds(postman, 1);
            depot.passes(Duration.ofMillis(100));
        }

        var pauses = new ArrayList<Long>();
        for (int i = 1; i < tries.size(); i++) {
            pauses.add(Duration.between(tries.get(i - 1), tries.get(i)).toMillis());
        }
        assertThat(pauses).hasSizeBetween(5, 7);
        for (int i = 0; i < pauses.size(); i++) {
            assertThat(pauses.get(i)).isBetween(500L << i, (1000L << i) + 200);
        }
        assertThat(depot.outbox.list(Optional.of(State.WAITING), 10))
                .extracting(OutboxMessage::lastError)
                .containsExactly("http_422");
    }

    @Test
    void a_day_of_a_dead_receiver_is_survived_and_slows_nobody_else() {
        var asked = new AtomicInteger();
        var postman = depot.postman(message -> {
            boolean dead = depot.instant().isBefore(NOON.plus(Duration.ofHours(24)));
            if (message.target().equals("acme/crm") && dead) {
                asked.incrementAndGet();
                return Receipt.later("unreachable");
            }
            return willing.deliver(message);
        });
        for (int i = 0; i < 40; i++) {
            depot.beginsAndEnds("CA" + i);
        }

        rounds(postman, 12);
        assertThat(got).as("the other receiver").hasSize(40);
        for (int minutes = 0; minutes < 24 * 60; minutes++) {
            depot.passes(Duration.ofMinutes(1));
            rounds(postman, 1);
        }
        assertThat(asked.get()).as("a dead receiver is asked every five minutes").isBetween(200, 400);
        for (int minutes = 0; minutes < 75; minutes++) {
            depot.passes(Duration.ofMinutes(1));
            rounds(postman, 4);
        }

        assertThat(got).hasSize(80);
        assertThat(got).extracting(OutboxMessage::id).doesNotHaveDuplicates();
        assertThat(depot.outbox.load().waiting()).isZero();
        assertThat(depot.outbox.load().dead()).isZero();
    }

    @Test
    void a_message_that_nobody_took_for_three_days_is_dead_and_holds_back_no_other() {
        onlyCrm();
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        depot.ends("CA1");
        var postman = depot.postman(message ->
                message.event().equals("handoff.created") ? Receipt.later("http_500") : willing.deliver(message));

        for (int hours = 0; hours < 73; hours++) {
            assertThat(got).isEmpty();
            rounds(postman, 2);
            depot.passes(Duration.ofHours(1));
        }
        rounds(postman, 3);
        depot.passes(Duration.ofMinutes(5));
        rounds(postman, 3);

        assertThat(depot.outbox.list(Optional.of(State.DEAD), 10))
                .extracting(OutboxMessage::event, OutboxMessage::lastError)
                .containsExactly(tuple("handoff.created", "http_500"));
        assertThat(got).extracting(OutboxMessage::event).containsExactly("call.ended");
    }

    @Test
    void a_refused_message_is_dead_at_once_until_an_operator_sends_it_again() {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var gone = new AtomicInteger(1);
        var postman = depot.postman(
                message -> gone.getAndDecrement() > 0 ? Receipt.refused("http_410") : willing.deliver(message));

        rounds(postman, 2);
        var dead = depot.outbox.list(Optional.of(State.DEAD), 10);
        assertThat(dead).hasSize(1);
        depot.outbox.revive(dead.getFirst().id(), depot.instant());
        rounds(postman, 1);

        assertThat(got).hasSize(1);
    }

    @Test
    void who_asks_to_be_left_in_peace_is() {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        depot.beginsAndEnds("CA2");
        var busy = new AtomicInteger(2);
        var postman = depot.postman(message -> busy.getAndDecrement() > 0
                ? new Receipt.Later(
                        "http_429", Receipt.Blame.RECEIVER, Optional.of(Duration.ofMinutes(10)))
                : willing.deliver(message));
        rounds(postman, 1);

        depot.beginsAndEnds("CA3");
        depot.passes(Duration.ofMinutes(9));
        rounds(postman, 2);
        assertThat(got).isEmpty();
        depot.passes(Duration.ofMinutes(1));
        rounds(postman, 2);

        assertThat(got).hasSize(3);
    }

    @Test
    void a_receiver_that_hangs_takes_its_share_and_no_more() throws Exception {
        var release = new CountDownLatch(1);
        var hanging = new AtomicInteger();
        var postman = depot.postman(message -> {
            if (message.target().equals("acme/crm")) {
                hanging.incrementAndGet();
                release.await();
            }
            return willing.deliver(message);
        });
        for (int i = 0; i < 20; i++) {
            depot.beginsAndEnds("CA" + i);
        }

        await().until(() -> {
            postman.round();
            return got.size() == 20;
        });

        assertThat(hanging).hasValue(4);
        release.countDown();
        await().until(() -> {
            postman.round();
            return got.size() == 40;
        });
    }

    @Test
    void what_a_killed_node_had_claimed_is_delivered_by_another_under_the_same_key() throws Exception {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var release = new CountDownLatch(1);
        var killed = depot.postman(message -> {
            got.add(message);
            release.await();
            return Receipt.delivered();
        });
        killed.round();
        await().until(() -> got.size() == 1);
        var other = depot.postman(willing);

        rounds(other, 1);
        assertThat(got).hasSize(1);
        depot.passes(Duration.ofMinutes(2));
        rounds(other, 1);

        assertThat(got).hasSize(2);
        assertThat(got.stream().map(OutboxMessage::key).distinct()).hasSize(1);
        release.countDown();
    }

    @Test
    void two_nodes_share_the_work() {
        for (int i = 0; i < 30; i++) {
            depot.beginsAndEnds("CA" + i);
        }
        var one = depot.postman(willing).start();
        var two = depot.postman(willing).start();

        await().until(() -> got.size() >= 60);

        one.close();
        two.close();
        assertThat(got).hasSize(60);
        assertThat(got).extracting(OutboxMessage::id).doesNotHaveDuplicates();
    }

    @Test
    void a_stopping_server_still_sends_what_is_there() {
        var postman = depot.postman(willing).start();
        for (int i = 0; i < 20; i++) {
            depot.beginsAndEnds("CA" + i);
        }

        assertThat(postman.drain(SOON)).isTrue();

        assertThat(got).hasSize(40);
    }

    @Test
    void a_stopping_server_does_not_wait_for_ever_and_leaves_the_message_to_the_next() throws Exception {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var started = new CountDownLatch(1);
        var postman = depot.postman(message -> {
            started.countDown();
            new CountDownLatch(1).await();
            return willing.deliver(message);
        });
        postman.round();
        started.await();

        assertThat(postman.drain(Duration.ofMillis(50))).isFalse();

        assertThat(depot.outbox.list(Optional.empty(), 10)).singleElement().satisfies(message -> {
            assertThat(message.state()).isEqualTo(State.WAITING);
            assertThat(message.lastError()).isEqualTo("stopped");
        });
    }

    @Test
    void a_recipient_that_breaks_costs_only_the_attempt() {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var broken = new AtomicInteger(1);
        var postman = depot.postman(message -> {
            if (broken.getAndDecrement() > 0) {
                throw new IllegalStateException("a bug of ours");
            }
            return willing.deliver(message);
        });

        rounds(postman, 1);
        depot.passes(Duration.ofSeconds(1));
        rounds(postman, 1);

        assertThat(got).hasSize(1);
    }

    @Test
    void a_kind_that_is_not_set_up_waits_until_it_is() {
        depot.acme = new Subscriptions(
                List.of(new Subscription(Depot.MAILBOX, Set.of("voicemail.left"))), true, text -> text);
        depot.begins("CA1");
        depot.getsVoicemail("CA1");
        rounds(depot.postman(Map.of(), Postman.Rules.USUAL), 1);
        assertThat(depot.outbox.list(Optional.of(State.WAITING), 10))
                .extracting(OutboxMessage::lastError)
                .containsExactly("not_set_up");

        depot.passes(Duration.ofMinutes(1));
        rounds(depot.postman(Map.of(OutboxMessage.Kind.MAIL, willing), Postman.Rules.USUAL), 1);

        assertThat(got).hasSize(1);
    }

    @Test
    void it_says_how_old_the_oldest_message_is() {
        onlyCrm();
        depot.beginsAndEnds("CA1");
        var postman = depot.postman(_ -> Receipt.later("http_500"));
        rounds(postman, 1);
        depot.passes(Duration.ofMinutes(7));

        rounds(postman, 1);

        assertThat(postman.load()).isEqualTo(new Postman.Load(1, 0, 0, Duration.ofMinutes(7)));
    }

    private void onlyCrm() {
        depot.acme = new Subscriptions(List.of(depot.acme.all().getFirst()), true, depot.acme.redaction());
    }

    private static void rounds(Postman postman, int times) {
        for (int i = 0; i < times; i++) {
            postman.round();
            assertThat(postman.settle(SOON)).isTrue();
        }
    }
}
