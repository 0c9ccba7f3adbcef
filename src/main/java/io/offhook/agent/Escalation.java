package io.offhook.agent;

import io.offhook.call.EscalationPolicy;
import io.offhook.call.EscalationRule;
import io.offhook.call.Route;
import java.util.List;
import java.util.Map;

/// When and how a caller reaches a person.
///
/// @param announce said before the transfer
/// @param routes   by name; `default` is always there, `closed` is for callers outside opening hours
/// @param rules    what calls for a person besides the caller and the model, in order
public record Escalation(String announce, Map<String, Route> routes, List<EscalationRule> rules) {
    static final String ANNOUNCE = "I'm connecting you with a specialist who will see everything we discussed.";

    public Escalation {
        routes = Map.copyOf(routes);
        rules = List.copyOf(rules);
        if (!routes.containsKey(EscalationPolicy.DEFAULT)) {
            throw new IllegalArgumentException("there must be a default route");
        }
    }
}
