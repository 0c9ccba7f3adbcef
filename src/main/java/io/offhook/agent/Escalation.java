package io.offhook.agent;

import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.EscalationRule;
import io.offhook.call.Route;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

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

    /// Who is told of messages, by name.
    public Map<String, Destination.Mailbox> mailboxes() {
        return routes.values().stream()
                .map(route -> route.destinations().getLast())
                .flatMap(last ->
                        last instanceof Destination.Voicemail(_, var mailbox) ? mailbox.stream() : Stream.<Destination.Mailbox>empty())
                .collect(Collectors.toMap(Destination.Mailbox::name, mailbox -> mailbox, (same, _) -> same));
    }
}
