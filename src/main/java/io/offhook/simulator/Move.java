package io.offhook.simulator;

/// One thing that the simulated model does in a response.
public sealed interface Move {
    /// Says a text.
    record Speak(String text) implements Move {}

    /// Calls a function tool; the arguments are sent as they are, valid JSON or not.
    record CallTool(String name, String argumentsJson) implements Move {}

    /// Says and does nothing: a response without output.
    record Silence() implements Move {}

    /// Sends a text frame as it is, at this point of the response.
    record SendRaw(String frame) implements Move {}
}
