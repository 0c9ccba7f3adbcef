package io.offhook.call;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What the agent's configuration means for one call. Fixed, unless more becomes known of the caller.
///
/// @param greeting       the agent's first words; empty: the caller speaks first
/// @param announcement   said before a caller goes to a human
/// @param language       the default language, such as `en`
/// @param silence        quiet on both sides before the agent asks whether the caller is still there
/// @param length         longest time on the line with the agent
/// @param tools          the tools offered, by name; the built-in ones are not in it
/// @param escalation     when a human is needed besides what the model decides
/// @param circumstances  what is known besides what is said
/// @param comfort        recorded "one moment, please"; empty when there is none in this language
public record CallRules(
        String agent,
        String greeting,
        String announcement,
        String language,
        Duration silence,
        Duration length,
        Map<String, ToolRule> tools,
        EscalationPolicy escalation,
        Circumstances circumstances,
        List<AudioFrame> comfort) {

    public CallRules {
        tools = Map.copyOf(tools);
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
                new Circumstances(language, true, Map.of()),
                comfort);
    }

    /// @param filler  what the agent says while a slow tool runs
    /// @param confirm whether the caller must say yes first
    public record ToolRule(String filler, boolean confirm) {}
}
