package io.offhook.call;

import java.util.List;
import java.util.Optional;

/// Decides by rule when a caller needs a human, and which. Pure; needs no model and no socket.
///
/// A caller who asks for a person gets one, and an agent that promises one is held to it: neither can be switched off.
/// The rules of agent.yaml come first, in their order, so that they can say where such a caller goes.
public record EscalationPolicy(List<EscalationRule> rules, Lexicon lexicon, List<Signals.Topic> topics) {
    public EscalationPolicy {
        rules = List.copyOf(rules);
        topics = List.copyOf(topics);
    }

    /// The human that is needed.
    ///
    /// @param why     constant word for the reason, such as `topic`
    /// @param to      name of the route; empty for the usual one
    /// @param urgency empty to leave it as it is
    public record Decision(String why, Optional<String> to, Optional<Handoff.Urgency> urgency) {}

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
            return Optional.of(decision(byRule.get().slug(), signals, circumstances));
        }
        if (signals.askedForPerson()) {
            return Optional.of(decision("asked_for_person", signals, circumstances));
        }
        return signals.promisedPerson() ? Optional.of(decision("promised", signals, circumstances)) : Optional.empty();
    }

    /// Where a caller goes who is handed over for another reason, such as a lost engine.
    public Decision place(Signals signals, Circumstances circumstances) {
        return decision("", signals, circumstances);
    }

    /// The first rule that holds and names a route says where; the first that holds and names an urgency, how soon.
    private Decision decision(String why, Signals signals, Circumstances circumstances) {
        var holding =
                rules.stream().filter(rule -> rule.holds(signals, circumstances)).toList();
        return new Decision(
                why,
                holding.stream().flatMap(rule -> rule.to().stream()).findFirst(),
                holding.stream().flatMap(rule -> rule.urgency().stream()).findFirst());
    }
}
