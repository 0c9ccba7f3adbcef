package io.offhook.crm;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/// Spares a CRM that fails: after five failures in a row nobody asks for ten seconds, then one call tries. Any thread.
final class Breaker {
    private static final int FAILURES = 5;
    private static final long PAUSE = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanos;
    private final AtomicReference<State> state = new AtomicReference<>(new State(0, 0));

    private record State(int failures, long until) {}

    Breaker(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// Whether to ask. Whoever asks then says how it went.
    boolean allows() {
        var now = state.get();
        if (now.failures < FAILURES) {
            return true;
        }
        long time = nanos.getAsLong();
        return time - now.until >= 0 && state.compareAndSet(now, new State(now.failures, time + PAUSE));
    }

    void failed() {
        long until = nanos.getAsLong() + PAUSE;
        state.updateAndGet(now -> new State(Math.min(now.failures + 1, FAILURES), until));
    }

    void succeeded() {
        state.set(new State(0, 0));
    }
}
