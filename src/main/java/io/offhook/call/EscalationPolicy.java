package io.offhook.call;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides by rule when a caller needs a human, and which. Pure; needs no model and no socket.
///
/// A caller who asks for a person gets one, and an agent that promises one is held to it: neither can be switched off.
/// The rules of agent.yaml come first, in their order, so that they can say where such a caller goes.
///
/// @param closed whether there is a route for the time outside opening hours, with the name [#CLOSED]
/// @param routes the ways to a human, by name
public record EscalationPolicy(
        List<EscalationRule> rules,
        Lexicon lexicon,
        List<Signals.Topic> topics,
        boolean closed,
        Map<String, Route> routes) {
    public static final String DEFAULT = "default";
    public static final String CLOSED = "closed";
    static final EscalationPolicy NONE =
            new EscalationPolicy(List.of(), new Lexicon(Map.of(), List.of()), List.of(), false);

    public EscalationPolicy {
        rules = List.copyOf(rules);
        topics = List.copyOf(topics);
        routes = Map.copyOf(routes);
    }

    /// For callers who leave the agent before anybody is called; somebody is rung on all of their routes.
    public EscalationPolicy(List<EscalationRule> rules, Lexicon lexicon, List<Signals.Topic> topics, boolean closed) {
        this(rules, lexicon, topics, closed, Map.of());
    }

    /// What the operator calls the topics.
    List<String> topicNames() {
        return topics.stream().map(Signals.Topic::name).toList();
    }

    /// The way of this name; the usual one for a name that is not known.
    Optional<Route> route(String name) {
        return Optional.ofNullable(routes.getOrDefault(name, routes.get(DEFAULT)));
    }

    /// Whether the way of this name begins where nobody is rung: the caller must not hear that somebody is coming.
    boolean ringsNobody(String name) {
        return route(name).filter(Route::ringsNobody).isPresent();
    }

    /// The human that is needed.
    ///
    /// @param why     constant word for the reason, such as `topic`
    public record Decision(String why) {}

    /// Where a caller goes.
    ///
    /// @param to      name of the route
    /// @param urgency empty to leave it as the reason has it
    public record Place(String to, Optional<Handoff.Urgency> urgency) {}

    Signals callerSaid(Signals signals, String text) {
        return signals.callerSaid(text, lexicon, topics);
    }

    Signals agentSaid(Signals signals, String text) {
        return signals.agentSaid(text, lexicon);
    }

    /// Whether what has shown up is a reason to hand the caller over.
    public Optional<Decision> decide(Signals signals, Circumstances circumstances) {
        var byRule = rules.stream()
                .filter(rule -> rule.isReason() && rule.holds(signals, circumstances))
                .findFirst();
        if (byRule.isPresent()) {
            return Optional.of(new Decision(byRule.get().slug()));
        }
        if (signals.askedForPerson()) {
            return Optional.of(new Decision("asked_for_person"));
        }
        return signals.promisedPerson() ? Optional.of(new Decision("promised")) : Optional.empty();
    }

    /// Where a caller goes who is handed over now, for whatever reason: the first rule that holds and names a route says
    /// where, the first that holds and names an urgency, how soon. When nobody is at work, only rules that speak of the
    /// hours outweigh the route for that time. How soon is settled first, so that a rule may say where by it.
    ///
    /// @param circumstances with the urgency that the reason has
    public Place place(Signals signals, Circumstances circumstances) {
        var urgency = rules.stream()
                .filter(rule -> rule.urgency().isPresent() && rule.holds(signals, circumstances))
                .flatMap(rule -> rule.urgency().stream())
                .findFirst();
        var settled = urgency.map(circumstances::needing).orElse(circumstances);
        var holding = rules.stream().filter(rule -> rule.holds(signals, settled)).toList();
        var byHours = holding.stream()
                .filter(EscalationRule::speaksOfHours)
                .flatMap(rule -> rule.to().stream())
                .findFirst();
        var usual = closed && !circumstances.open()
                ? Optional.of(CLOSED)
                : holding.stream().flatMap(rule -> rule.to().stream()).findFirst();
        return new Place(byHours.or(() -> usual).orElse(DEFAULT), urgency);
    }
}
