package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One party's connection as the thread sees it that runs the party's TwiML: it can sleep, wait for an answer or for a
/// key, and each of these ends early, with an exception, when the party hangs up or the call is redirected.
/// A line that was dialled for a call ends with the call's own line.
final class Line {
    /// What breaks into the running TwiML.
    sealed interface Break {
        record HungUp(EndReason reason) implements Break {}

        record Redirected(TwimlSource to) implements Break {}
    }

    /// Something said.
    ///
    /// @param confidence how sure speech recognition is of the words, from 0 to 1
    /// @param until      the carrier's clock when the last word is over
    record Utterance(String words, double confidence, long until) {}

    /// Carries a break up to whoever runs the party's documents. Holds no stack: it is not an error.
    static final class Broken extends RuntimeException {
        private final transient Break why;

        Broken(Break why) {
            super(why.toString(), null, false, false);
            this.why = why;
        }

        Break why() {
            return why;
        }
    }

    private static final class TimeUp extends RuntimeException {
        TimeUp() {
            super("time up", null, false, false);
        }
    }

    private final SimulatedClock clock;
    private final @Nullable Line parent;
    private final ReentrantLock lock;
    private final Condition changed;
    private final ArrayDeque<Character> keys = new ArrayDeque<>();
    private final ArrayDeque<Utterance> words = new ArrayDeque<>();
    private boolean collecting;
    private boolean listening;
    private @Nullable Break pending;
    private long limit = Long.MAX_VALUE;

    Line(SimulatedClock clock) {
        this.clock = clock;
        parent = null;
        lock = new ReentrantLock();
        changed = lock.newCondition();
    }

    private Line(Line parent) {
        this.parent = parent;
        clock = parent.clock;
        lock = parent.lock;
        changed = parent.changed;
        limit = parent.limit;
    }

    Line dialled() {
        return new Line(this);
    }

    /// A hang-up is final; a redirection is taken once.
    void interrupt(Break why) {
        locked(() -> {
            if (!(pending instanceof Break.HungUp)) {
                pending = why;
            }
            changed.signalAll();
            return why;
        });
    }

    boolean hungUp() {
        return locked(() -> pending instanceof Break.HungUp);
    }

    /// A key counts only while something listens for keys.
    void key(char digit) {
        locked(() -> {
            if (collecting) {
                keys.add(digit);
                changed.signalAll();
            }
            return digit;
        });
    }

    void collectKeys(boolean on) {
        locked(() -> {
            collecting = on;
            keys.clear();
            return on;
        });
    }

    /// Words count only while something listens for words.
    void said(Utterance utterance) {
        locked(() -> {
            if (listening) {
                words.add(utterance);
                changed.signalAll();
            }
            return utterance;
        });
    }

    void listen(boolean on) {
        locked(() -> {
            listening = on;
            words.clear();
            return on;
        });
    }

    boolean keyWaiting() {
        return locked(() -> !keys.isEmpty());
    }

    void sleep(Duration carrierTime) {
        waitFor(Optional::empty, carrierTime);
    }

    /// Sleeps as one who listens for keys or words does: they end it. Gives whether it slept to the end.
    boolean sleepUnlessAnswered(Duration carrierTime) {
        return waitFor(
                        () -> keys.isEmpty() && words.isEmpty() ? Optional.<Boolean>empty() : Optional.of(true),
                        carrierTime)
                .isEmpty();
    }

    /// The next words, once they are said to the end; empty when a key is pressed meanwhile, or nobody speaks for this
    /// long.
    Optional<Utterance> nextWords(Duration carrierTime) {
        boolean silent = sleepUnlessAnswered(carrierTime);
        if (silent || keyWaiting()) {
            return Optional.empty();
        }
        var next = locked(() -> Optional.ofNullable(words.pollFirst()));
        long rest = next.map(said -> said.until() - clock.nanos()).orElse(0L);
        boolean pressed = waitFor(() -> Optional.ofNullable(keys.peekFirst()), Duration.ofNanos(Math.max(0, rest)))
                .isPresent();
        return pressed ? Optional.empty() : next;
    }

    Optional<Character> nextKey(Duration carrierTime) {
        return waitFor(() -> Optional.ofNullable(keys.pollFirst()), carrierTime);
    }

    <T> T await(CompletableFuture<T> future) {
        var _ = future.whenComplete((_, _) -> locked(() -> {
            changed.signalAll();
            return true;
        }));
        var forEver = Duration.ofDays(365);
        return waitFor(() -> future.isDone() ? Optional.of(future.join()) : Optional.empty(), forEver)
                .orElseThrow();
    }

    /// Runs the body; empty when it was not done within this much of the network's time.
    <T> Optional<T> within(Duration atMost, Supplier<T> body) {
        long outer = limit;
        long own = plus(clock.nanos(), atMost);
        limit = Math.min(outer, own);
        try {
            return Optional.of(body.get());
        } catch (TimeUp e) {
            if (outer <= own) {
                throw e;
            }
            return Optional.empty();
        } finally {
            limit = outer;
        }
    }

    private <T> Optional<T> waitFor(Supplier<Optional<T>> wanted, Duration atMost) {
        long deadline = plus(clock.nanos(), atMost);
        lock.lock();
        try {
            while (true) {
                check();
                var found = wanted.get();
                if (found.isPresent()) {
                    return found;
                }
                long now = clock.nanos();
                if (now >= limit) {
                    throw new TimeUp();
                }
                if (now >= deadline) {
                    return Optional.empty();
                }
                long _ = changed.awaitNanos(clock.restNanos(Math.min(limit, deadline) - now));
            }
        } catch (InterruptedException e) {
            throw new Broken(new Break.HungUp(EndReason.CARRIER_CLOSED));
        } finally {
            lock.unlock();
        }
    }

    private void check() {
        if (parent != null) {
            parent.check();
        }
        if (pending instanceof Break.Redirected redirected) {
            pending = null;
            throw new Broken(redirected);
        }
        if (pending != null) {
            throw new Broken(pending);
        }
    }

    private static long plus(long now, Duration more) {
        return more.compareTo(Duration.ofDays(3650)) > 0 ? Long.MAX_VALUE : now + more.toNanos();
    }

    private <T> T locked(Supplier<T> change) {
        lock.lock();
        try {
            return change.get();
        } finally {
            lock.unlock();
        }
    }
}
