package io.offhook.store;

import io.offhook.call.CallId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which node has which call, so that no call stays open with a node that is gone. Methods block and throw
/// `StoreException`: call them on virtual threads only.
///
/// A node shows that it lives by beating. Clocks of nodes differ, so nobody reads a time from another's beat, but only
/// whether it is still the same.
public interface Leases {
    /// The reason of a call that has ended because nobody has it any more.
    String NODE_LOST = "node_lost";

    /// This node lives.
    ///
    /// @param beat    differs from the last one
    /// @param known   calls that this node has heard of; they are its affair if they are nobody's
    /// @param onLine  calls that have a stream on this node; they are its affair, whosever they were
    /// @param letGone calls that are not its affair any more
    void beat(String node, long beat, Set<CallId> known, Set<CallId> onLine, Set<CallId> letGone);

    /// The last beat of each node that has beaten and was not forgotten since.
    Map<String, Long> beats();

    /// Forgets a node that has no call, unless it has beaten again.
    void forget(String node, long beat);

    /// Calls that have not ended and are nobody's affair, or that of one of these nodes. A caller who has left the agent
    /// needs no node, so such a call counts only if it has been like that since before `longAgo`.
    List<Open> open(Set<String> silent, Instant longAgo);

    /// Ends the call as `node_lost`, unless it has ended, somebody else has it, or its node has beaten since.
    ///
    /// @return whether it was ended: of all nodes that try, one succeeds
    boolean end(Open call, Instant now);

    /// A call that has not ended.
    ///
    /// @param node whose affair it is; empty when it is nobody's
    /// @param beat that node's last
    record Open(CallId call, Optional<String> node, long beat) {}
}
