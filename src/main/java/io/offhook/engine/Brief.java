package io.offhook.engine;

import java.util.List;
import java.util.Map;

/// Who the agent is, in one session.
///
/// @param model   the engine's own name of the model
/// @param voice   the engine's own name of the voice
/// @param languages those that may be spoken, by code (`en`, `pt-BR`); the usual one first
/// @param caller  stable, hashed name of the caller for the engine's abuse checks; empty when withheld
/// @param options already validated: `vad.type` (server, semantic), `vad.threshold`, `vad.silence_ms`, `vad.prefix_ms`,
///     `vad.eagerness`, `noise_reduction` (off, near_field, far_field), `transcription`, `reasoning`, `speed`
public record Brief(
        String model,
        String voice,
        String instructions,
        List<String> languages,
        List<ToolSpec> tools,
        String caller,
        Map<String, String> options) {

    public Brief {
        languages = List.copyOf(languages);
        tools = List.copyOf(tools);
        options = Map.copyOf(options);
    }

    /// The same, for this caller.
    public Brief withCaller(String hashed) {
        return new Brief(model, voice, instructions, languages, tools, hashed, options);
    }

    /// One tool as the model sees it.
    ///
    /// @param parameters JSON Schema of an object, as JSON text
    public record ToolSpec(String name, String about, String parameters) {}
}
