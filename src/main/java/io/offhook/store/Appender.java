package io.offhook.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Puts facts into the store on a thread of its own, so that a store that hangs holds up nobody. A fact that the store
/// will never take costs only itself: it is set aside, and what came with it is written.
final class Appender implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Appender.class);
    /// How often a file may fail, while the store works, before one of its facts must be at fault.
    private static final int TRIES = 3;

    private final CallLog log;
    private final Spill spill;
    private final int batch;
    private final ExecutorService thread = Executors.newSingleThreadExecutor(
            Thread.ofPlatform().name("store-append").daemon().factory());
    private final AtomicLong written = new AtomicLong();
    private final AtomicLong torn = new AtomicLong();
    private final AtomicLong setAside = new AtomicLong();
    private final AtomicLong lost = new AtomicLong();

    // Of its own thread only.
    private @Nullable Path failing;
    private int failures;

    /// @param batch facts in one transaction
    Appender(CallLog log, Spill spill, int batch) {
        this.log = log;
        this.spill = spill;
        this.batch = batch;
    }

    /// Writes facts; with none of them, only asks whether the store is back.
    Future<?> submit(List<Fact> facts) {
        return thread.submit(() -> append(facts));
    }

    /// Writes what a file holds.
    Future<?> submit(Path file) {
        return thread.submit(() -> appendAll(file));
    }

    long written() {
        return written.get();
    }

    /// Facts in `.bad` files since the start.
    long setAside() {
        return setAside.get();
    }

    /// Facts that could be neither written nor kept: torn lines, and what could not be set aside.
    long lost() {
        return torn.get() + lost.get();
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }

    private void appendAll(Path file) {
        Spill.Contents contents;
        try {
            contents = spill.read(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        if (!file.equals(failing)) {
            failing = file;
            failures = 0;
            if (contents.torn() > 0) {
                torn.addAndGet(contents.torn());
                LOG.atWarn().addKeyValue("facts", contents.torn()).log("facts lost: torn lines in a spill file");
            }
        }
        var facts = contents.facts();
        for (int from = 0; from < facts.size(); from += batch) {
            var some = facts.subList(from, Math.min(facts.size(), from + batch));
            if (failures < TRIES) {
                tryOnce(some);
            } else {
                some.forEach(this::appendOrSetAside);
            }
        }
        failing = null;
    }

    private void tryOnce(List<Fact> facts) {
        try {
            append(facts);
        } catch (RuntimeException e) {
            if (mayBeTheFacts(e)) {
                failures++;
            }
            throw e;
        }
    }

    private void appendOrSetAside(Fact fact) {
        try {
            append(List.of(fact));
        } catch (RuntimeException e) {
            if (!mayBeTheFacts(e)) {
                throw e;
            }
            setAside(fact, e);
        }
    }

    private boolean mayBeTheFacts(RuntimeException failure) {
        return !(failure instanceof StoreException store && store.unavailable()) && log.healthy();
    }

    /// A batch with a row that the store refuses is written fact by fact.
    private void append(List<Fact> facts) {
        try {
            log.append(facts);
            written.addAndGet(facts.size());
        } catch (StoreException e) {
            if (!e.refused()) {
                throw e;
            }
            if (facts.size() == 1) {
                setAside(facts.getFirst(), e);
                return;
            }
            facts.forEach(fact -> append(List.of(fact)));
        }
    }

    private void setAside(Fact fact, RuntimeException why) {
        var report = LOG.atError()
                .addKeyValue("call", fact.call())
                .addKeyValue("fact", fact.getClass().getSimpleName());
        try {
            spill.setAside(fact);
            setAside.incrementAndGet();
            report.setCause(why).log("fact set aside: the store refuses it; see the .bad file in the spill folder");
        } catch (IOException e) {
            lost.incrementAndGet();
            report.setCause(e).log("fact lost: the store refuses it, and it can't be set aside");
        }
    }
}
