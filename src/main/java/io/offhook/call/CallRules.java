package io.offhook.call;

import java.time.Duration;
import java.util.Map;

/// What the agent's configuration means for one call. Fixed for the life of the call.
///
/// @param greeting       the agent's first words; empty: the caller speaks first
/// @param announcement   said before a caller goes to a human
/// @param language       the default language, such as `en`
/// @param silence        quiet on both sides before the agent asks whether the caller is still there
/// @param length         longest time on the line with the agent
/// @param tools          the tools offered, by name; the built-in ones are not in it
/// @param comfort        recorded "one moment, please"; empty when there is none in this language
public record CallRules(
        String agent,
        String greeting,
        String announcement,
        String language,
        Duration silence,
        Duration length,
        Map<String, ToolRule> tools,
        java.util.List<AudioFrame> comfort) {

    public CallRules {
        tools = Map.copyOf(tools);
        comfort = java.util.List.copyOf(comfort);
    }

    /// @param filler  what the agent says while a slow tool runs
    /// @param confirm whether the caller must say yes first
    public record ToolRule(String filler, boolean confirm) {}
}
