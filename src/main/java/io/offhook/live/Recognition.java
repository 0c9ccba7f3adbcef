package io.offhook.live;

import io.offhook.telephony.IncomingCall;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/// Finds out who calls, while the phone rings. Any thread.
public interface Recognition {
    /// Begins to look, and does not block. The result is what is then known of the caller, such as
    /// `caller.first_name`; nothing for whoever isn't known in time. It never fails.
    ///
    /// @param remark told on any thread, with a slug, when the caller could not be looked up
    CompletableFuture<Map<String, String>> begin(AgentPlan plan, IncomingCall call, Consumer<String> remark);
}
