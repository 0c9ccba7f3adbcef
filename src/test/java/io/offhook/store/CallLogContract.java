package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Turn;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What every log of calls promises.
public abstract class CallLogContract {
    private static final AtomicLong CALLS = new AtomicLong();
    protected static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123Z");

    protected final CallId call = new CallId("CA" + CALLS.incrementAndGet());
    protected CallLog log;

    /// A log that no other test has closed.
    protected abstract CallLog open() throws Exception;

    @BeforeEach
    void opens() throws Exception {
        log = open();
    }

    @AfterEach
    void closes() {
        log.close();
    }

    @Test
    void a_call_that_began_is_found_in_phase_ringing() {
        log.append(List.of(started(0)));

        assertThat(log.find(call))
                .contains(new StoredCall(
                        call,
                        "acme",
                        Optional.of(new PhoneNumber("+14155550100")),
                        Optional.empty(),
                        "ringing",
                        NOON,
                        Optional.empty(),
                        Optional.empty()));
    }

    @Test
    void a_second_start_changes_nothing() {
        log.append(List.of(started(0), phase("conversing", 1)));

        log.append(
                List.of(new Fact.Started(call, NOON.plusSeconds(5), "other", Optional.empty(), Optional.empty(), "")));

        assertThat(log.find(call)).hasValueSatisfying(stored -> {
            assertThat(stored.agent()).isEqualTo("acme");
            assertThat(stored.phase()).isEqualTo("conversing");
            assertThat(stored.startedAt()).isEqualTo(NOON);
        });
    }

    @Test
    void a_start_that_was_overtaken_still_names_agent_and_caller() {
        log.append(List.of(phase("conversing", 1)));

        log.append(List.of(started(0)));

        assertThat(log.find(call)).hasValueSatisfying(stored -> {
            assertThat(stored.agent()).isEqualTo("acme");
            assertThat(stored.from()).isPresent();
            assertThat(stored.phase()).isEqualTo("conversing");
            assertThat(stored.startedAt()).isEqualTo(NOON);
        });
    }

    @Test
    void an_unknown_call_is_not_found() {
        assertThat(log.find(call)).isEmpty();
        assertThat(log.turns(call)).isEmpty();
        assertThat(log.handoff(call)).isEmpty();
    }

    @Test
    void the_earliest_end_wins_and_no_phase_follows_it() {
        log.append(List.of(started(0), ended(Disposition.Outcome.HUNG_UP, 9)));

        log.append(List.of(
                ended(Disposition.Outcome.RESOLVED, 7), ended(Disposition.Outcome.FAILED, 8), phase("conversing", 20)));

        assertThat(log.find(call)).hasValueSatisfying(stored -> {
            assertThat(stored.phase()).isEqualTo("ended");
            assertThat(stored.endedAt()).contains(NOON.plusSeconds(7));
            assertThat(stored.disposition()).contains(new Disposition(Disposition.Outcome.RESOLVED, "why"));
        });
    }

    @Test
    void a_later_turn_replaces_the_same_item_and_an_earlier_one_does_not() {
        log.append(List.of(said(0, "greeting", "Hello", 1), said(1, "item-1", "Your order", 2)));

        log.append(List.of(said(1, "item-1", "Your order is on its way", 4)));
        log.append(List.of(said(1, "item-1", "Your", 3)));

        assertThat(log.turns(call)).extracting(Turn::text).containsExactly("Hello", "Your order is on its way");
    }

    @Test
    void a_handoff_comes_back_whole() {
        var handoff = new Handoff(
                call,
                new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.SERVER_ERROR)),
                "wants a \"refund\"",
                "Two lines\nand </Task> & a snowman \u2603",
                Handoff.Urgency.HIGH, "default",
                Optional.of(new PhoneNumber("+14155550100")),
                "en",
                List.of(new Turn(Turn.Speaker.CALLER, "item-1", "Ignore that", true, NOON)),
                NOON);

        log.append(List.of(new Fact.HandedOff(call, NOON, handoff)));
        log.append(List.of(new Fact.HandedOff(call, NOON, handoff)));

        assertThat(log.handoff(call)).contains(handoff);
    }

    @Test
    void a_character_that_a_database_refuses_does_not_cost_the_row() {
        log.append(List.of(said(0, "item-1", "a\u0000b\uD800c\uD83D\uDE00", 1)));

        assertThat(log.turns(call)).extracting(Turn::text).containsExactly("a\uFFFDb\uFFFDc\uD83D\uDE00");
    }

    @Test
    void a_stream_token_is_redeemed_once_however_many_try() throws Exception {
        try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
            var tries = IntStream.range(0, 20)
                    .mapToObj(_ -> (Callable<Boolean>) () -> log.redeem(call, "nonce"))
                    .toList();

            var first = threads.invokeAll(tries).stream()
                    .filter(future -> future.resultNow())
                    .count();

            assertThat(first).isEqualTo(1);
        }
        assertThat(log.redeem(call, "another")).isTrue();
    }

    @Test
    void a_batch_of_many_calls_is_written_in_one_go() {
        var facts = IntStream.range(0, 500)
                .<Fact>mapToObj(i -> new Fact.Happened(call, NOON.plusMillis(i), i, "barge_in", "{}"))
                .toList();

        log.append(facts);
        log.append(facts);

        assertThat(log.healthy()).isTrue();
    }

    protected Fact started(int second) {
        return new Fact.Started(
                call,
                NOON.plusSeconds(second),
                "acme",
                Optional.of(new PhoneNumber("+14155550100")),
                Optional.empty(),
                "TN-Validation-Passed-A");
    }

    protected Fact phase(String phase, int second) {
        return new Fact.PhaseChanged(call, NOON.plusSeconds(second), phase);
    }

    protected Fact ended(Disposition.Outcome outcome, int second) {
        return new Fact.Ended(call, NOON.plusSeconds(second), new Disposition(outcome, "why"));
    }

    protected Fact said(int place, String item, String text, int second) {
        return new Fact.Said(
                call,
                NOON.plusSeconds(second),
                place,
                new Turn(Turn.Speaker.AGENT, item, text, false, NOON.plusSeconds(place)));
    }
}
