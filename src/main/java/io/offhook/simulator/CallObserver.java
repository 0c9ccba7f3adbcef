package io.offhook.simulator;

/// Watches a simulated call as it happens. Called on the carrier's threads: be quick, and never wait for the call.
public interface CallObserver {
    void on(CallStep step);

    default void on(Notice notice) {}

    /// 20 ms that the caller has just begun to hear, from the stream.
    default void heard(byte[] muLaw) {}

    /// 20 ms that the caller has just said into the stream.
    default void said(byte[] muLaw) {}
}
