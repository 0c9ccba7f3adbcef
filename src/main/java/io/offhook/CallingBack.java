package io.offhook;

import io.offhook.agent.AgentFiles;
import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Route;
import io.offhook.callback.CallbackRules;
import io.offhook.store.Wish;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Who calls back, and when, by the agents' files as they are: a number that was mended also serves the wishes that wait.
final class CallingBack {
    /// For a route that calls nobody back any more.
    private static final Destination.Callback NOBODY =
            new Destination.Callback(List.of(), 1, Duration.ofHours(1), Duration.ofHours(1), Set.of());

    private CallingBack() {}

    static CallbackRules rules(AgentFiles agents, Wish wish) {
        var agent = agents.answering(wish.called().e164())
                .orElseGet(() -> agents.all().getFirst());
        var routes = agent.escalation().routes();
        return new CallbackRules(
                Optional.ofNullable(routes.get(wish.route()))
                        .or(() -> Optional.ofNullable(routes.get(EscalationPolicy.DEFAULT)))
                        .flatMap(CallingBack::callback)
                        .orElse(NOBODY),
                agent.hours());
    }

    private static Optional<Destination.Callback> callback(Route route) {
        return route.destinations().stream()
                .filter(Destination.Callback.class::isInstance)
                .map(Destination.Callback.class::cast)
                .findFirst();
    }
}
