package io.offhook.live;

import java.time.Duration;
import java.time.Instant;
import java.util.function.LongSupplier;

/// The time of calls. It never jumps when the machine's wall clock is set, and it may run faster than real time, so
/// that a whole call can be played in seconds. Any thread.
public final class CallClock {
    private final Instant start;
    private final LongSupplier nanoTime;
    private final long startNanos;
    private final double speed;

    /// @param speed how much faster than real time; 1 for real callers
    public CallClock(double speed) {
        this(speed, System::nanoTime);
    }

    /// @param nanoTime nanoseconds since whenever, which never go back and may stand still
    public CallClock(double speed, LongSupplier nanoTime) {
        if (!(speed > 0)) {
            throw new IllegalArgumentException("speed must be above 0");
        }
        this.speed = speed;
        this.nanoTime = nanoTime;
        this.startNanos = nanoTime.getAsLong();
        this.start = Instant.now();
    }

    public Instant now() {
        long nanos = nanoTime.getAsLong() - startNanos;
        return start.plusNanos(speed == 1 ? nanos : (long) (nanos * speed));
    }

    /// Real milliseconds until this clock shows `at`, if nothing holds it up; 1 at the least.
    public long millisUntil(Instant at) {
        double nanos = Duration.between(now(), at).toNanos() / speed;
        return Math.max(1, (long) Math.ceil(nanos / 1e6));
    }

    /// Real milliseconds that this much time of the clock takes; 1 at the least.
    public long realMillis(Duration duration) {
        return Math.max(1, Math.round(duration.toNanos() / speed / 1e6));
    }
}
