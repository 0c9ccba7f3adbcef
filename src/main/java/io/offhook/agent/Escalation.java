package io.offhook.agent;

import java.util.List;

/// How a caller reaches a person.
///
/// @param announce said before the transfer
/// @param route tried in order; never empty, and always ends in a voicemail, so that it can't end in silence
public record Escalation(String announce, List<Destination> route) {
    static final String ANNOUNCE = "I'm connecting you with a specialist who will see everything we discussed.";

    public Escalation {
        route = List.copyOf(route);
        if (route.isEmpty() || !(route.getLast() instanceof Destination.Voicemail)) {
            throw new IllegalArgumentException("a route must end in a voicemail");
        }
    }
}
