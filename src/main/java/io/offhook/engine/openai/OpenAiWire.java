package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.ContentId;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.engine.Brief;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// OpenAI Realtime events <-> ours. Knows JSON, knows no sockets. Facts: the guides "Realtime API with WebSocket",
/// "Realtime conversations" and the API reference of the GA events.
final class OpenAiWire {
    /// Around the base64 text of `input_audio_buffer.append`.
    static final byte[] APPEND_START =
            "{\"type\":\"input_audio_buffer.append\",\"audio\":\"".getBytes(StandardCharsets.US_ASCII);

    static final byte[] APPEND_END = "\"}".getBytes(StandardCharsets.US_ASCII);
    static final String PCMU = "audio/pcmu";

    private static final JsonMapper JSON = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(64)
                            .maxStringLength(8 << 20)
                            .build())
                    .build())
            .build();
    private static final JsonMapper SORTED =
            JsonMapper.builder().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS).build();

    private final String model;
    private final DeltaScanner scanner = new DeltaScanner();

    OpenAiWire(String model) {
        this.model = model;
    }

    // --- what we say ---

    /// The whole configuration; nothing is left to the service's defaults. The model belongs to the URL.
    static String sessionUpdate(Brief brief) {
        var root = JSON.createObjectNode().put("type", "session.update");
        var session = root.putObject("session").put("type", "realtime");
        session.putArray("output_modalities").add("audio");
        session.put("instructions", brief.instructions());
        var audio = session.putObject("audio");
        var input = audio.putObject("input");
        input.putObject("format").put("type", PCMU);
        var reduction = brief.options().getOrDefault("noise-reduction", "off");
        if (reduction.equals("off")) {
            input.putNull("noise_reduction");
        } else {
            input.putObject("noise_reduction").put("type", reduction);
        }
        var transcription = input.putObject("transcription")
                .put("model", brief.options().getOrDefault("transcription", "gpt-transcribe"));
        if (brief.language().length() >= 2) {
            transcription.put("language", brief.language().substring(0, 2));
        }
        turnDetection(input.putObject("turn_detection"), brief.options());
        var output = audio.putObject("output");
        output.putObject("format").put("type", PCMU);
        output.put("voice", brief.voice());
        output.put("speed", Double.parseDouble(brief.options().getOrDefault("speed", "1.0")));
        var tools = session.putArray("tools");
        for (var tool : brief.tools()) {
            tools.addObject()
                    .put("type", "function")
                    .put("name", tool.name())
                    .put("description", tool.about())
                    .set("parameters", JSON.readTree(tool.parameters()));
        }
        session.put("tool_choice", "auto");
        if (brief.options().containsKey("reasoning")) {
            session.putObject("reasoning").put("effort", brief.options().get("reasoning"));
        }
        return JSON.writeValueAsString(root);
    }

    private static void turnDetection(ObjectNode detection, Map<String, String> options) {
        if (options.getOrDefault("vad.type", "server").equals("semantic")) {
            detection.put("type", "semantic_vad").put("eagerness", options.getOrDefault("vad.eagerness", "auto"));
        } else {
            detection
                    .put("type", "server_vad")
                    .put("threshold", Double.parseDouble(options.getOrDefault("vad.threshold", "0.5")))
                    .put("prefix_padding_ms", Long.parseLong(options.getOrDefault("vad.prefix-ms", "300")))
                    .put("silence_duration_ms", Long.parseLong(options.getOrDefault("vad.silence-ms", "500")));
        }
        detection.put("create_response", true).put("interrupt_response", true);
    }

    /// One turn of the past. Notes go to the model as system messages.
    static String item(Turn turn) {
        var root = JSON.createObjectNode().put("type", "conversation.item.create");
        var message = root.putObject("item").put("type", "message");
        var content = message.putArray("content").addObject();
        switch (turn.speaker()) {
            case CALLER -> {
                message.put("role", "user");
                content.put("type", "input_text");
            }
            case AGENT -> {
                message.put("role", "assistant");
                content.put("type", "output_text");
            }
            case NOTE -> {
                message.put("role", "system");
                content.put("type", "input_text");
            }
        }
        content.put("text", turn.text());
        return JSON.writeValueAsString(root);
    }

    static String toolResult(ToolRequest request, String answer) {
        var root = JSON.createObjectNode().put("type", "conversation.item.create");
        root.putObject("item")
                .put("type", "function_call_output")
                .put("call_id", request.id())
                .put("output", answer);
        return JSON.writeValueAsString(root);
    }

    static String respond() {
        return "{\"type\":\"response.create\"}";
    }

    static String say(String text) {
        var root = JSON.createObjectNode().put("type", "response.create");
        root.putObject("response")
                .put("instructions", "Say exactly this, and nothing else: \"" + text + "\"")
                .put("tool_choice", "none");
        return JSON.writeValueAsString(root);
    }

    static String cancel() {
        return "{\"type\":\"response.cancel\"}";
    }

    static String truncate(ContentId content, Duration heard) {
        return JSON.writeValueAsString(JSON.createObjectNode()
                .put("type", "conversation.item.truncate")
                .put("item_id", content.item())
                .put("content_index", content.part())
                .put("audio_end_ms", heard.toMillis()));
    }

    // --- what the service says ---

    OpenAiEvent decode(byte[] bytes, int offset, int length) {
        var audio = scanner.scan(bytes, offset, length);
        return audio.isPresent() ? audio.get() : parse(bytes, offset, length);
    }

    /// The slow path; must agree with the fast one wherever both can read a message.
    OpenAiEvent parse(byte[] bytes, int offset, int length) {
        JsonNode event;
        try {
            event = JSON.readTree(bytes, offset, length);
        } catch (JacksonException e) {
            return new OpenAiEvent.Malformed();
        }
        if (!event.path("type").isString()) {
            return new OpenAiEvent.Malformed();
        }
        return switch (event.path("type").stringValue()) {
            case "response.output_audio.delta" -> audio(event);
            case "response.output_audio.done" -> new OpenAiEvent.AudioDone(content(event));
            case "response.output_audio_transcript.delta" ->
                new OpenAiEvent.TranscriptDelta(content(event), text(event, "delta"));
            case "response.output_audio_transcript.done" ->
                new OpenAiEvent.TranscriptDone(content(event), text(event, "transcript"));
            case "response.created" ->
                new OpenAiEvent.ReplyCreated(text(event.path("response"), "id"));
            case "response.done" -> replyDone(event.path("response"));
            case "input_audio_buffer.speech_started" -> new OpenAiEvent.SpeechStarted(text(event, "item_id"));
            case "input_audio_buffer.speech_stopped" -> new OpenAiEvent.SpeechStopped(text(event, "item_id"));
            case "conversation.item.input_audio_transcription.completed" ->
                new OpenAiEvent.CallerTranscript(
                        text(event, "item_id"), text(event, "transcript"), transcriptionUsage(event.path("usage")));
            case "conversation.item.input_audio_transcription.failed" ->
                new OpenAiEvent.CallerTranscript(text(event, "item_id"), "", Optional.empty());
            case "session.created" -> {
                var expires = event.path("session").path("expires_at");
                yield new OpenAiEvent.SessionCreated(
                        expires.isNumber()
                                ? Optional.of(Instant.ofEpochSecond(expires.asLong()))
                                : Optional.empty());
            }
            case "session.updated" -> {
                var echoed = event.path("session").path("audio");
                yield new OpenAiEvent.SessionUpdated(
                        text(echoed.path("input").path("format"), "type"),
                        text(echoed.path("output").path("format"), "type"));
            }
            case "rate_limits.updated" -> new OpenAiEvent.RateLimits(event.path("rate_limits").toString());
            case "error" -> new OpenAiEvent.Failure(code(event.path("error")));
            case "conversation.created",
                    "conversation.item.added",
                    "conversation.item.created",
                    "conversation.item.done",
                    "conversation.item.deleted",
                    "conversation.item.truncated",
                    "conversation.item.input_audio_transcription.delta",
                    "conversation.item.input_audio_transcription.segment",
                    "input_audio_buffer.committed",
                    "input_audio_buffer.cleared",
                    "input_audio_buffer.timeout_triggered",
                    "response.output_item.added",
                    "response.output_item.done",
                    "response.content_part.added",
                    "response.content_part.done",
                    "response.output_text.delta",
                    "response.output_text.done",
                    "response.function_call_arguments.delta",
                    "response.function_call_arguments.done" -> new OpenAiEvent.Ignored(true);
            default -> new OpenAiEvent.Ignored(false);
        };
    }

    private static OpenAiEvent audio(JsonNode event) {
        var delta = text(event, "delta");
        if (!event.path("response_id").isString()
                || !event.path("item_id").isString()
                || !event.path("content_index").isInt()) {
            return new OpenAiEvent.Malformed();
        }
        try {
            if (delta.isEmpty() || Base64.getDecoder().decode(delta).length == 0) {
                return new OpenAiEvent.Malformed();
            }
        } catch (IllegalArgumentException e) {
            return new OpenAiEvent.Malformed();
        }
        return new OpenAiEvent.Audio(
                content(event), AudioFrame.ofBase64(delta.getBytes(StandardCharsets.US_ASCII)));
    }

    private static ContentId content(JsonNode event) {
        return new ContentId(
                text(event, "response_id"),
                text(event, "item_id"),
                event.path("content_index").asInt(0));
    }

    private static String text(JsonNode node, String field) {
        return node.path(field).asString("");
    }

    /// The error's code; its type when it has none. Free text stays out of metrics and logs.
    private static String code(JsonNode error) {
        var code = text(error, "code").isEmpty() ? text(error, "type") : text(error, "code");
        return code.matches("[a-z0-9_.-]{1,60}") ? code : "unknown";
    }

    private OpenAiEvent replyDone(JsonNode reply) {
        var details = reply.path("status_details");
        var how =
                switch (text(reply, "status")) {
                    case "completed" -> ReplyEnd.COMPLETED;
                    case "cancelled" -> ReplyEnd.CANCELLED;
                    case "incomplete" -> ReplyEnd.INCOMPLETE;
                    default -> ReplyEnd.FAILED;
                };
        var code =
                switch (how) {
                    case COMPLETED -> "";
                    case CANCELLED, INCOMPLETE -> text(details, "reason");
                    case FAILED -> code(details.path("error"));
                };
        var requests = new ArrayList<ToolRequest>();
        if (how == ReplyEnd.COMPLETED) {
            for (var item : reply.path("output")) {
                if (text(item, "type").equals("function_call")
                        && (item.path("status").isMissingNode() || text(item, "status").equals("completed"))
                        && !text(item, "call_id").isEmpty()
                        && requests.stream().noneMatch(r -> r.id().equals(text(item, "call_id")))) {
                    requests.add(new ToolRequest(
                            text(item, "call_id"), text(item, "name"), sorted(text(item, "arguments"))));
                }
            }
        }
        return new OpenAiEvent.ReplyDone(
                text(reply, "id"), how, code, List.copyOf(requests), usage(reply.path("usage")));
    }

    /// The same arguments as the same text, whatever the order of their keys; what is no JSON object stays as it is.
    static String sorted(String arguments) {
        try {
            var tree = JSON.readTree(arguments);
            return tree.isObject()
                    ? SORTED.writeValueAsString(new TreeMap<>(SORTED.convertValue(tree, Map.class)))
                    : arguments;
        } catch (JacksonException e) {
            return arguments;
        }
    }

    private Optional<Usage> usage(JsonNode usage) {
        if (!usage.isObject()) {
            return Optional.empty();
        }
        var in = usage.path("input_token_details");
        var cached = in.path("cached_tokens_details");
        var out = usage.path("output_token_details");
        return Optional.of(new Usage(
                model,
                in.path("text_tokens").asLong(0),
                in.path("audio_tokens").asLong(0),
                cached.path("text_tokens").asLong(0),
                cached.path("audio_tokens").asLong(0),
                out.path("text_tokens").asLong(0),
                out.path("audio_tokens").asLong(0)));
    }

    private static Optional<Usage> transcriptionUsage(JsonNode usage) {
        if (!text(usage, "type").equals("tokens")) {
            return Optional.empty();
        }
        var in = usage.path("input_token_details");
        return Optional.of(new Usage(
                "transcription",
                in.path("text_tokens").asLong(0),
                in.path("audio_tokens").asLong(0),
                0,
                0,
                usage.path("output_tokens").asLong(0),
                0));
    }
}
