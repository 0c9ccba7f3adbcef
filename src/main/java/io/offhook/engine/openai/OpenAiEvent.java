package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.ContentId;
import io.offhook.call.ToolRequest;
import io.offhook.call.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the service can tell us, as far as we act on it.
sealed interface OpenAiEvent {
    record SessionCreated(Optional<Instant> expiresAt) implements OpenAiEvent {}

    /// @param input  the format type echoed for the caller's audio, such as `audio/pcmu`; empty when not echoed
    record SessionUpdated(String input, String output) implements OpenAiEvent {}

    record SpeechStarted(String item) implements OpenAiEvent {}

    record SpeechStopped(String item) implements OpenAiEvent {}

    record CallerTranscript(String item, String text, Optional<Usage> usage) implements OpenAiEvent {
        @Override
        public String toString() {
            return "CallerTranscript[" + item + "]";
        }
    }

    record ReplyCreated(String reply) implements OpenAiEvent {}

    record Audio(ContentId content, AudioFrame frame) implements OpenAiEvent {}

    record AudioDone(ContentId content) implements OpenAiEvent {}

    record TranscriptDelta(ContentId content, String text) implements OpenAiEvent {
        @Override
        public String toString() {
            return "TranscriptDelta[" + content + "]";
        }
    }

    record TranscriptDone(ContentId content, String text) implements OpenAiEvent {
        @Override
        public String toString() {
            return "TranscriptDone[" + content + "]";
        }
    }

    /// @param code status detail of anything but completed, else empty
    record ReplyDone(String reply, ReplyEnd how, String code, List<ToolRequest> requests, Optional<Usage> usage)
            implements OpenAiEvent {}

    record RateLimits(String json) implements OpenAiEvent {}

    record Failure(String code) implements OpenAiEvent {}

    /// Known and of no interest, or of a kind that we don't know: never an error.
    record Ignored(boolean known) implements OpenAiEvent {}

    /// Not JSON, or not an event.
    record Malformed() implements OpenAiEvent {}
}
