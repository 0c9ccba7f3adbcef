package io.offhook.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes facts without ever making a call wait. `record` and `recordDurably` may be called on an event loop.
///
/// ```
/// record --> queue --> writer --> store              while the store answers
///                        |
///                        +--> spill --> store        once it fails or is slow, until the spill is empty again
/// ```
///
/// One writer thread takes facts in batches. A batch that the store does not take within its time goes to files on
/// local disk, and all later ones go behind it, so that the order stays. The files are replayed when the store answers
/// again, also by another process when this one is gone. Facts are lost only when the queue is full, or when neither
/// disk nor store takes them; a fact that the store refuses is set aside. Each is counted.
public final class BufferedCallLog implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(BufferedCallLog.class);
    private static final Duration ADOPT_EVERY = Duration.ofMinutes(1);
    private static final Duration REPORT_EVERY = Duration.ofMinutes(1);

    private final Settings settings;
    private final Spill spill;
    private final ConcurrentLinkedQueue<Entry> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicLong lost = new AtomicLong();
    private final AtomicLong spilled = new AtomicLong();
    private final Appender appender;
    private final Thread writer;
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();

    private volatile boolean closing;
    /// Whether the writer waits for a first fact; for more of them, it waits no longer than `linger`.
    private volatile boolean idle;

    private volatile boolean spilling;
    private volatile boolean failing;
    private volatile boolean storageFull;
    private volatile long spillBytes;

    // Of the writer thread only.
    private @Nullable Future<?> appending;
    private @Nullable Path replaying;
    private long nextTryNanos = System.nanoTime();
    private long retryNanos;
    private long nextAdoptionNanos = System.nanoTime() + ADOPT_EVERY.toNanos();
    private long nextReportNanos = System.nanoTime();
    private long unreported;

    /// @param capacity   facts that may wait in memory; a tenth more for those recorded durably
    /// @param batch      facts in one transaction
    /// @param linger     how long a batch waits for more
    /// @param patience   how long an append may take before the store counts as down
    /// @param retry      pause before the first new try; it doubles up to ten times this
    /// @param spillBytes size limit of the files
    public record Settings(
            int capacity, int batch, Duration linger, Duration patience, Duration retry, long spillBytes) {
        public static final Settings USUAL = new Settings(
                20_000, 500, Duration.ofMillis(20), Duration.ofSeconds(5), Duration.ofSeconds(1), 256L << 20);
    }

    /// How the log fares, for metrics and readiness. Counts since start.
    ///
    /// @param written     facts that the store has taken
    /// @param lost        facts that are in neither store nor spill
    /// @param setAside    facts that the store refuses, kept in `.bad` files
    /// @param spilled     facts that went to local disk first
    /// @param queued      facts waiting in memory
    /// @param spilling    whether facts go to local disk
    /// @param failing     whether the store did not take what it was given last
    /// @param storageFull whether local disk did not, either
    public record Load(
            long written,
            long lost,
            long setAside,
            long spilled,
            int queued,
            boolean spilling,
            boolean failing,
            boolean storageFull,
            long spillBytes) {}

    private record Entry(Fact fact, Optional<CompletableFuture<Void>> durable) {
        void done() {
            durable.ifPresent(future -> future.complete(null));
        }

        void failed(Throwable cause) {
            durable.ifPresent(future -> future.completeExceptionally(cause));
        }
    }

    /// Starts the writer; facts left in the directory by an earlier process are replayed first.
    ///
    /// @param spillDirectory `spill` under the data directory; other processes may use it, too
    public BufferedCallLog(CallLog log, Path spillDirectory, Settings settings) {
        this.settings = settings;
        this.retryNanos = settings.retry().toNanos();
        try {
            this.spill = new Spill(spillDirectory, settings.spillBytes());
        } catch (IOException e) {
            throw new UncheckedIOException("the spill directory " + spillDirectory + " cannot be used", e);
        }
        this.appender = new Appender(log, spill, settings.batch());
        // A store that was not reached yet is asked again and again, also when there is nothing to write.
        this.failing = !log.ready();
        this.spilling = failing || !spill.isEmpty();
        this.spillBytes = spill.bytes();
        this.writer = Thread.ofPlatform().name("store-writer").daemon().unstarted(this::run);
        writer.start();
    }

    public BufferedCallLog(CallLog log, Path spillDirectory) {
        this(log, spillDirectory, Settings.USUAL);
    }

    /// Takes the fact, or counts it as lost when the queue is full. Never blocks.
    public void record(Fact fact) {
        offer(new Entry(fact, Optional.empty()), settings.capacity());
    }

    /// Takes the fact; the stage completes on the writer's thread when it is on disk, in the store or the spill, and
    /// fails when it is lost. Never blocks.
    public CompletionStage<Void> recordDurably(Fact fact) {
        var future = new CompletableFuture<Void>();
        offer(new Entry(fact, Optional.of(future)), settings.capacity() + settings.capacity() / 10);
        return future.minimalCompletionStage();
    }

    public Load load() {
        return new Load(
                appender.written(),
                lost.get() + appender.lost(),
                appender.setAside(),
                spilled.get(),
                queued.get(),
                spilling,
                failing,
                storageFull,
                spillBytes);
    }

    /// Waits until every fact recorded so far is on disk.
    ///
    /// @return whether that came true in time
    public boolean drain(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        while (queued.get() > 0) {
            if (System.nanoTime() - end > 0
                    || stopped.isDone()
                    || Thread.currentThread().isInterrupted()) {
                return queued.get() == 0;
            }
            LockSupport.unpark(writer);
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(2));
        }
        return true;
    }

    /// Drains for as long as one slow append may take, then stops. The log below stays open.
    @Override
    public void close() {
        if (!drain(settings.patience().plusSeconds(1))) {
            LOG.warn("not everything could be written in time");
        }
        closing = true;
        LockSupport.unpark(writer);
        try {
            stopped.get(settings.patience().plusSeconds(1).toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("the store's writer did not stop in time");
        }
        appender.close();
    }

    private void offer(Entry entry, int limit) {
        if (closing || queued.incrementAndGet() > limit) {
            if (!closing) {
                queued.decrementAndGet();
            }
            lost.incrementAndGet();
            entry.failed(new StoreException("take a fact", new IllegalStateException("the store's queue is full")));
            return;
        }
        queue.add(entry);
        // Waking a thread is a system call, for which the event loop should not have to pay with each fact.
        if (idle || entry.durable().isPresent()) {
            LockSupport.unpark(writer);
        }
    }

    // --- the writer's thread ---

    private void run() {
        try {
            while (true) {
                var batch = next();
                if (!batch.isEmpty()) {
                    write(batch);
                    queued.addAndGet(-batch.size());
                }
                if (spilling) {
                    replay();
                } else if (System.nanoTime() - nextAdoptionNanos >= 0) {
                    adopt();
                }
                if (closing && queue.isEmpty()) {
                    break;
                }
            }
            spill.close();
        } catch (IOException e) {
            LOG.error("the spill file could not be closed", e);
        } finally {
            stopped.complete(null);
        }
    }

    /// The next facts; none when there is something else to do.
    private List<Entry> next() {
        idle = true;
        if (queue.isEmpty() && !closing) {
            // A replay is looked after by polling; otherwise only a new fact ends the wait.
            LockSupport.parkNanos(spilling ? settings.linger().toNanos() : TimeUnit.SECONDS.toNanos(1));
        }
        idle = false;
        var batch = new ArrayList<Entry>();
        long end = System.nanoTime() + settings.linger().toNanos();
        boolean urgent = false;
        while (batch.size() < settings.batch()) {
            var entry = queue.poll();
            if (entry != null) {
                batch.add(entry);
                urgent |= entry.durable().isPresent();
            } else if (batch.isEmpty() || urgent || closing || System.nanoTime() - end >= 0) {
                break;
            } else {
                LockSupport.parkNanos(end - System.nanoTime());
            }
        }
        return batch;
    }

    private void write(List<Entry> batch) {
        var facts = batch.stream().map(Entry::fact).toList();
        if (!spilling) {
            var running = appender.submit(facts);
            if (finished(running)) {
                works();
                batch.forEach(Entry::done);
                return;
            }
            appending = running.isDone() ? null : running;
            failing = true;
            spilling = true;
            retryNanos = settings.retry().toNanos();
            nextTryNanos = System.nanoTime() + retryNanos;
        }
        try {
            spill.add(facts);
            storageFull = false;
            spilled.addAndGet(facts.size());
            batch.forEach(Entry::done);
        } catch (IOException | RuntimeException e) {
            lose(facts.size(), e);
            batch.forEach(entry -> entry.failed(e));
        }
        spillBytes = spill.bytes();
    }

    private void works() {
        failing = false;
        storageFull = false;
    }

    /// A full disk fails with every batch, so it is told once a minute.
    private void lose(int facts, Exception why) {
        storageFull = true;
        lost.addAndGet(facts);
        unreported += facts;
        if (System.nanoTime() - nextReportNanos >= 0) {
            LOG.atError()
                    .addKeyValue("reason", "storage_full")
                    .addKeyValue("facts", unreported)
                    .setCause(why)
                    .log("facts lost: neither store nor disk takes them");
            unreported = 0;
            nextReportNanos = System.nanoTime() + REPORT_EVERY.toNanos();
        }
    }

    private void adopt() {
        nextAdoptionNanos = System.nanoTime() + ADOPT_EVERY.toNanos();
        try {
            spill.adopt();
            spillBytes = spill.bytes();
            spilling = !spill.isEmpty();
        } catch (IOException e) {
            LOG.atWarn().setCause(e).log("the spill directory cannot be read");
        }
    }

    /// Waits for an append, for as long as the store is given.
    private boolean finished(Future<?> running) {
        try {
            running.get(settings.patience().toNanos(), TimeUnit.NANOSECONDS);
            return true;
        } catch (TimeoutException e) {
            LOG.warn("the store is slow: facts go to local disk");
        } catch (ExecutionException e) {
            LOG.atWarn().setCause(e.getCause()).log("the store fails: facts go to local disk");
        } catch (InterruptedException e) {
            LOG.warn("the store's writer was interrupted");
        }
        return false;
    }

    /// One look at the replay: starts it, or sees how it went. Never waits, so that the queue keeps moving.
    private void replay() {
        var running = appending;
        if (running != null) {
            if (!running.isDone()) {
                return;
            }
            appending = null;
            var file = replaying;
            replaying = null;
            if (running.state() == Future.State.SUCCESS) {
                works();
                retryNanos = settings.retry().toNanos();
                nextTryNanos = System.nanoTime();
                if (file != null) {
                    drop(file);
                }
            } else {
                failing = true;
                nextTryNanos = System.nanoTime() + retryNanos;
                retryNanos = Math.min(retryNanos * 2, settings.retry().toNanos() * 10);
            }
        }
        if (closing || System.nanoTime() - nextTryNanos < 0) {
            return;
        }
        try {
            var oldest = spill.oldest();
            if (oldest.isEmpty() && failing) {
                appending = appender.submit(List.of());
                return;
            }
            if (oldest.isEmpty()) {
                spilling = false;
                LOG.info("the store has everything again");
                return;
            }
            var file = oldest.get();
            replaying = file;
            appending = appender.submit(file);
        } catch (IOException e) {
            nextTryNanos = System.nanoTime() + retryNanos;
            LOG.error("the spill file cannot be read", e);
        }
    }

    private void drop(Path file) {
        try {
            spill.delete(file);
            spillBytes = spill.bytes();
        } catch (IOException e) {
            // It is replayed again, which does no harm.
            nextTryNanos = System.nanoTime() + retryNanos;
            LOG.error("a spill file cannot be deleted", e);
        }
    }
}
