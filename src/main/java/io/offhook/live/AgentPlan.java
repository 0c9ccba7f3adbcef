package io.offhook.live;

import io.offhook.call.CallRules;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.Identity;
import io.offhook.call.Route;
import io.offhook.engine.Brief;
import io.offhook.engine.RealtimeEngine;
import io.offhook.tool.Toolbox;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;

/// One agent, ready to take calls: what agent.yaml says, with its engine and tools. Immutable; a running call keeps the
/// plan that it began with.
///
/// @param routes      by name; `default` is always there
/// @param notices     said by the provider's voice before the agent answers
/// @param greetCached whether the greeting may be played from a recording
/// @param concurrent  most calls at once with this agent
/// @param keepTurns   whether the words of the call are stored
/// @param facts       what is known of the call, such as `caller.number`; the texts above are filled with it
/// @param filling     the same plan with its texts filled from other facts
public record AgentPlan(
        CallRules rules,
        Brief brief,
        RealtimeEngine engine,
        Toolbox toolbox,
        Map<String, Route> routes,
        List<String> notices,
        boolean greetCached,
        int concurrent,
        boolean keepTurns,
        Map<String, String> facts,
        Function<Map<String, String>, AgentPlan> filling) {
    /// The fact that is the network's word on the caller's number, see [Identity].
    public static final String ATTESTATION = "call.attestation";

    public AgentPlan {
        notices = List.copyOf(notices);
        routes = Map.copyOf(routes);
        if (!routes.containsKey(EscalationPolicy.DEFAULT)) {
            throw new IllegalArgumentException("an agent needs a default route");
        }
        facts = Map.copyOf(facts);
    }

    /// The way to a human that this handoff takes; the usual one when nothing is known.
    public Route route(Optional<Handoff> handoff) {
        return handoff.map(h -> routes.get(h.to()))
                .orElseGet(() -> Objects.requireNonNull(routes.get(EscalationPolicy.DEFAULT)));
    }

    /// The plan for a call of which this is known as well.
    public AgentPlan knowing(Map<String, String> more) {
        var all = new HashMap<>(facts);
        all.putAll(more);
        return filling.apply(all);
    }

    /// Without the facts: they are the caller's.
    @Override
    public String toString() {
        return "AgentPlan[" + rules.agent() + "]";
    }
}
