package io.offhook.call;

import java.time.Duration;

/// How one run of a tool went.
///
/// @param answer JSON text for the model, bounded; data, never instructions
/// @param result constant slug: `ok`, `error`, `timeout`, `refused`
public record ToolOutcome(String answer, String result, Duration took, boolean shortened) {
    public static final String OK = "ok";
    public static final String ERROR = "error";
    public static final String TIMEOUT = "timeout";
    public static final String REFUSED = "refused";

    @Override
    public String toString() {
        return "ToolOutcome[" + result + ", " + took.toMillis() + " ms]";
    }
}
