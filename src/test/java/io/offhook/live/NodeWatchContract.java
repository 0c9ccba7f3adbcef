package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Disposition.Outcome;
import io.offhook.store.Fact;
import io.offhook.store.OutboxEvent;
import io.offhook.store.StoredCall;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcLeases;
import io.offhook.store.jdbc.JdbcOutbox;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Nodes on one database, of which some fall silent. A node looks when it is told to.
abstract class NodeWatchContract {
    private static final CallId CALL = new CallId("CA1");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final int LOOKS = NodeWatch.Pace.USUAL.looks();

    private Database database;
    private JdbcCallLog log;
    private Server first;
    private Server second;

    /// An empty database.
    protected abstract Database open() throws Exception;

    /// One node, whose clock is its own.
    private final class Server {
        final Map<CallId, Boolean> inHand = new HashMap<>();
        private final NodeWatch watch;

        Server(String name, Duration clock) {
            var ticks = new AtomicLong();
            watch = new NodeWatch(
                    name,
                    new JdbcLeases(database),
                    () -> inHand,
                    new NoCounters(),
                    () -> NOON.plus(clock).plusSeconds(5 * ticks.incrementAndGet()),
                    NodeWatch.Pace.USUAL);
        }

        void looks(int times) {
            for (int i = 0; i < times; i++) {
                watch.round();
            }
        }

        void hasOnLine(CallId call) {
            inHand.put(call, true);
            looks(1);
        }
    }

    private static final class NoCounters implements CallCounters {
        @Override
        public void refused(String reason) {}

        @Override
        public void noticed(String slug) {}
    }

    @BeforeEach
    void start() throws Exception {
        database = open();
        log = new JdbcCallLog(database);
        first = new Server("first", Duration.ZERO);
        second = new Server("second", Duration.ofMinutes(-7));
        log.append(List.of(
                new Fact.Started(CALL, NOON, "acme", Optional.empty(), Optional.empty(), ""),
                new Fact.PhaseChanged(CALL, NOON, "conversing")));
    }

    @AfterEach
    void close() {
        database.close();
    }

    private Optional<Disposition> end() {
        return log.find(CALL).flatMap(StoredCall::disposition);
    }

    private List<String> events() {
        return new JdbcOutbox(database)
                .unaddressed(10).stream().map(OutboxEvent::key).toList();
    }

    @Test
    void the_call_of_a_node_that_is_gone_is_ended_once_and_told() {
        var third = new Server("third", Duration.ofHours(3));
        first.hasOnLine(CALL);

        second.looks(LOOKS);
        third.looks(LOOKS);
        assertThat(end()).isEmpty();
        second.looks(1);
        third.looks(1);

        assertThat(end()).contains(new Disposition(Outcome.FAILED, "node_lost"));
        assertThat(log.find(CALL).orElseThrow().phase()).isEqualTo("ended");
        assertThat(events()).containsExactly("CA1:call.ended:1");
    }

    @Test
    void a_node_that_was_only_slow_keeps_its_calls() {
        first.hasOnLine(CALL);

        for (int i = 0; i < 5; i++) {
            second.looks(LOOKS);
            first.looks(1);
        }

        assertThat(end()).isEmpty();
    }

    @Test
    void a_call_that_another_node_has_taken_over_goes_on() {
        var third = new Server("third", Duration.ZERO);
        first.hasOnLine(CALL);
        third.hasOnLine(CALL);

        for (int i = 0; i < 3 * LOOKS; i++) {
            second.looks(1);
            third.looks(1);
        }

        assertThat(end()).isEmpty();
    }

    @Test
    void a_node_that_only_heard_of_a_call_does_not_keep_it_from_the_one_that_has_it() {
        first.inHand.put(CALL, false);
        first.looks(1);
        second.hasOnLine(CALL);

        first.looks(2 * LOOKS);

        assertThat(end()).contains(new Disposition(Outcome.FAILED, "node_lost"));
    }

    @Test
    void a_caller_who_has_left_the_agent_needs_no_node() {
        first.hasOnLine(CALL);
        log.append(List.of(new Fact.PhaseChanged(CALL, NOON.plusSeconds(1), "transferred")));

        second.looks(3 * LOOKS);

        assertThat(end()).isEmpty();
    }

    @Test
    void a_call_whose_node_died_before_it_could_say_so_is_given_as_long() {
        second.looks(LOOKS);
        assertThat(end()).isEmpty();

        second.looks(1);

        assertThat(end()).contains(new Disposition(Outcome.FAILED, "node_lost"));
    }

    @Test
    void a_call_that_its_node_has_forgotten_is_nobodys() {
        first.hasOnLine(CALL);
        first.inHand.clear();
        first.looks(1);

        for (int i = 0; i <= LOOKS; i++) {
            second.looks(1);
            first.looks(1);
        }

        assertThat(end()).contains(new Disposition(Outcome.FAILED, "node_lost"));
    }

    @Test
    void a_node_that_was_taken_for_dead_knows_better_how_its_call_ended() {
        first.hasOnLine(CALL);
        second.looks(LOOKS + 1);
        var resolved = new Disposition(Outcome.RESOLVED, "goodbye");

        log.append(List.of(new Fact.Ended(CALL, NOON.plusSeconds(600), resolved)));

        assertThat(end()).contains(resolved);
        assertThat(events()).containsExactly("CA1:call.ended:1");
    }

    @Test
    void a_node_that_is_gone_is_forgotten_with_its_last_call() {
        first.hasOnLine(CALL);

        second.looks(LOOKS + 1);

        assertThat(new JdbcLeases(database).beats()).containsOnlyKeys("second");
    }
}
