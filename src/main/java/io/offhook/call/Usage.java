package io.offhook.call;

/// Tokens that the engine charged for one reply or transcription. Cached tokens are a part of the input tokens.
public record Usage(
        String model, long textIn, long audioIn, long cachedTextIn, long cachedAudioIn, long textOut, long audioOut) {}
