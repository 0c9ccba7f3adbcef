package io.offhook.live;

import io.offhook.call.CallRules;
import io.offhook.call.Route;
import io.offhook.engine.Brief;
import io.offhook.engine.RealtimeEngine;
import io.offhook.tool.Toolbox;
import java.util.List;

/// One agent, ready to take calls: what agent.yaml says, with its engine and tools. Immutable; a running call keeps the
/// plan that it began with.
///
/// @param notices     said by the provider's voice before the agent answers
/// @param greetCached whether the greeting may be played from a recording
/// @param concurrent  most calls at once with this agent
/// @param keepTurns   whether the words of the call are stored
public record AgentPlan(
        CallRules rules,
        Brief brief,
        RealtimeEngine engine,
        Toolbox toolbox,
        Route route,
        List<String> notices,
        boolean greetCached,
        int concurrent,
        boolean keepTurns) {
    public AgentPlan {
        notices = List.copyOf(notices);
    }
}
