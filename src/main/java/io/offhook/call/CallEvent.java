package io.offhook.call;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Everything that can happen to a call, in the past tense. Adapters make these; only `CallMachine` reads them.
public sealed interface CallEvent {

    // --- the leg ---

    /// The caller's stream is up and proven to belong to this call.
    ///
    /// @param greeting the recorded greeting, in playing order; empty when the engine is to speak it
    record StreamOpened(List<AudioFrame> greeting) implements CallEvent {}

    /// @param atMillis the frame's place on the stream's own clock, from the provider's time stamp
    record CallerAudio(AudioFrame frame, long atMillis) implements CallEvent {}

    record DigitPressed(char digit) implements CallEvent {
        @Override
        public String toString() {
            return "DigitPressed";
        }
    }

    /// The provider played everything sent before this mark, or threw it away after `ClearPlayout`.
    record MarkReached(String mark) implements CallEvent {}

    record StreamEnded(StreamEnd why) implements CallEvent {}

    /// The provider says that the whole call is over (status callback, or a final status on another request).
    record CallOver(String status) implements CallEvent {}

    // --- the engine ---

    /// The session is configured, and its audio formats are what was asked for.
    ///
    /// @param life how long the engine will keep it, if it has said
    record EngineReady(Duration took, Optional<Duration> life) implements CallEvent {}

    record EngineLost(EngineFault fault) implements CallEvent {}

    record ReplyStarted(String reply) implements CallEvent {}

    record AgentAudio(ContentId content, AudioFrame frame) implements CallEvent {}

    record AgentAudioEnded(ContentId content) implements CallEvent {}

    /// The words of one content part, complete or as far as they came.
    record AgentWords(ContentId content, String text) implements CallEvent {
        @Override
        public String toString() {
            return "AgentWords[" + content.item() + ", " + text.length() + " characters]";
        }
    }

    record CallerStartedSpeaking(String item) implements CallEvent {}

    record CallerStoppedSpeaking(String item) implements CallEvent {}

    /// What the caller said, by speech recognition; comes late and in any order. Empty text: not understood.
    record CallerWords(String item, String text) implements CallEvent {
        @Override
        public String toString() {
            return "CallerWords[" + item + ", " + text.length() + " characters]";
        }
    }

    /// A reply is over.
    ///
    /// @param code     error code or reason of anything but `COMPLETED`, else empty
    /// @param requests the tools asked for; only completed replies have any
    record ReplyEnded(String reply, ReplyEnd how, String code, List<ToolRequest> requests, Optional<Usage> usage)
            implements CallEvent {}

    /// How a reply ended.
    enum ReplyEnd {
        COMPLETED,
        CANCELLED,
        INCOMPLETE,
        FAILED
    }

    /// What came of the wish for a summary.
    ///
    /// @param digest empty when the engine wrote nothing of use
    record SummaryWritten(Optional<Digest> digest) implements CallEvent {}

    /// The engine refused or could not read something of ours; the session goes on.
    record EngineComplained(String code) implements CallEvent {}

    /// Nothing is left of what the engine's account may use.
    ///
    /// @param limit `tokens`, `requests` or `other`
    record EngineLimited(String limit) implements CallEvent {}

    /// Charged outside a reply: for a transcription or a summary.
    record UsageCounted(Usage usage) implements CallEvent {}

    // --- our own side ---

    record ToolFinished(ToolRequest request, ToolOutcome outcome) implements CallEvent {}

    /// More is known of the caller than when the stream opened.
    ///
    /// @param rules what the configuration means for this caller
    /// @param note  for the agent, as data; empty when there is nothing to tell
    record CallerRecognised(CallRules rules, Optional<String> note) implements CallEvent {
        @Override
        public String toString() {
            return "CallerRecognised";
        }
    }

    /// The handoff is on disk (or the store gave up; then it is in the spill file).
    record HandoffFiled() implements CallEvent {}

    /// A human who was called while the agent has the caller has taken the call, and waits for the caller.
    record HumanAccepted(int attempt) implements CallEvent {}

    /// Such a call has come to nothing: nobody was reached, or whoever was is gone again.
    record HumanLost(int attempt, Route.Result why) implements CallEvent {}

    /// Something is due: see `Timers`.
    record TimePassed() implements CallEvent {}

    /// The server is going down and can wait no longer for this call.
    record DrainDeadlineReached() implements CallEvent {}
}
