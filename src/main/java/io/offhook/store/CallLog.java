package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import java.util.List;
import java.util.Optional;

/// The durable record of calls. Methods block and throw `StoreException`: call them on virtual threads only. Writers go
/// through `BufferedCallLog`, which never blocks.
public interface CallLog extends AutoCloseable {
    /// Writes all facts in one transaction; when it returns they are on disk.
    void append(List<Fact> facts);

    Optional<StoredCall> find(CallId call);

    /// What was said, oldest first, as heard.
    List<Turn> turns(CallId call);

    Optional<Handoff> handoff(CallId call);

    /// Uses up a stream token.
    ///
    /// @return whether this was the first use on any node that shares the store
    boolean redeem(CallId call, String nonce);

    /// Whether the store answers; for readiness.
    boolean healthy();

    @Override
    void close();
}
