package io.offhook.simulator;

import java.util.Map;

/// What a verb, or a whole document, leads to.
sealed interface Outcome {
    Outcome ON = new GoOn();

    /// The next verb; for a document: it ran to its end.
    record GoOn() implements Outcome {}

    /// Another document takes over, and gets these parameters beside the usual ones.
    record Next(TwimlSource source, Map<String, String> more) implements Outcome {}

    record Over(EndReason reason) implements Outcome {}

    /// `<Leave>`: out of the queue.
    record Left() implements Outcome {}
}
