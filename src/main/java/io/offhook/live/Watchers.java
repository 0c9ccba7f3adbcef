package io.offhook.live;

import io.offhook.call.CallListener;
import java.util.List;

/// Who watches calls.
@FunctionalInterface
public interface Watchers {
    /// Fresh listeners for one stream of one call; each lives on that call's event loop.
    List<CallListener> of(AgentPlan plan);
}
