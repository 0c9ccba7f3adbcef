package io.offhook.engine;

import io.offhook.call.CallEvent;
import io.offhook.call.Memory;
import java.util.List;
import java.util.function.Consumer;

/// A realtime speech engine. Shared by all calls; any event loop may open sessions.
public interface RealtimeEngine {

    /// Starts a session on the current event loop and returns at once. Events come on the same loop: `EngineReady`
    /// when the session is configured, or `EngineLost` exactly once whenever and however it ends, except
    /// by `close`.
    ///
    /// @param history what happened before, for a session that takes over from another
    EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events);

    /// Name for metrics, such as `openai`.
    String name();
}
