package io.offhook.live;

import io.offhook.telephony.IncomingCall;
import java.util.Map;
import java.util.function.Consumer;

/// Finds out who calls, while the phone rings. Any thread.
@FunctionalInterface
public interface Recognition {
    /// Begins to look, and does not block.
    ///
    /// @param known  told what is known of the caller, such as `caller.first_name`: never, once or several times, on any
    ///     thread, before the caller is on the line or later
    /// @param remark told on any thread, with a slug, when the caller could not be looked up, or not in time
    void begin(AgentPlan plan, IncomingCall call, Consumer<Map<String, String>> known, Consumer<String> remark);
}
