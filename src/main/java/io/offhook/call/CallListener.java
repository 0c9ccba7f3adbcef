package io.offhook.call;

import java.time.Instant;

/// Watches calls. Told after every step, on the call's own event loop: must not block, throw or steer.
public interface CallListener {
    void on(Call before, CallEvent event, Step step, Instant now);
}
