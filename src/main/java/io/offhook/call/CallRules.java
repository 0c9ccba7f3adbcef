package io.offhook.call;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What the agent's configuration means for one call. Fixed, unless more becomes known of the caller.
///
/// @param greeting       the agent's first words; empty: the caller speaks first
/// @param announcement   said before a caller goes to a human
/// @param language       the language in which the agent answers, such as `en`; the texts here are in it
/// @param silence        quiet on both sides before the agent asks whether the caller is still there
/// @param length         longest time on the line with the agent
/// @param tools          the tools offered, by name; the built-in ones are not in it
/// @param escalation     when a human is needed besides what the model decides
/// @param office         whether somebody is at work when the caller needs a person
/// @param caller         what the records say about the caller, such as `tier` = `gold`; empty for a stranger
/// @param attestation    the network's word on the caller's number, see [Identity]
/// @param comfort        recorded "one moment, please", or a sign without words; empty when there is none
/// @param prices         what the engine's models cost, by name
/// @param costLimit      the most that the call may cost, as far as there are prices for it
public record CallRules(
        String agent,
        String greeting,
        String announcement,
        String language,
        Duration silence,
        Duration length,
        Map<String, ToolRule> tools,
        EscalationPolicy escalation,
        Circumstances.Office office,
        Map<String, String> caller,
        String attestation,
        List<AudioFrame> comfort,
        Map<String, Price> prices,
        Optional<Money> costLimit) {

    public CallRules {
        prices = Map.copyOf(prices);
        tools = Map.copyOf(tools);
        caller = Map.copyOf(caller);
        comfort = List.copyOf(comfort);
    }

    /// Without rules of the operator's own.
    public CallRules(
            String agent,
            String greeting,
            String announcement,
            String language,
            Duration silence,
            Duration length,
            Map<String, ToolRule> tools,
            List<AudioFrame> comfort) {
        this(
                agent,
                greeting,
                announcement,
                language,
                silence,
                length,
                tools,
                EscalationPolicy.NONE,
                Circumstances.Office.ALWAYS_OPEN,
                Map.of(),
                "",
                comfort,
                Map.of(),
                Optional.empty());
    }

    /// What was charged, in money; empty when there is no price for it.
    public Optional<Price.Cost> cost(Usage usage) {
        return Optional.ofNullable(prices.get(usage.model())).flatMap(price -> price.of(usage));
    }

    /// Whether a call of which this was charged has cost as much as it may.
    public boolean spent(Bill charged) {
        return costLimit.filter(charged::reaches).isPresent();
    }

    /// What is known besides what is said, at this time.
    public Circumstances circumstances(Instant now) {
        return new Circumstances(language, office.open(now), caller);
    }

    /// @param filler  what the agent says while a slow tool runs
    /// @param confirm whether the caller must say yes first
    public record ToolRule(String filler, boolean confirm) {}
}
