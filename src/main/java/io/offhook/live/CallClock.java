package io.offhook.live;

import java.time.Duration;
import java.time.Instant;

/// The time of calls. It never jumps when the machine's wall clock is set, and it may run faster than real time, so
/// that
/// a whole call can be played in seconds. Any thread.
public final class CallClock {
    private final Instant start;
    private final long startNanos = System.nanoTime();
    private final double speed;

    /// @param speed how much faster than real time; 1 for real callers
    public CallClock(double speed) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0");
        }
        this.speed = speed;
        this.start = Instant.now();
    }

    public Instant now() {
        long nanos = System.nanoTime() - startNanos;
        return start.plusNanos(speed == 1 ? nanos : (long) (nanos * speed));
    }

    /// Real milliseconds until this clock shows `at`; 1 at the least.
    public long millisUntil(Instant at) {
        double nanos = Duration.between(now(), at).toNanos() / speed;
        return Math.max(1, (long) Math.ceil(nanos / 1e6));
    }

    /// Real milliseconds that this much time of the clock takes; 1 at the least.
    public long realMillis(Duration duration) {
        return Math.max(1, Math.round(duration.toNanos() / speed / 1e6));
    }
}
