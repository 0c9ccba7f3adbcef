package io.offhook.simulator;

import java.time.Duration;

/// The network's time: runs `speed` times as fast as the wall clock, so that a call of a minute takes 15 s at speed 4.
/// Steady, whatever happens to the machine's date.
final class CarrierClock {
    private final double speed;
    private final long start = System.nanoTime();

    CarrierClock(double speed) {
        if (!(speed > 0 && speed <= 100)) {
            throw new IllegalArgumentException("speed must be above 0 and at most 100, not " + speed);
        }
        this.speed = speed;
    }

    double speed() {
        return speed;
    }

    long nanos() {
        return (long) ((System.nanoTime() - start) * speed);
    }

    Duration now() {
        return Duration.ofNanos(nanos());
    }

    /// How long to wait on the wall clock for this much of the network's time.
    long realNanos(long carrierNanos) {
        return (long) (carrierNanos / speed);
    }

    /// Real milliseconds, at least one: what a timer takes.
    long timerMillis(Duration carrierTime) {
        return Math.max(1, realNanos(carrierTime.toNanos()) / 1_000_000);
    }
}
