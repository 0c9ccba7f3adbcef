package io.offhook.tool;

import java.time.Duration;
import java.util.regex.Pattern;

/// A tool as one agent knows it: agent.yaml gives it its name, its words and a limit of its own.
///
/// @param parameters JSON Schema of the arguments, as JSON text
/// @param limit      how long one run may take, checks included
public record ToolDefinition(String name, String about, String parameters, ToolWork work, Duration limit) {
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public ToolDefinition {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("a tool's name is 1 to 64 letters, digits, _ or -: " + name);
        }
        if (limit.isNegative() || limit.isZero()) {
            throw new IllegalArgumentException("the limit of the tool " + name + " must be more than nothing");
        }
    }

    /// The tool as it describes itself.
    public static ToolDefinition of(Tool tool, Duration limit) {
        return new ToolDefinition(tool.name(), tool.about(), tool.parameters(), tool, limit);
    }
}
