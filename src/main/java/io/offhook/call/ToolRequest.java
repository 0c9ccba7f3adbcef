package io.offhook.call;

/// The model asks for a tool.
///
/// @param id        the engine's id of this request; answered exactly once
/// @param arguments JSON text with keys in sorted order, so that equal requests are equal texts; untrusted
public record ToolRequest(String id, String name, String arguments) {
    /// The tools that every agent has.
    public static final String END_CALL = "end_call";

    public static final String ESCALATE = "escalate_to_human";

    @Override
    public String toString() {
        return "ToolRequest[" + name + " " + id + "]";
    }
}
