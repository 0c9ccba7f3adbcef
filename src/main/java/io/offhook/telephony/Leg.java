package io.offhook.telephony;

import io.offhook.call.AudioFrame;
import java.util.Optional;

/// The caller's media stream. Owned by one call; every method must be called on the call's event loop and none waits.
/// After the stream is gone, all methods do nothing.
public interface Leg {
    /// Queues audio at the provider, which plays it in order and in real time.
    ///
    /// @param mark asked back when everything up to the end of `frame` was played
    void play(AudioFrame frame, Optional<String> mark);

    void mark(String name);

    /// Throws away what the provider has not played yet; it returns the outstanding marks at once.
    void clear();

    /// Closes the stream; the call goes on, and the provider asks `Switchboard.next`.
    void close();
}
