package io.offhook.engine.openai;

import java.util.Map;
import java.util.Optional;

/// The options of a brief that this engine knows, with the defaults of agent.yaml. They are validated where agent.yaml
/// is read.
///
/// | option | value |
/// | --- | --- |
/// | `vad.type` | `server` or `semantic` |
/// | `vad.threshold` | 0 to 1 |
/// | `vad.silence_ms`, `vad.prefix_ms` | milliseconds |
/// | `vad.eagerness` | `low`, `medium`, `high`, `auto` |
/// | `noise_reduction` | `off`, `near_field`, `far_field` |
/// | `transcription` | a transcription model |
/// | `speed` | 0.25 to 1.5 |
/// | `reasoning` | `minimal` to `xhigh`; reasoning models only |
/// | `parallel_tool_calls` | `true` or `false`; reasoning models only |
record Options(Map<String, String> values) {
    boolean semanticVad() {
        return values.getOrDefault("vad.type", "server").equals("semantic");
    }

    String eagerness() {
        return values.getOrDefault("vad.eagerness", "auto");
    }

    double threshold() {
        return Double.parseDouble(values.getOrDefault("vad.threshold", "0.5"));
    }

    int silenceMillis() {
        return Integer.parseInt(values.getOrDefault("vad.silence_ms", "500"));
    }

    int prefixMillis() {
        return Integer.parseInt(values.getOrDefault("vad.prefix_ms", "300"));
    }

    Optional<String> noiseReduction() {
        return Optional.ofNullable(values.get("noise_reduction")).filter(type -> !type.equals("off"));
    }

    String transcription() {
        return values.getOrDefault("transcription", "gpt-transcribe");
    }

    double speed() {
        return Double.parseDouble(values.getOrDefault("speed", "1.0"));
    }

    Optional<String> reasoning() {
        return Optional.ofNullable(values.get("reasoning"));
    }

    Optional<Boolean> parallelToolCalls() {
        return Optional.ofNullable(values.get("parallel_tool_calls")).map(Boolean::valueOf);
    }
}
