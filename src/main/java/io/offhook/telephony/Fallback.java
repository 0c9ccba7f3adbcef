package io.offhook.telephony;

/// What callers get when the switchboard does not answer in time. Knows only what the provider has just said, asks
/// nobody for more, never waits and never throws. Any thread.
public interface Fallback {
    /// A call rings.
    Instruction incoming(IncomingCall call);

    /// The provider asks what comes next for a call.
    Instruction next(Progress progress);
}
