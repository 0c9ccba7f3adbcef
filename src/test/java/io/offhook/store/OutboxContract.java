package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.OutboxMessage.State;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every outbox promises.
public abstract class OutboxContract {
    protected static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration LEASE = Duration.ofMinutes(2);
    private static final OutboxMessage.Target CRM = new OutboxMessage.Target(Kind.WEBHOOK, "acme/crm");
    private static final OutboxMessage.Target BILLING = new OutboxMessage.Target(Kind.WEBHOOK, "acme/billing");

    private Outbox outbox;
    private CallLog log;

    /// An empty outbox, and the log beside it.
    protected abstract Outbox open() throws Exception;

    protected abstract CallLog log();

    @BeforeEach
    void opens() throws Exception {
        outbox = open();
        log = log();
    }

    @Test
    void what_is_worth_telling_is_noted_with_the_fact_and_only_once() {
        var facts = List.of(
                new Fact.PhaseChanged(call("CA1"), NOON, "conversing"),
                ended("CA1", 30),
                new Fact.Voicemail(call("CA1"), NOON.plusSeconds(20), "RE1", 12, Optional.empty()),
                handedOff("CA1", 10));

        log.append(facts);
        log.append(facts);

        assertThat(outbox.unaddressed(10))
                .extracting(OutboxEvent::key, OutboxEvent::sequence)
                .containsExactly(
                        tuple("CA1:handoff.created:" + at(10), 1L),
                        tuple("CA1:voicemail.left:RE1", 2L),
                        tuple("CA1:call.ended:1", 3L));
    }

    @Test
    void an_event_is_addressed_once_and_its_messages_are_put_in_once() {
        log.append(List.of(ended("CA1", 1)));
        var event = outbox.unaddressed(10).getFirst();

        outbox.address(event, List.of(message("CA1", 1, CRM), message("CA1", 1, BILLING)), NOON);
        outbox.address(event, List.of(message("CA1", 1, CRM)), NOON);

        assertThat(outbox.unaddressed(10)).isEmpty();
        assertThat(outbox.list(Optional.empty(), 10)).hasSize(2);
        assertThat(outbox.due(NOON)).containsExactly(BILLING, CRM);
    }

    @Test
    void a_claimed_message_is_nobody_elses_until_its_lease_ends() {
        put(message("CA1", 1, CRM));

        var first = outbox.claim(CRM, 5, NOON, LEASE);
        var second = outbox.claim(CRM, 5, NOON.plus(LEASE).minusMillis(1), LEASE);
        var third = outbox.claim(CRM, 5, NOON.plus(LEASE), LEASE);

        assertThat(first).singleElement().satisfies(message -> {
            assertThat(message.attempts()).isEqualTo(1);
            assertThat(message.state()).isEqualTo(State.CLAIMED);
            assertThat(message.body()).isEqualTo("{\"n\":1}");
        });
        assertThat(second).isEmpty();
        assertThat(third).extracting(OutboxMessage::attempts).containsExactly(2);
    }

    @Test
    void two_who_claim_at_once_never_get_the_same_message() throws Exception {
        for (int i = 0; i < 60; i++) {
            put(message("CA" + i, 1, CRM));
        }
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var claimers = IntStream.range(0, 8)
                    .mapToObj(_ -> (Callable<List<OutboxMessage>>) () -> {
                        var mine = new ArrayList<OutboxMessage>();
                        for (int i = 0; i < 10; i++) {
                            mine.addAll(outbox.claim(CRM, 3, NOON, LEASE));
                        }
                        return mine;
                    })
                    .toList();

            var claimed = threads.invokeAll(claimers).stream()
                    .flatMap(future -> future.resultNow().stream())
                    .map(OutboxMessage::id)
                    .toList();

            assertThat(claimed).hasSize(60).doesNotHaveDuplicates();
        }
    }

    @Test
    void a_call_is_told_in_order_to_each_receiver() {
        put(message("CA1", 2, CRM));
        put(message("CA1", 1, CRM));
        put(message("CA1", 2, BILLING));
        put(message("CA2", 7, CRM));

        var first = outbox.claim(CRM, 5, NOON, LEASE);

        assertThat(first)
                .extracting(message -> message.call() + " " + message.sequence())
                .containsExactlyInAnyOrder("CA1 1", "CA2 7");
        assertThat(outbox.claim(BILLING, 5, NOON, LEASE)).hasSize(1);
        assertThat(outbox.due(NOON)).isEmpty();
        outbox.done(first.getFirst(), NOON);
        assertThat(outbox.claim(CRM, 5, NOON, LEASE))
                .extracting(OutboxMessage::sequence)
                .containsExactly(2L);
    }

    @Test
    void a_message_that_is_tried_again_waits_and_holds_back_its_call() {
        put(message("CA1", 1, CRM));
        put(message("CA1", 2, CRM));
        var message = outbox.claim(CRM, 1, NOON, LEASE).getFirst();

        outbox.retry(message, NOON.plusSeconds(4), "http_503");

        assertThat(outbox.due(NOON.plusSeconds(3))).isEmpty();
        assertThat(outbox.claim(CRM, 5, NOON.plusSeconds(3), LEASE)).isEmpty();
        assertThat(outbox.claim(CRM, 5, NOON.plusSeconds(4), LEASE))
                .extracting(OutboxMessage::sequence, OutboxMessage::lastError)
                .containsExactly(tuple(1L, "http_503"));
    }

    @Test
    void a_dead_message_holds_back_none_and_can_be_revived() {
        put(message("CA1", 1, CRM));
        put(message("CA1", 2, CRM));
        var first = outbox.claim(CRM, 1, NOON, LEASE).getFirst();

        outbox.bury(first, "http_410", NOON);

        assertThat(outbox.list(Optional.of(State.DEAD), 10)).extracting(OutboxMessage::lastError).containsExactly("http_410");
        assertThat(outbox.claim(CRM, 5, NOON, LEASE)).extracting(OutboxMessage::sequence).containsExactly(2L);
        assertThat(outbox.revive(first.id(), NOON.plusSeconds(9))).isTrue();
        assertThat(outbox.revive(first.id(), NOON.plusSeconds(9))).isFalse();
        assertThat(outbox.claim(CRM, 5, NOON.plusSeconds(9), LEASE)).singleElement().satisfies(again -> {
            assertThat(again.sequence()).isEqualTo(1);
            assertThat(again.attempts()).isEqualTo(1);
            assertThat(again.createdAt()).isEqualTo(NOON.plusSeconds(9));
        });
    }

    @Test
    void who_lost_the_claim_can_report_a_delivery_but_not_a_failure() {
        put(message("CA1", 1, CRM));
        var lost = outbox.claim(CRM, 1, NOON, LEASE).getFirst();
        outbox.claim(CRM, 1, NOON.plus(LEASE), LEASE);

        outbox.retry(lost, NOON, "timeout");
        outbox.bury(lost, "timeout", NOON);

        assertThat(outbox.find(lost.id())).map(OutboxMessage::state).contains(State.CLAIMED);
        outbox.done(lost, NOON);
        assertThat(outbox.find(lost.id())).map(OutboxMessage::state).contains(State.DONE);
    }

    @Test
    void it_says_how_full_it_is_and_forgets_what_is_finished() {
        put(message("CA1", 1, CRM));
        put(message("CA2", 1, CRM));
        put(message("CA3", 1, CRM));
        var claimed = outbox.claim(CRM, 2, NOON, LEASE);
        outbox.done(claimed.get(0), NOON);
        outbox.bury(claimed.get(1), "http_410", NOON);

        assertThat(outbox.load()).isEqualTo(new Outbox.Load(1, 1, Optional.of(NOON)));
        assertThat(outbox.forget(NOON)).isZero();
        assertThat(outbox.forget(NOON.plusMillis(1))).isEqualTo(2);
        assertThat(outbox.load()).isEqualTo(new Outbox.Load(1, 0, Optional.of(NOON)));
    }

    @Test
    void an_event_is_remembered_for_as_long_as_messages_of_its_call() {
        log.append(List.of(ended("CA1", 1)));
        outbox.address(outbox.unaddressed(1).getFirst(), List.of(message("CA1", 1, CRM)), NOON);
        outbox.forget(NOON.plusSeconds(60));
        log.append(List.of(ended("CA1", 1)));
        assertThat(outbox.unaddressed(10)).isEmpty();

        outbox.done(outbox.claim(CRM, 1, NOON, LEASE).getFirst(), NOON);
        outbox.forget(NOON.plusSeconds(60));
        log.append(List.of(ended("CA1", 1)));

        assertThat(outbox.unaddressed(10)).hasSize(1);
    }

    @Test
    void a_message_prints_without_what_is_in_it() {
        assertThat(message("CA1", 1, CRM).toString())
                .isEqualTo("OutboxMessage[CA1-1-acme/crm call.ended of CA1 to webhook acme/crm, waiting after 0]");
    }

    private void put(OutboxMessage message) {
        var key = message.key();
        outbox.address(
                new OutboxEvent(key, message.call(), message.sequence(), message.event(), "1", NOON),
                List.of(message),
                NOON);
    }

    private static CallId call(String id) {
        return new CallId(id);
    }

    private static long at(int second) {
        return NOON.plusSeconds(second).toEpochMilli();
    }

    private static Fact ended(String call, int second) {
        return new Fact.Ended(
                call(call), NOON.plusSeconds(second), new Disposition(Disposition.Outcome.RESOLVED, "goodbye"));
    }

    private static Fact handedOff(String call, int second) {
        var at = NOON.plusSeconds(second);
        return new Fact.HandedOff(
                call(call),
                at,
                new Handoff(
                        call(call),
                        new HandoffCause.AgentAsked(),
                        "refund",
                        "",
                        Handoff.Urgency.NORMAL, "default",
                        Optional.empty(),
                        "en",
                        List.of(),
                        at));
    }

    private static OutboxMessage message(String call, long sequence, OutboxMessage.Target to) {
        return new OutboxMessage(
                call + "-" + sequence + "-" + to.name(),
                call(call),
                sequence,
                "call.ended",
                to.kind(),
                to.name(),
                call + ":call.ended:" + sequence,
                "{\"n\":" + sequence + "}",
                NOON,
                0,
                NOON,
                State.WAITING,
                "");
    }
}
