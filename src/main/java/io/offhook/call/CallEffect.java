package io.offhook.call;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What is to be done, as an order. `LiveCall` performs them in the order given and decides nothing.
public sealed interface CallEffect {

    // --- the leg ---

    /// @param mark the receipt asked for after the frame
    record PlayToCaller(AudioFrame frame, Optional<String> mark) implements CallEffect {}

    /// Asks for a receipt for everything played so far.
    record MarkPlayout(String mark) implements CallEffect {}

    /// Drops what the provider has not played yet; it then returns every outstanding mark at once.
    record ClearPlayout() implements CallEffect {}

    /// Closes the stream, so that the provider asks what comes next.
    record CloseStream() implements CallEffect {}

    // --- the engine ---

    /// Opens a session that knows this.
    record OpenEngine(List<Memory> history) implements CallEffect {}

    record HearCaller(AudioFrame frame) implements CallEffect {}

    /// Adds a turn to the engine's memory without asking for a reply.
    record TellEngine(Turn turn) implements CallEffect {}

    /// Has the agent speak exactly this text.
    ///
    /// @param language to put it into first; empty to leave it as it is
    record Say(String text, Optional<String> language) implements CallEffect {
        public Say(String text) {
            this(text, Optional.empty());
        }

        @Override
        public String toString() {
            return "Say[" + text.length() + " characters]";
        }
    }

    record AskForReply() implements CallEffect {}

    /// Has the engine sum the conversation up in writing, beside whatever it says.
    record AskForSummary(String prompt) implements CallEffect {}

    /// Stops the running reply, if there is one.
    record CancelReply() implements CallEffect {}

    /// Corrects the engine's memory: the caller heard this much of the content, and no more.
    record TruncateReply(ContentId content, Duration heard) implements CallEffect {}

    record AnswerTool(ToolRequest request, String answer) implements CallEffect {
        @Override
        public String toString() {
            return "AnswerTool[" + request.name() + "]";
        }
    }

    record CloseEngine() implements CallEffect {}

    // --- work beside the audio ---

    /// Runs the tool off the event loop; comes back as `ToolFinished`.
    record RunTool(ToolRequest request) implements CallEffect {}

    /// Calls a human on a leg of their own; comes back as `HumanAccepted` or `HumanLost`.
    ///
    /// @param attempt tells it from every other of the same call
    /// @param step    the destination on the route
    record CallHuman(int attempt, int step, Destination.Warm to, Handoff handoff) implements CallEffect {}

    /// Ends that human's leg politely, if it still is; one who has met the caller is left alone.
    ///
    /// @param why how it ended; empty when the caller goes to the same human in another way
    record LetHumanGo(int attempt, Optional<Route.Result> why) implements CallEffect {}

    /// Takes the caller, who has left the stream, out of a room that nobody will come to; the provider then asks what
    /// comes next.
    record RecallCaller() implements CallEffect {}

    /// Stores the handoff; comes back as `HandoffFiled`.
    record FileHandoff(Handoff handoff) implements CallEffect {}
}
