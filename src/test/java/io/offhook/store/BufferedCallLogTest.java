package io.offhook.store;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import io.offhook.store.BufferedCallLog.Settings;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
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
import org.slf4j.LoggerFactory;

@Timeout(300)
class BufferedCallLogTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Settings QUICK =
            new Settings(1_000, 50, Duration.ofMillis(5), Duration.ofSeconds(60), Duration.ofMillis(20), 1L << 20);
    /// Takes a store that hangs for one that is down.
    private static final Settings HASTY =
            new Settings(1_000, 50, Duration.ofMillis(5), Duration.ofMillis(100), Duration.ofMillis(20), 1L << 20);

    @TempDir
    private Path directory;

    private final FakeLog store = new FakeLog();

    @Test
    void facts_reach_the_store_in_order() {
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 300);

            assertThat(log.drain(Duration.ofSeconds(60))).isTrue();

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
            assertThat(spilledFiles()).isNotEmpty();
            assertThat(log.load().spilling()).isTrue();
            assertThat(log.load().spilled()).isEqualTo(121);

            store.down = false;
            record(log, 121, 200);

            await().until(() -> !log.load().spilling() && log.drain(Duration.ofSeconds(1)));
            assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 200));
            assertThat(log.load().lost()).isZero();
            assertThat(spilledFiles()).isEmpty();
        }
    }

    @Test
    void a_store_that_hangs_holds_up_nobody() throws Exception {
        var release = new CountDownLatch(1);
        store.hang = release;
        try (var log = new BufferedCallLog(store, directory, HASTY)) {
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
        // A process that was killed in the middle of a line.
        Files.writeString(spilledFiles().getFirst(), "{\"type\":\"Happ", StandardOpenOption.APPEND);

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

            log.drain(Duration.ofSeconds(60));

            assertThat(store.firstSeen()).containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 7L, 8L, 9L);
            assertThat(log.load().setAside()).isEqualTo(1);
            assertThat(log.load().lost()).isZero();
            assertThat(log.load().spilling()).isFalse();
            assertThat(badFacts()).singleElement().asString().contains("\"sequence\":5");
        }
    }

    @Test
    void a_spilled_fact_that_nobody_can_write_is_set_aside_and_the_rest_is_written() {
        store.poison = 5;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 100);

            await().until(() -> store.firstSeen().size() == 99 && !log.load().spilling());

            var all = new ArrayList<>(numbers(0, 100));
            all.remove(5L);
            assertThat(store.firstSeen()).containsExactlyElementsOf(all);
            assertThat(log.load().setAside()).isEqualTo(1);
            assertThat(badFacts()).singleElement().asString().contains("\"sequence\":5");
        }
    }

    @Test
    void no_fact_is_set_aside_while_it_is_the_store_that_fails() {
        store.unavailable = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            record(log, 0, 10);
            await().until(() -> store.refusals >= 6);

            store.unavailable = false;

            await().until(() -> !log.load().spilling());
            assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 10));
            assertThat(log.load().setAside()).isZero();
        }
    }

    @Test
    void two_processes_on_one_directory_write_every_fact_of_both() throws Exception {
        store.down = true;
        var second = new FakeLog();
        second.down = true;
        try (var one = new BufferedCallLog(store, directory, QUICK);
                var other = new BufferedCallLog(second, directory, QUICK)) {
            record(one, 0, 50);
            record(other, 50, 100);
            one.recordDurably(fact(100)).toCompletableFuture().join();
            other.recordDurably(fact(101)).toCompletableFuture().join();

            store.down = false;
            await().until(() -> !one.load().spilling());
            assertThat(store.firstSeen()).doesNotContain(50L, 99L, 101L);
            second.down = false;
            await().until(() -> !other.load().spilling());

            assertThat(second.firstSeen()).hasSize(51).contains(50L, 99L, 101L);
            assertThat(one.load().lost() + other.load().lost()).isZero();
        }
    }

    @Test
    void facts_of_another_process_are_taken_over_when_it_is_killed_and_not_before() throws Exception {
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Other.class.getName(),
                        directory.toString())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try (var lines = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
            assertThat(lines.lines().anyMatch("spilled"::equals)).isTrue();
            var spilled = spilledFiles();
            assertThat(spilled).isNotEmpty();
            try (var log = new BufferedCallLog(store, directory, QUICK)) {
                assertThat(log.load().spilling()).isFalse();
                assertThat(spilledFiles()).isEqualTo(spilled);
            }

            child.destroyForcibly().waitFor();

            try (var log = new BufferedCallLog(store, directory, QUICK)) {
                await().until(() -> !log.load().spilling());
                assertThat(store.firstSeen()).containsExactlyElementsOf(numbers(0, 10));
            }
        } finally {
            child.destroyForcibly();
        }
    }

    @Test
    void a_store_that_was_never_reached_is_asked_again_though_nothing_is_to_be_written() {
        store.reached = false;
        store.down = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            assertThat(log.load().failing()).isTrue();
            await().until(() -> store.refusals >= 2);

            store.down = false;

            await().until(() -> !log.load().failing() && !log.load().spilling());
            assertThat(store.reached).isTrue();
        }
    }

    @Test
    void a_store_that_fails_is_known_to_until_it_takes_something() {
        store.down = true;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            assertThat(log.load().failing()).isFalse();
            log.recordDurably(fact(0)).toCompletableFuture().join();
            assertThat(log.load().failing()).isTrue();

            store.down = false;

            await().until(() -> !log.load().failing());
        }
    }

    @Test
    void what_the_full_disk_does_not_take_is_lost_alone_and_counted() {
        store.down = true;
        var size = new FactJson().write(fact(0)).length() + 1;
        var tiny = new Settings(1_000, 1, Duration.ofMillis(5), Duration.ofSeconds(60), Duration.ofHours(1), size);
        try (var log = new BufferedCallLog(store, directory, tiny)) {
            var first = log.recordDurably(fact(0)).toCompletableFuture();
            var second = log.recordDurably(fact(1)).toCompletableFuture();

            await().until(second::isDone);

            assertThat(first).isCompleted();
            assertThat(second).isCompletedExceptionally();
            assertThat(log.load().spilled()).isEqualTo(1);
            assertThat(log.load().lost()).isEqualTo(1);
            assertThat(log.load().storageFull()).isTrue();
            assertThat(log.load().spillBytes()).isEqualTo(size);
        }
    }

    @Test
    void a_full_disk_is_told_once_and_not_with_every_batch() {
        store.down = true;
        var none = new Settings(1_000, 1, Duration.ofMillis(1), Duration.ofSeconds(60), Duration.ofHours(1), 1);
        var logger = (Logger) LoggerFactory.getLogger(BufferedCallLog.class);
        var lines = new ListAppender<ILoggingEvent>();
        lines.start();
        logger.addAppender(lines);
        try (var log = new BufferedCallLog(store, directory, none)) {
            record(log, 0, 100);

            assertThat(log.drain(Duration.ofSeconds(60))).isTrue();

            assertThat(log.load().lost()).isEqualTo(100);
        } finally {
            logger.detachAppender(lines);
        }
        assertThat(lines.list)
                .filteredOn(line -> line.getLevel() == Level.ERROR)
                .extracting(line -> line.getKeyValuePairs().toString())
                .filteredOn(line -> line.contains("reason=\"storage_full\""))
                .hasSize(1);
    }

    @Test
    void a_full_queue_refuses_at_once_and_keeps_room_for_durable_facts() {
        var release = new CountDownLatch(1);
        store.hang = release;
        var small =
                new Settings(100, 50, Duration.ofMillis(1), Duration.ofSeconds(60), Duration.ofMillis(20), 1L << 20);
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

            var file = spilledFiles().getFirst();

            assertThat(rights(file)).isEqualTo("rw-------");
            assertThat(rights(file.getParent())).isEqualTo("rwx------");
            assertThat(rights(directory)).isEqualTo("rwx------");
        }
    }

    @Test
    void facts_set_aside_are_for_our_user_only() throws Exception {
        store.refused = 1;
        try (var log = new BufferedCallLog(store, directory, QUICK)) {
            log.recordDurably(fact(1)).toCompletableFuture().join();

            try (var files = Files.list(directory)) {
                assertThat(files.filter(file -> file.toString().endsWith(".bad")))
                        .singleElement()
                        .satisfies(file -> assertThat(rights(file)).isEqualTo("rw-------"));
            }
        }
    }

    private static String rights(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    }

    private List<Path> spilledFiles() {
        try (var files = Files.walk(directory)) {
            return files.filter(file -> file.toString().endsWith(".jsonl")).toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private List<String> badFacts() {
        try (var files = Files.list(directory)) {
            var lines = new ArrayList<String>();
            for (var file : files.filter(file -> file.toString().endsWith(".bad")).toList()) {
                lines.addAll(Files.readAllLines(file));
            }
            return lines;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
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

    /// The process that is killed: says `spilled` once its facts are on disk, and then waits.
    static final class Other {
        public static void main(String[] arguments) throws Exception {
            var store = new FakeLog();
            store.down = true;
            var log = new BufferedCallLog(store, Path.of(arguments[0]), QUICK);
            record(log, 0, 9);
            log.recordDurably(fact(9)).toCompletableFuture().join();
            System.out.println("spilled");
            new CountDownLatch(1).await();
        }
    }

    /// A store that can be down, hang, or refuse a row. One thread writes.
    private static final class FakeLog implements CallLog {
        final List<Fact> facts = Collections.synchronizedList(new ArrayList<>());
        volatile boolean down;
        volatile CountDownLatch hang;
        volatile long refused = -1;
        volatile long poison = -1;
        volatile boolean unavailable;
        volatile boolean reached = true;
        volatile int refusals;
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
            if (unavailable) {
                refusals++;
                throw StoreException.unavailable("write", new IllegalStateException("statement time-out"));
            }
            if (down) {
                refusals++;
                throw new StoreException("write", new IllegalStateException("down"));
            }
            reached = true;
            if (batch.stream().anyMatch(fact -> ((Fact.Happened) fact).sequence() == poison)) {
                throw new IllegalStateException("a fact that no code expects");
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
        public Optional<WholeCall> whole(CallId call) {
            return Optional.empty();
        }

        @Override
        public boolean redeem(CallId call, String nonce) {
            return false;
        }

        @Override
        public boolean ready() {
            return reached;
        }

        @Override
        public boolean healthy() {
            return !down;
        }

        @Override
        public void close() {}
    }
}
