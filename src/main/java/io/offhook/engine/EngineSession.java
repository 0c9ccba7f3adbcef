package io.offhook.engine;

import io.offhook.call.AudioFrame;
import io.offhook.call.ContentId;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import java.time.Duration;

/// One conversation at the engine's side. Event loop of its call only; no method waits, and all do nothing after the
/// session has ended. What is asked before the session is ready is kept and done then, after the audio that comes in
/// answer to `EngineReady`.
public interface EngineSession {
    /// Only from `EngineReady` on; what the caller said before is kept by the call, whose tries at a session it outlives.
    void hear(AudioFrame frame);

    /// Has the agent speak exactly this text, as soon as no other reply runs.
    void say(String text);

    /// The same, put into this language first.
    ///
    /// @param language such as `es` or `es-MX`
    void sayIn(String language, String text);

    /// Asks for a reply, as soon as no other reply runs. Wishes do not add up: one reply answers them all.
    void respond();

    /// Stops the running reply; no harm when there is none.
    void cancel();

    /// Corrects the engine's memory to what was heard of this content.
    void truncate(ContentId content, Duration heard);

    /// Adds a turn to the memory, without a reply.
    void tell(Turn turn);

    /// Asks for a summary of the conversation beside it, in writing: `SummaryWritten` says what came of it, if anything
    /// did. Does nothing unless the session is ready.
    ///
    /// @param prompt what is to be written, as JSON text with one field, `summary`
    void summarise(String prompt);

    /// Answers a tool request; does not ask for a reply.
    void toolResult(ToolRequest request, String answer);

    void close();
}
