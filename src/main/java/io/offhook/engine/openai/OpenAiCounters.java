package io.offhook.engine.openai;

/// Counts what the adapter absorbs. Any thread; never blocks.
public interface OpenAiCounters {
    /// One of `engine_unknown_event`, `engine_junk`, `engine_format_mismatch`, `engine_audio_dropped`.
    void noticed(String slug);
}
