package io.offhook.engine.openai;

import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.ContentId;
import io.offhook.call.Digest;
import io.offhook.call.ToolRequest;
import io.offhook.call.Usage;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What the engine said, as far as it matters to a phone call.
sealed interface OpenAiEvent {
    record SessionCreated(Optional<Instant> expiresAt) implements OpenAiEvent {}

    /// The whole effective configuration, of which the formats matter; an empty one is a format we do not know.
    record SessionUpdated(Optional<Instant> expiresAt, Optional<WireFormat> input, Optional<WireFormat> output)
            implements OpenAiEvent {}

    /// Audio in the session's output format, as proper base64 text.
    final class Audio implements OpenAiEvent {
        private final ContentId content;
        private final byte[] base64;

        Audio(ContentId content, byte[] base64) {
            this.content = content;
            this.base64 = base64;
        }

        ContentId content() {
            return content;
        }

        /// ASCII bytes; not a copy.
        byte[] base64() {
            return base64;
        }
    }

    record AudioEnded(ContentId content) implements OpenAiEvent {}

    /// A piece of the agent's words.
    record WordsPiece(ContentId content, String text) implements OpenAiEvent {
        @Override
        public String toString() {
            return "WordsPiece[" + content.item() + "]";
        }
    }

    /// All words of a content part, or those up to where it was cut.
    record Words(ContentId content, String text) implements OpenAiEvent {
        @Override
        public String toString() {
            return "Words[" + content.item() + "]";
        }
    }

    record ReplyBegan(String reply) implements OpenAiEvent {}

    record ReplyDone(String reply, ReplyEnd how, String code, List<ToolRequest> requests, Optional<Usage> usage)
            implements OpenAiEvent {}

    /// The end of a summary that was asked for beside the conversation.
    ///
    /// @param digest empty when it is not what was asked for
    record Summary(Optional<Digest> digest, Optional<Usage> usage) implements OpenAiEvent {
        @Override
        public String toString() {
            return "Summary[" + digest + "]";
        }
    }

    record SpeechStarted(String item) implements OpenAiEvent {}

    record SpeechStopped(String item) implements OpenAiEvent {}

    /// What the caller said; empty when the transcription failed.
    record CallerSaid(String item, String text, Optional<Usage> usage) implements OpenAiEvent {
        @Override
        public String toString() {
            return "CallerSaid[" + item + "]";
        }
    }

    /// Of these limits of the account nothing is left: `requests`, `tokens` or `other`.
    record LimitsReached(List<String> names) implements OpenAiEvent {}

    /// An `error` event.
    ///
    /// @param code    a slug
    /// @param eventId of the event of ours that caused it; empty when unknown
    record Complaint(String code, String eventId) implements OpenAiEvent {}

    /// A proper event that says nothing to a phone call.
    record Irrelevant() implements OpenAiEvent {}

    /// An event of a type that we do not know.
    record Unknown() implements OpenAiEvent {}

    /// Not an event at all, or one without what its type needs.
    record Malformed() implements OpenAiEvent {}
}
