package io.offhook.simulator;

import io.vertx.core.Vertx;
import java.time.Duration;

/// Something that happens on the simulated engine when its clock says so. Belongs to the context that began it.
final class EngineWait {
    private final Vertx vertx;
    private final SimulatedClock clock;
    private final long due;
    private final Runnable what;
    private long timer;

    private EngineWait(Vertx vertx, SimulatedClock clock, long due, Runnable what) {
        this.vertx = vertx;
        this.clock = clock;
        this.due = due;
        this.what = what;
    }

    static EngineWait begin(Vertx vertx, SimulatedClock clock, Duration time, Runnable what) {
        var wait = new EngineWait(vertx, clock, clock.nanos() + time.toNanos(), what);
        wait.arm();
        return wait;
    }

    void cancel() {
        vertx.cancelTimer(timer);
    }

    private void arm() {
        double millis = clock.realNanos(due - clock.nanos()) / 1e6;
        timer = vertx.setTimer(Math.max(1, (long) Math.ceil(millis)), _ -> {
            if (clock.nanos() < due) {
                arm();
            } else {
                what.run();
            }
        });
    }
}
