package io.offhook.simulator;

import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// A simulator's time: runs `speed` times as fast as the nanoseconds under it, so that a call of a minute takes 15 s at
/// speed 4. Steady, whatever happens to the machine's date. What is under it may be held up: whoever wakes up looks at
/// this clock again, and waits for the rest.
final class SimulatedClock {
    private static final long SHORTEST_REST_NANOS = 500_000;

    private final double speed;
    private final LongSupplier nanoTime;
    private final long start;

    SimulatedClock(double speed, LongSupplier nanoTime) {
        if (!(speed > 0 && speed <= 100)) {
            throw new IllegalArgumentException("speed must be above 0 and at most 100, not " + speed);
        }
        this.speed = speed;
        this.nanoTime = nanoTime;
        this.start = nanoTime.getAsLong();
    }

    long nanos() {
        return (long) ((nanoTime.getAsLong() - start) * speed);
    }

    Duration now() {
        return Duration.ofNanos(nanos());
    }

    /// How long this much of the clock's time really takes, if nothing holds it up.
    long realNanos(long nanos) {
        return (long) Math.ceil(nanos / speed);
    }

    /// The same for somebody who waited already, and found the clock held up.
    long restNanos(long nanos) {
        return Math.max(SHORTEST_REST_NANOS, realNanos(nanos));
    }

    /// Runs the task when this much of the clock's time has passed.
    void after(Duration time, ScheduledExecutorService on, Runnable task) {
        long due = nanos() + time.toNanos();
        at(due, realNanos(time.toNanos()), on, task);
    }

    private void at(long due, long realNanos, ScheduledExecutorService on, Runnable task) {
        var _ = on.schedule(
                () -> {
                    long rest = due - nanos();
                    if (rest > 0) {
                        at(due, restNanos(rest), on, task);
                    } else {
                        task.run();
                    }
                },
                realNanos,
                TimeUnit.NANOSECONDS);
    }
}
