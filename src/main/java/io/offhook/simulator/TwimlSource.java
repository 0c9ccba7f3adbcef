package io.offhook.simulator;

/// Where the next document comes from.
sealed interface TwimlSource {
    record At(String url, String method) implements TwimlSource {}

    /// A document given to REST: it has no address of its own, so nothing in it may be relative.
    record Inline(String twiml) implements TwimlSource {}
}
