package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.Turn;
import java.util.List;
import java.util.Optional;

/// The durable record of calls. Methods block and throw `StoreException`: call them on virtual threads only. Writers go
/// through `BufferedCallLog`, which never blocks.
public interface CallLog extends AutoCloseable {
    /// Writes all facts in one transaction; when it returns they are on disk. Without facts it only asks whether the
    /// store takes any. One thread at a time.
    void append(List<Fact> facts);

    Optional<StoredCall> find(CallId call);

    /// What was said, oldest first, as heard.
    List<Turn> turns(CallId call);

    Optional<Handoff> handoff(CallId call);

    /// Everything that is stored of the call.
    Optional<WholeCall> whole(CallId call);

    /// Uses up a stream token.
    ///
    /// @return whether this was the first use on any node that shares the store
    boolean redeem(CallId call, String nonce);

    /// Whether the store was ever reached. Until then look-ups fail at once, and the first `append` that gets through
    /// makes it so. Never blocks.
    default boolean ready() {
        return true;
    }

    /// Whether the store answers at present; asks it.
    boolean healthy();

    @Override
    void close();
}
