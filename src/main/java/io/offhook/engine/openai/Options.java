package io.offhook.engine.openai;

import java.util.Map;
import java.util.Optional;

/// The options of a brief that this engine knows. They are validated, and have got their defaults, where agent.yaml is
/// read; only the last two may be missing.
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
        return required("vad.type").equals("semantic");
    }

    String eagerness() {
        return required("vad.eagerness");
    }

    double threshold() {
        return Double.parseDouble(required("vad.threshold"));
    }

    int silenceMillis() {
        return Integer.parseInt(required("vad.silence_ms"));
    }

    int prefixMillis() {
        return Integer.parseInt(required("vad.prefix_ms"));
    }

    Optional<String> noiseReduction() {
        return Optional.of(required("noise_reduction")).filter(type -> !type.equals("off"));
    }

    String transcription() {
        return required("transcription");
    }

    double speed() {
        return Double.parseDouble(required("speed"));
    }

    Optional<String> reasoning() {
        return Optional.ofNullable(values.get("reasoning"));
    }

    Optional<Boolean> parallelToolCalls() {
        return Optional.ofNullable(values.get("parallel_tool_calls")).map(Boolean::valueOf);
    }

    private String required(String name) {
        var value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("the brief lacks the option " + name);
        }
        return value;
    }
}
