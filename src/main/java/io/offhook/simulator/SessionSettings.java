package io.offhook.simulator;

import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The effective configuration of one session and the rules by which `session.update` changes it: all of an update or
/// nothing. Belongs to the event loop of its session.
final class SessionSettings {
    private static final Set<String> VOICES =
            Set.of("alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse", "marin", "cedar");
    private static final Set<String> LISTENERS = Set.of("gpt-transcribe", "gpt-live-transcribe");
    private static final String WHISPER = "gpt-realtime-whisper";
    private static final Set<String> TRANSCRIBERS = Set.of(
            "gpt-transcribe",
            "gpt-live-transcribe",
            WHISPER,
            "whisper-1",
            "gpt-4o-transcribe",
            "gpt-4o-mini-transcribe",
            "gpt-4o-mini-transcribe-2025-12-15",
            "gpt-4o-transcribe-diarize");
    /// Two letters each.
    private static final Set<String> ISO_639_1 = Set.of(Locale.getISOLanguages());

    private static final String DEFAULT_INSTRUCTIONS = "You are a helpful, witty, and friendly AI. Act like a human,"
            + " but remember that you are not one and that you cannot do human things in the real world. Talk quickly.";

    private ObjectNode session;

    SessionSettings(String id, String model, long expiresAt) {
        session = Json.object("realtime");
        session.put("object", "realtime.session")
                .put("id", id)
                .put("model", model)
                .put("expires_at", expiresAt)
                .put("instructions", DEFAULT_INSTRUCTIONS)
                .put("tool_choice", "auto")
                .put("max_output_tokens", "inf")
                .put("truncation", "auto")
                .putNull("tracing")
                .putNull("prompt")
                .putNull("include");
        session.putArray("output_modalities").add("audio");
        session.putArray("tools");
        var input = session.putObject("audio").putObject("input");
        input.set("format", WireFormat.PCM.json());
        input.putNull("transcription").putNull("noise_reduction");
        input.set("turn_detection", turnDetectionDefaults("server_vad"));
        var output = ((ObjectNode) session.path("audio")).putObject("output");
        output.set("format", WireFormat.PCM.json());
        output.put("voice", "marin").put("speed", 1.0);
    }

    /// A copy, as it goes into `session.created` and `session.updated`.
    ObjectNode effective() {
        return session.deepCopy();
    }

    void update(JsonNode change, boolean audioWasSent, boolean responding) throws Refused {
        refuse(change, audioWasSent, responding);
        var next = session.deepCopy();
        for (var field : change.properties()) {
            if (field.getKey().equals("audio")) {
                mergeAudio((ObjectNode) next.path("audio"), field.getValue());
            } else {
                next.set(field.getKey(), field.getValue());
            }
        }
        session = next;
    }

    /// What the service does when it loses the format that was asked for.
    void overrideOutputFormat(WireFormat format) {
        ((ObjectNode) session.path("audio").path("output")).set("format", format.json());
    }

    private void refuse(JsonNode change, boolean audioWasSent, boolean responding) throws Refused {
        if (!Json.text(change, "type").equals("realtime")) {
            throw Refused.invalid("session.type", "A session of type 'realtime' cannot become one of another type.");
        }
        if (change.has("model") && !change.path("model").equals(session.path("model"))) {
            throw Refused.invalid("session.model", "The model of a session cannot be changed after it was created.");
        }
        if (!session.path("tracing").isNull()
                && change.has("tracing")
                && !change.path("tracing").equals(session.path("tracing"))) {
            throw Refused.invalid("session.tracing", "Tracing cannot be changed once it is on.");
        }
        refuseReasoning(change, "session.");
        refuseTranscription(change.path("audio").path("input").path("transcription"));
        var output = change.path("audio").path("output");
        if (output.has("voice")) {
            refuseVoice(output.path("voice"), "session.audio.output.voice", audioWasSent);
        }
        if (output.has("speed") && responding) {
            throw Refused.invalid(
                    "session.audio.output.speed", "The speed can be changed between turns only, not in a response.");
        }
    }

    /// Refuses what only reasoning models take, in a session or in the wish for one response.
    void refuseReasoning(JsonNode change, String at) throws Refused {
        for (var field : List.of("reasoning", "parallel_tool_calls")) {
            if (change.has(field) && !reasons(Json.text(session, "model"))) {
                throw Refused.invalid(at + field, "'" + field + "' is not supported with this model.");
            }
        }
    }

    private static void refuseTranscription(JsonNode transcription) throws Refused {
        var at = "session.audio.input.transcription.";
        var model = Json.text(transcription, "model");
        if (transcription.has("model") && !TRANSCRIBERS.contains(model)) {
            throw unsupported(at + "model", model, TRANSCRIBERS);
        }
        for (var field : List.of("languages", "keywords")) {
            if (transcription.has(field) && !LISTENERS.contains(model)) {
                throw Refused.invalid(at + field, "'" + field + "' is not supported with this model.");
            }
        }
        if (transcription.has("delay") && !model.equals(WHISPER)) {
            throw Refused.invalid(at + "delay", "'delay' is not supported with this model.");
        }
        if (transcription.has("language")) {
            refuseLanguage(transcription.path("language"), at + "language");
        }
        for (var language : transcription.path("languages")) {
            refuseLanguage(language, at + "languages");
        }
    }

    private static void refuseLanguage(JsonNode language, String at) throws Refused {
        if (!ISO_639_1.contains(language.asString(""))) {
            throw Refused.invalid(at, "Invalid language '" + language.asString("") + "'. It must be in ISO-639-1 format.");
        }
    }

    private static Refused unsupported(String at, String value, Set<String> supported) {
        return Refused.invalid(
                at,
                "Invalid value: '" + value + "'. Supported values are: "
                        + supported.stream().sorted().toList() + ".");
    }

    static void refuseVoice(JsonNode voice, String param, boolean audioWasSent) throws Refused {
        if (audioWasSent) {
            throw new Refused(
                    "cannot_update_voice",
                    param,
                    "Cannot update a conversation's voice if assistant audio is present.");
        }
        if (voice.isString() && !VOICES.contains(voice.stringValue())) {
            throw unsupported(param, voice.stringValue(), VOICES);
        }
    }

    private static void mergeAudio(ObjectNode audio, JsonNode change) {
        for (var side : change.properties()) {
            var target = (ObjectNode) audio.path(side.getKey());
            for (var field : side.getValue().properties()) {
                target.set(
                        field.getKey(),
                        field.getKey().equals("turn_detection")
                                ? turnDetection(target.path("turn_detection"), field.getValue())
                                : field.getValue());
            }
        }
    }

    private static JsonNode turnDetection(JsonNode before, JsonNode change) {
        if (change.isNull()) {
            return change;
        }
        var type = Json.text(change, "type");
        var merged = Json.text(before, "type").equals(type)
                ? (ObjectNode) before.deepCopy()
                : turnDetectionDefaults(type);
        change.properties().forEach(field -> merged.set(field.getKey(), field.getValue()));
        return merged;
    }

    private static ObjectNode turnDetectionDefaults(String type) {
        var defaults = Json.object(type);
        if (type.equals("server_vad")) {
            defaults.put("threshold", 0.5)
                    .put("prefix_padding_ms", 300)
                    .put("silence_duration_ms", 200)
                    .putNull("idle_timeout_ms");
        } else {
            defaults.put("eagerness", "auto");
        }
        return defaults.put("create_response", true).put("interrupt_response", true);
    }

    private static boolean reasons(String model) {
        return List.of("gpt-realtime-1.5", "gpt-realtime", "gpt-realtime-mini").stream().noneMatch(model::equals)
                && !model.contains("4o")
                && !model.matches("gpt-realtime(-mini)?-2025.*");
    }

    JsonNode turnDetection() {
        return session.path("audio").path("input").path("turn_detection");
    }

    boolean createsResponses() {
        return turnDetection().path("create_response").asBoolean(true);
    }

    boolean interruptsResponses() {
        return turnDetection().path("interrupt_response").asBoolean(true);
    }

    Optional<Integer> idleTimeoutMs() {
        var idle = turnDetection().path("idle_timeout_ms");
        return idle.isInt() ? Optional.of(idle.intValue()) : Optional.empty();
    }

    WireFormat inputFormat() {
        return WireFormat.of(session.path("audio").path("input").path("format"));
    }

    WireFormat outputFormat() {
        return WireFormat.of(session.path("audio").path("output").path("format"));
    }

    JsonNode voice() {
        return session.path("audio").path("output").path("voice");
    }

    boolean transcribes() {
        return session.path("audio").path("input").path("transcription").isObject();
    }

    boolean speaks() {
        return session.path("output_modalities").path(0).asString("audio").equals("audio");
    }

    String instructions() {
        return Json.text(session, "instructions");
    }

    JsonNode tools() {
        return session.path("tools");
    }

    JsonNode toolChoice() {
        return session.path("tool_choice");
    }

    JsonNode maxOutputTokens() {
        return session.path("max_output_tokens");
    }

    static Set<String> namesOf(JsonNode tools) {
        var names = new HashSet<String>();
        tools.forEach(tool -> names.add(Json.text(tool, "name")));
        return names;
    }
}
