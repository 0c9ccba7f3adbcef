package io.offhook.simulator;

import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongSupplier;

/// Nanoseconds that wait for a slow machine, for simulators and a server that share them. They go by as fast as real
/// ones, but a little at a time, and each time every event loop that has asked for them, and a virtual thread, must
/// have had its turn since the time before. While the process is stopped, collects garbage or waits for a processor,
/// next to no time passes, so that what happens in it takes as long as it does on a fast machine. Any thread; what runs
/// on other threads, and what a disk takes, is not waited for.
public final class PatientTime implements LongSupplier, AutoCloseable {
    /// The most that goes by between two turns of the event loops.
    private static final long STRETCH_NANOS = 15_000_000;

    private static final long BETWEEN_TURNS_NANOS = 4_000_000;

    /// A loop that is blocked for so long is not waited for: it may never come back.
    private static final long BLOCKED_MILLIS = 5_000;

    private record Stretch(long began, long reallyBegan) {
        long now() {
            return began + Math.min(System.nanoTime() - reallyBegan, STRETCH_NANOS);
        }
    }

    private final Set<EventLoop> loops = ConcurrentHashMap.newKeySet();
    private volatile Stretch stretch = new Stretch(0, System.nanoTime());
    private volatile boolean closed;

    private PatientTime() {}

    public static PatientTime start() {
        var time = new PatientTime();
        Thread.ofPlatform().daemon().name("patient-time").start(time::goOn);
        return time;
    }

    @Override
    public long getAsLong() {
        waitForThisLoop();
        return stretch.now();
    }

    public Duration since(long then) {
        return Duration.ofNanos(getAsLong() - then);
    }

    /// From here on the event loop that runs this, if it is one, must have had its turn.
    public void waitForThisLoop() {
        if (Context.isOnEventLoopThread() && Vertx.currentContext() instanceof ContextInternal context) {
            var _ = loops.add(context.nettyEventLoop());
        }
    }

    private void goOn() {
        while (!closed) {
            LockSupport.parkNanos(BETWEEN_TURNS_NANOS);
            var asked = List.copyOf(loops);
            var turns = new CountDownLatch(asked.size() + 1);
            asked.forEach(loop -> ask(loop, turns));
            Thread.startVirtualThread(turns::countDown);
            try {
                var _ = turns.await(BLOCKED_MILLIS, TimeUnit.MILLISECONDS);
            } catch (InterruptedException e) {
                return;
            }
            stretch = new Stretch(stretch.now(), System.nanoTime());
        }
    }

    private void ask(EventLoop loop, CountDownLatch turns) {
        try {
            if (!loop.isShuttingDown()) {
                loop.execute(turns::countDown);
                return;
            }
        } catch (RejectedExecutionException _) {
            // It shut down between the two.
        }
        loops.remove(loop);
        turns.countDown();
    }

    /// Time stands still from here on.
    @Override
    public void close() {
        closed = true;
    }
}
