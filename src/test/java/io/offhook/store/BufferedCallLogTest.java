package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import io.offhook.store.BufferedCallLog.Settings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class BufferedCallLogTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Settings QUICK =
            new Settings(1_000, 50, Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofMillis(20), 1L << 20);

    @TempDir
    private Path directory;

    private final FakeLog store = new FakeLog();

    @Test
    void facts_reach_the_store_in_order() {
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 300);

            assertThat(log.drain(Duration.ofSeconds(5))).isTrue();

            assertThat(store.sequences()).containsExactlyElementsOf(numbers(0, 300));
            assertThat(store.largestBatch).isLessThanOrEqualTo(50);
            assertThat(log.load().lost()).isZero();
        }
    }

    @Test
    void a_durable_fact_is_done_when_the_store_has_it() {
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            log.recordDurably(fact(7)).toCompletableFuture().join();

            assertThat(store.sequences()).containsExactly(7L);
        }
    }

    @Test
    void while_the_store_is_down_facts_are_on_disk_and_follow_in_order_later() {
        store.down = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 120);
            log.recordDurably(fact(120)).toCompletableFuture().join();
            assertThat(directory).isNotEmptyDirectory();
            assertThat(log.load().spilling()).isTrue();
            assertThat(log.load().spilled()).isEqualTo(121);

            store.down = false;
            record(log, 121, 200);

            await().until(() -> !log.load().spilling() && log.drain(Duration.ofSeconds(1)));
            assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 200));
            assertThat(log.load().lost()).isZero();
            assertThat(directory).isEmptyDirectory();
        }
    }

    @Test
    void a_store_that_hangs_holds_up_nobody() throws Exception {
        var release = new CountDownLatch(1);
        store.hang = release;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 10);

            log.recordDurably(fact(10)).toCompletableFuture().join();

            assertThat(store.sequences()).isEmpty();
            assertThat(log.load().spilling()).isTrue();
            store.hang = null;
            release.countDown();
            await().until(() -> !log.load().spilling());
            assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 11));
        }
    }

    @Test
    void the_next_process_writes_what_the_last_one_could_not() throws Exception {
        store.down = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 60);
        }
        try (var files = Files.list(directory)) {
            // A process that was killed in the middle of a line.
            Files.writeString(files.findFirst().orElseThrow(), "{\"type\":\"Happ", StandardOpenOption.APPEND);
        }

        store.down = false;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            log.recordDurably(fact(60)).toCompletableFuture().join();

            await().until(() -> !log.load().spilling());
            assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 61));
            assertThat(log.load().lost()).as("the torn line").isEqualTo(1);
        }
    }

    @Test
    void a_fact_that_the_store_refuses_costs_only_itself() {
        store.refused = 5;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 10);

            log.drain(Duration.ofSeconds(5));

            assertThat(store.firstSeen()).containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 7L, 8L, 9L);
            assertThat(log.load().lost()).isEqualTo(1);
            assertThat(log.load().spilling()).isFalse();
        }
    }

    @Test
    void what_neither_queue_nor_disk_takes_is_counted_and_reported() {
        store.down = true;
        var tiny = new Settings(1_000, 50, Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofHours(1), 50);
        try (var log = new BufferedCallLog(store, directory, tiny)) {
            record(log, 0, 100);
            var last = log.recordDurably(fact(100)).toCompletableFuture();

            await().until(last::isDone);

            assertThat(last).isCompletedExceptionally();
            assertThat(log.load().lost() + log.load().spilled()).isEqualTo(101);
            assertThat(log.load().spillBytes()).isLessThanOrEqualTo(50);
        }
    }

    @Test
    void a_full_queue_refuses_at_once_and_keeps_room_for_durable_facts() {
        var release = new CountDownLatch(1);
        store.hang = release;
        var small =
                new Settings(100, 50, Duration.ofMillis(1), Duration.ofSeconds(20), Duration.ofMillis(20), 1L << 20);
        try (var log = new BufferedCallLog(store, directory, small)) {
            record(log, 0, 500);

            var durable = log.recordDurably(fact(500)).toCompletableFuture();

            assertThat(log.load().queued()).isEqualTo(101);
            assertThat(log.load().lost()).isEqualTo(400);
            assertThat(durable).isNotDone();
            store.hang = null;
            release.countDown();
            await().until(durable::isDone);
            assertThat(durable).isCompleted();
        }
    }

    @Test
    void spilled_words_are_for_our_user_only() throws Exception {
        store.down = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            log.recordDurably(fact(1)).toCompletableFuture().join();

            try (var files = Files.list(directory)) {
                assertThat(Files.getPosixFilePermissions(files.findFirst().orElseThrow()))
                        .hasSize(2);
            }
        }
    }

    private static void record(BufferedCallLog log, int from, int to) {
        IntStream.range(from, to).forEach(i -> log.record(fact(i)));
    }

    private static Fact fact(long sequence) {
        return new Fact.Happened(CALL, Instant.EPOCH, sequence, "tick", "{}");
    }

    private static List<Long> numbers(long from, long to) {
        return IntStream.range((int) from, (int) to).mapToObj(i -> (long) i).toList();
    }

    /// A store that can be down, hang, or refuse a row.
    private static final class FakeLog implements CallLog {
        final List<Fact> facts = Collections.synchronizedList(new ArrayList<>());
        volatile boolean down;
        volatile CountDownLatch hang;
        volatile long refused = -1;
        volatile int largestBatch;

        @Override
        public void append(List<Fact> batch) {
            var latch = hang;
            if (latch != null) {
                try {
                    latch.await();
                } catch (InterruptedException e) {
                    throw new StoreException("write", e);
                }
            }
            if (down) {
                throw new StoreException("write", new IllegalStateException("down"));
            }
            if (batch.stream().anyMatch(fact -> ((Fact.Happened) fact).sequence() == refused)) {
                throw StoreException.refusal("write", new IllegalStateException("bad row"));
            }
            largestBatch = Math.max(largestBatch, batch.size());
            facts.addAll(batch);
        }

        List<Long> sequences() {
            return List.copyOf(facts).stream()
                    .map(fact -> ((Fact.Happened) fact).sequence())
                    .toList();
        }

        /// Without repetitions, which do no harm.
        List<Long> firstSeen() {
            return sequences().stream().distinct().toList();
        }

        @Override
        public Optional<StoredCall> find(CallId call) {
            return Optional.empty();
        }

        @Override
        public List<Turn> turns(CallId call) {
            return List.of();
        }

        @Override
        public Optional<Handoff> handoff(CallId call) {
            return Optional.empty();
        }

        @Override
        public boolean redeem(CallId call, String nonce) {
            return false;
        }

        @Override
        public boolean healthy() {
            return !down;
        }

        @Override
        public void close() {}
    }
}
