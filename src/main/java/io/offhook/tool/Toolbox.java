package io.offhook.tool;

import io.offhook.call.CallId;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import java.util.Map;

/// The tools of one agent, with their rules. Any thread.
public interface Toolbox {
    /// Runs the tool on the calling (virtual) thread. Never throws and never takes longer than the tool's limit: bad
    /// arguments, unknown tools, failures and time-outs are outcomes whose answer tells the model what to say.
    ///
    /// @param facts what is known of the call: `call.id`, `called.number`, `caller.number` unless it is withheld
    ToolOutcome run(ToolRequest request, Map<String, String> facts);

    /// The call is over: what still runs for it is interrupted, and what is remembered of it is of no more use. May come
    /// twice.
    default void forget(CallId call) {}
}
