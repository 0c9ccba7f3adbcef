package io.offhook.simulator;

import java.time.Duration;

/// What the caller said, as the simulated model has it. Without words (`understood` is false) it is audio that no
/// [CaptionBook] knows; after an idle timeout (`idle`) it is silence.
public record Turn(String itemId, String text, boolean understood, boolean idle, Duration length) {
    @Override
    public String toString() {
        return "Turn[" + itemId + ", understood=" + understood + ", idle=" + idle + ", " + length + "]";
    }
}
