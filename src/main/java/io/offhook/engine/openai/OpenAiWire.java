package io.offhook.engine.openai;

import io.netty.buffer.ByteBuf;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.ContentId;
import io.offhook.call.Digest;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.engine.Brief;
import io.offhook.engine.openai.OpenAiEvent.Audio;
import io.offhook.engine.openai.OpenAiEvent.AudioEnded;
import io.offhook.engine.openai.OpenAiEvent.CallerSaid;
import io.offhook.engine.openai.OpenAiEvent.Complaint;
import io.offhook.engine.openai.OpenAiEvent.Irrelevant;
import io.offhook.engine.openai.OpenAiEvent.LimitsReached;
import io.offhook.engine.openai.OpenAiEvent.Malformed;
import io.offhook.engine.openai.OpenAiEvent.ReplyBegan;
import io.offhook.engine.openai.OpenAiEvent.ReplyDone;
import io.offhook.engine.openai.OpenAiEvent.SessionCreated;
import io.offhook.engine.openai.OpenAiEvent.SessionUpdated;
import io.offhook.engine.openai.OpenAiEvent.SpeechStarted;
import io.offhook.engine.openai.OpenAiEvent.SpeechStopped;
import io.offhook.engine.openai.OpenAiEvent.Summary;
import io.offhook.engine.openai.OpenAiEvent.Unknown;
import io.offhook.engine.openai.OpenAiEvent.Words;
import io.offhook.engine.openai.OpenAiEvent.WordsPiece;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.cfg.JsonNodeFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Realtime API events <-> what they mean. Knows JSON, knows no sockets. One per session.
///
/// What comes from the engine is not trusted: it is bounded, checked, and what is not understood becomes
/// [Unknown] or [Malformed]. Event names as in the API reference, "Realtime client events" and "server events". Long,
/// because both directions are here: together they are all that Offhook knows of that page.
final class OpenAiWire {
    static final byte[] APPEND_BEGINS =
            "{\"type\":\"input_audio_buffer.append\",\"audio\":\"".getBytes(StandardCharsets.US_ASCII);
    static final byte[] APPEND_ENDS = "\"}".getBytes(StandardCharsets.US_ASCII);
    static final String SESSION_UPDATE_ID = "session_update";

    private static final int MAX_DEPTH = 64;
    private static final int MAX_NUMBER_CHARACTERS = 64;
    private static final int MAX_PART = 999_999;
    private static final int PCM_RATE_HZ = 24_000;
    private static final Duration MAX_SPEECH = Duration.ofDays(1);
    private static final Pattern SLUG = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");
    private static final Pattern BASE64 = Pattern.compile("[A-Za-z0-9+/]*={0,2}");
    private static final Pattern LANGUAGE = Pattern.compile("([A-Za-z]{2})(?:[-_].*)?");
    /// Transcription models that take several languages.
    private static final Set<String> TAKES_LANGUAGES = Set.of("gpt-transcribe", "gpt-live-transcribe");
    /// Not a prefix: `gpt-realtime-2025-08-28` does not reason.
    private static final Pattern REASONING_MODEL = Pattern.compile("gpt-realtime-2(\\.\\d+)?(-mini)?");

    private static final Set<String> LIMITS = Set.of("requests", "tokens");
    private static final String PURPOSE = "purpose";
    private static final String SUMMARY = "summary";
    private static final String TOPICS = "topics";
    private static final String FACTS = "facts";
    private static final Set<String> DIGEST = Set.of(SUMMARY, TOPICS, FACTS);
    private static final int MAX_SUMMARY_TOKENS = 400;
    private static final int MAX_DIGEST_ENTRIES = 12;
    private static final int MAX_SUMMARY_CHARACTERS = 1_000;
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    private static final JsonMapper MAPPER = JsonMapper.builder(JsonFactory.builder()
                    .streamReadConstraints(StreamReadConstraints.builder()
                            .maxNestingDepth(MAX_DEPTH)
                            .maxNumberLength(MAX_NUMBER_CHARACTERS)
                            .build())
                    .build())
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .enable(DeserializationFeature.FAIL_ON_READING_DUP_TREE_KEY)
            .enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .build();
    private static final JsonMapper SORTED = MAPPER.rebuild()
            .enable(JsonNodeFeature.WRITE_PROPERTIES_SORTED)
            .build();

    /// Events of the API that a phone call has no use for.
    private static final Set<String> IRRELEVANT = Set.of(
            "conversation.created",
            "conversation.item.added",
            "conversation.item.created",
            "conversation.item.deleted",
            "conversation.item.done",
            "conversation.item.input_audio_transcription.delta",
            "conversation.item.input_audio_transcription.segment",
            "conversation.item.retrieved",
            "conversation.item.truncated",
            "input_audio_buffer.cleared",
            "input_audio_buffer.committed",
            "input_audio_buffer.dtmf_event_received",
            "input_audio_buffer.timeout_triggered",
            "mcp_list_tools.completed",
            "mcp_list_tools.failed",
            "mcp_list_tools.in_progress",
            "output_audio_buffer.cleared",
            "output_audio_buffer.started",
            "output_audio_buffer.stopped",
            "response.content_part.added",
            "response.content_part.done",
            "response.function_call_arguments.delta",
            "response.function_call_arguments.done",
            "response.mcp_call.completed",
            "response.mcp_call.failed",
            "response.mcp_call.in_progress",
            "response.mcp_call_arguments.delta",
            "response.mcp_call_arguments.done",
            "response.output_item.added",
            "response.output_item.done",
            "response.output_text.delta",
            "response.output_text.done");

    private final String model;
    private final String transcriptionModel;
    private final AudioDeltaScanner scanner = new AudioDeltaScanner();

    /// @param model what replies are charged to
    /// @param transcriptionModel what transcriptions are charged to
    OpenAiWire(String model, String transcriptionModel) {
        this.model = model;
        this.transcriptionModel = transcriptionModel;
    }

    // --- to the engine ---

    /// The configuration: everything named that a default could change, and no `model`, which only the URL can set.
    static String sessionUpdate(Brief brief) {
        var options = new Options(brief.options());
        var event = event("session.update").put("event_id", SESSION_UPDATE_ID);
        var session = event.putObject("session").put("type", "realtime");
        session.putArray("output_modalities").add("audio");
        session.put("instructions", brief.instructions());
        var audio = session.putObject("audio");
        input(audio.putObject("input"), brief, options);
        var output = audio.putObject("output");
        output.putObject("format").put("type", WireFormat.PCMU.type());
        output.put("voice", brief.voice()).put("speed", options.speed());
        var tools = session.putArray("tools");
        for (var tool : brief.tools()) {
            tools.addObject()
                    .put("type", "function")
                    .put("name", tool.name())
                    .put("description", tool.about())
                    .set("parameters", MAPPER.readTree(tool.parameters()));
        }
        session.put("tool_choice", "auto");
        if (REASONING_MODEL.matcher(brief.model()).matches()) {
            // Any other refuses the whole update for either of these.
            options.reasoning().ifPresent(effort -> session.putObject("reasoning").put("effort", effort));
            options.parallelToolCalls().ifPresent(parallel -> session.put("parallel_tool_calls", parallel));
        }
        return event.toString();
    }

    private static void input(ObjectNode input, Brief brief, Options options) {
        input.putObject("format").put("type", WireFormat.PCMU.type());
        transcription(input.putObject("transcription"), brief.languages(), options.transcription());
        options.noiseReduction()
                .ifPresentOrElse(
                        type -> input.putObject("noise_reduction").put("type", type),
                        () -> input.putNull("noise_reduction"));
        var turns = input.putObject("turn_detection");
        if (options.semanticVad()) {
            turns.put("type", "semantic_vad").put("eagerness", options.eagerness());
        } else {
            turns.put("type", "server_vad")
                    .put("threshold", options.threshold())
                    .put("prefix_padding_ms", options.prefixMillis())
                    .put("silence_duration_ms", options.silenceMillis());
        }
        turns.put("create_response", true).put("interrupt_response", true);
    }

    /// A model that is told one language writes every word down as if it were that one, so a hint names all that may be
    /// spoken or none.
    private static void transcription(ObjectNode transcription, List<String> spoken, String model) {
        transcription.put("model", model);
        var known = spoken.stream().map(LANGUAGE::matcher).filter(Matcher::matches).toList();
        var codes = known.stream()
                .map(language -> language.group(1).toLowerCase(Locale.ROOT))
                .distinct()
                .toList();
        if (known.size() < spoken.size()) {
            return;
        }
        if (codes.size() == 1) {
            transcription.put("language", codes.getFirst());
        } else if (TAKES_LANGUAGES.contains(model)) {
            codes.forEach(transcription.putArray("languages")::add);
        }
    }

    /// A turn for the engine's memory.
    static String remember(Turn turn) {
        var role =
                switch (turn.speaker()) {
                    case CALLER -> "user";
                    case AGENT -> "assistant";
                    case NOTE -> "system";
                };
        var event = event("conversation.item.create");
        event.putObject("item")
                .put("type", "message")
                .put("role", role)
                .putArray("content")
                .addObject()
                .put("type", role.equals("assistant") ? "output_text" : "input_text")
                .put("text", turn.text());
        return event.toString();
    }

    /// A tool request of an earlier session, without which its answer would be refused.
    static String rememberRequest(ToolRequest request) {
        var event = event("conversation.item.create");
        event.putObject("item")
                .put("type", "function_call")
                .put("call_id", request.id())
                .put("name", request.name())
                .put("arguments", request.arguments());
        return event.toString();
    }

    static String toolAnswer(ToolRequest request, String answer) {
        var event = event("conversation.item.create");
        event.putObject("item")
                .put("type", "function_call_output")
                .put("call_id", request.id())
                .put("output", answer);
        return event.toString();
    }

    /// A plain reply, or words to be said exactly: those without context (`input` empty), so that nothing before can
    /// draw the model away from them, but kept in the conversation like any reply. A quotation mark in the words does
    /// not end them.
    static String ask(Replies.Order order) {
        var event = event("response.create").put("event_id", order.eventId());
        switch (order.wish()) {
            case Replies.PlainReply _ -> {}
            case Replies.SayExactly(var text, var language) -> {
                var how = language.map(tag -> "this in "
                                + Locale.forLanguageTag(tag).getDisplayLanguage(Locale.ENGLISH)
                                + ", with nothing added and nothing left out")
                        .orElse("exactly this, and nothing else");
                var response = event.putObject("response")
                        .put("instructions", "Say " + how + ": \"" + text.replace("\"", "\\\"") + "\"")
                        .put("tool_choice", "none");
                response.putArray("input");
            }
        }
        return event.toString();
    }

    /// A text beside the conversation: it can be made while a reply is spoken, and nothing of it is remembered. It is
    /// known again by its metadata.
    static String summarise(String prompt) {
        var event = event("response.create").put("event_id", SUMMARY);
        var response = event.putObject("response").put("conversation", "none");
        response.putArray("output_modalities").add("text");
        response.putObject("metadata").put(PURPOSE, SUMMARY);
        response.put("instructions", prompt).put("tool_choice", "none").put("max_output_tokens", MAX_SUMMARY_TOKENS);
        return event.toString();
    }

    static String cancel() {
        return event("response.cancel").toString();
    }

    static String truncate(ContentId content, Duration heard) {
        return event("conversation.item.truncate")
                .put("item_id", content.item())
                .put("content_index", content.part())
                .put("audio_end_ms", Math.max(0, heard.toMillis()))
                .toString();
    }

    private static ObjectNode event(String type) {
        return NODES.objectNode().put("type", type);
    }

    // --- from the engine ---

    /// What an event means. The buffer must lie in an array, as a WebSocket connection hands it over.
    OpenAiEvent decode(ByteBuf payload) {
        byte[] bytes = payload.array();
        int from = payload.arrayOffset() + payload.readerIndex();
        int length = payload.readableBytes();
        var audio = scanner.scan(bytes, from, length);
        return audio.isPresent() ? audio.get() : parse(bytes, from, length);
    }

    /// The same by way of the JSON parser alone.
    OpenAiEvent parse(byte[] bytes, int from, int length) {
        try {
            return read(MAPPER.readTree(bytes, from, length));
        } catch (JacksonException notJson) {
            return new Malformed();
        }
    }

    private OpenAiEvent read(JsonNode event) {
        var type = text(event, "type");
        return switch (type) {
            case "session.created" -> new SessionCreated(expiry(event.path("session")));
            case "session.updated" -> {
                var session = event.path("session");
                var audio = session.path("audio");
                yield session.isObject()
                        ? new SessionUpdated(expiry(session), format(audio, "input"), format(audio, "output"))
                        : new Malformed();
            }
            case "response.output_audio.delta" -> audio(event);
            case "response.output_audio.done" -> content(event).<OpenAiEvent>map(AudioEnded::new).orElseGet(Malformed::new);
            case "response.output_audio_transcript.delta" -> words(event, "delta")
                    .<OpenAiEvent>map(text -> new WordsPiece(content(event).orElseThrow(), text))
                    .orElseGet(Malformed::new);
            case "response.output_audio_transcript.done" -> words(event, "transcript")
                    .<OpenAiEvent>map(text -> new Words(content(event).orElseThrow(), text))
                    .orElseGet(Malformed::new);
            case "response.created" -> {
                if (isSummary(event.path("response"))) {
                    yield new Irrelevant();
                }
                var reply = text(event.path("response"), "id");
                yield reply.isEmpty() ? new Malformed() : new ReplyBegan(reply);
            }
            case "response.done" -> isSummary(event.path("response"))
                    ? new Summary(digest(event.path("response")), replyUsage(event.path("response").path("usage")))
                    : replyDone(event.path("response"));
            case "input_audio_buffer.speech_started" -> new SpeechStarted(text(event, "item_id"));
            case "input_audio_buffer.speech_stopped" -> new SpeechStopped(text(event, "item_id"));
            case "conversation.item.input_audio_transcription.completed" ->
                new CallerSaid(text(event, "item_id"), text(event, "transcript"), transcriptionUsage(event.path("usage")));
            case "conversation.item.input_audio_transcription.failed" ->
                new CallerSaid(text(event, "item_id"), "", Optional.empty());
            case "rate_limits.updated" -> limits(event.path("rate_limits"));
            case "error" -> event.path("error").isObject()
                    ? new Complaint(slug(event.path("error")), text(event.path("error"), "event_id"))
                    : new Malformed();
            case "" -> new Malformed();
            default -> IRRELEVANT.contains(type) ? new Irrelevant() : new Unknown();
        };
    }

    private static OpenAiEvent audio(JsonNode event) {
        var base64 = text(event, "delta");
        var content = content(event);
        if (content.isEmpty()
                || base64.isEmpty()
                || base64.length() % 4 != 0
                || !BASE64.matcher(base64).matches()) {
            return new Malformed();
        }
        return new Audio(content.get(), base64.getBytes(StandardCharsets.US_ASCII));
    }

    private static Optional<String> words(JsonNode event, String field) {
        return event.path(field).isString() && content(event).isPresent()
                ? Optional.of(text(event, field))
                : Optional.empty();
    }

    private static Optional<ContentId> content(JsonNode event) {
        var reply = text(event, "response_id");
        var item = text(event, "item_id");
        var part = event.path("content_index");
        if (reply.isEmpty() || item.isEmpty() || !part.isIntegralNumber() || !part.canConvertToInt()) {
            return Optional.empty();
        }
        int index = part.intValue();
        return index < 0 || index > MAX_PART ? Optional.empty() : Optional.of(new ContentId(reply, item, index));
    }

    private OpenAiEvent replyDone(JsonNode response) {
        var reply = text(response, "id");
        var details = response.path("status_details");
        if (reply.isEmpty()) {
            return new Malformed();
        }
        var usage = replyUsage(response.path("usage"));
        return switch (text(response, "status")) {
            case "completed" -> new ReplyDone(reply, ReplyEnd.COMPLETED, "", requests(response), usage);
            case "cancelled" -> new ReplyDone(reply, ReplyEnd.CANCELLED, slug(details, "reason"), List.of(), usage);
            case "incomplete" -> new ReplyDone(reply, ReplyEnd.INCOMPLETE, slug(details, "reason"), List.of(), usage);
            case "failed" -> new ReplyDone(reply, ReplyEnd.FAILED, slug(details.path("error")), List.of(), usage);
            default -> new Malformed();
        };
    }

    private static boolean isSummary(JsonNode response) {
        return text(response.path("metadata"), PURPOSE).equals(SUMMARY);
    }

    /// A complete answer that is exactly what was asked for: `{"summary": "…", "topics": ["…"], "facts": {"…": "…"}}`, of
    /// which the summary must be there. Anything else is none.
    private static Optional<Digest> digest(JsonNode response) {
        var output = response.path("output");
        var content = output.path(0).path("content");
        if (!text(response, "status").equals("completed") || output.size() != 1 || content.size() != 1) {
            return Optional.empty();
        }
        try {
            var answer = MAPPER.readTree(text(content.path(0), "text"));
            var summary = text(answer, SUMMARY).strip();
            boolean proper = answer.isObject()
                    && DIGEST.containsAll(answer.propertyNames())
                    && (answer.path(TOPICS).isMissingNode() || answer.path(TOPICS).isArray())
                    && (answer.path(FACTS).isMissingNode() || answer.path(FACTS).isObject())
                    && !summary.isEmpty()
                    && summary.length() <= MAX_SUMMARY_CHARACTERS;
            return proper
                    ? Optional.of(new Digest(summary, topics(answer.path(TOPICS)), facts(answer.path(FACTS))))
                    : Optional.empty();
        } catch (JacksonException notJson) {
            return Optional.empty();
        }
    }

    private static List<String> topics(JsonNode topics) {
        return topics.valueStream()
                .filter(JsonNode::isString)
                .map(JsonNode::stringValue)
                .limit(MAX_DIGEST_ENTRIES)
                .toList();
    }

    private static Map<String, String> facts(JsonNode facts) {
        var found = new LinkedHashMap<String, String>();
        facts.properties().stream()
                .filter(fact -> fact.getValue().isString() || fact.getValue().isNumber())
                .limit(MAX_DIGEST_ENTRIES)
                .forEach(fact -> found.put(fact.getKey(), fact.getValue().asString()));
        return found;
    }

    /// Only complete items of a complete reply: an interrupted one can hold arguments that were cut off.
    private static List<ToolRequest> requests(JsonNode response) {
        var requests = new ArrayList<ToolRequest>();
        for (var item : response.path("output")) {
            var status = item.path("status");
            boolean complete = status.isMissingNode() || status.isNull() || text(item, "status").equals("completed");
            if (text(item, "type").equals("function_call") && complete && !text(item, "call_id").isEmpty()) {
                requests.add(new ToolRequest(
                        text(item, "call_id"), text(item, "name"), normalised(text(item, "arguments"))));
            }
        }
        return requests;
    }

    /// Compact, with sorted keys, so that equal requests are equal texts. What is no object stays as it is, for the
    /// toolbox to refuse.
    static String normalised(String arguments) {
        try {
            var tree = MAPPER.readTree(arguments);
            return tree.isObject() ? SORTED.writeValueAsString(tree) : arguments;
        } catch (JacksonException notJson) {
            return arguments;
        }
    }

    private Optional<Usage> replyUsage(JsonNode usage) {
        if (!usage.isObject()) {
            return Optional.empty();
        }
        var in = usage.path("input_token_details");
        var cached = in.path("cached_tokens_details");
        var out = usage.path("output_token_details");
        return Optional.of(new Usage(
                model,
                in.isObject() ? count(in, "text_tokens") : count(usage, "input_tokens"),
                count(in, "audio_tokens"),
                cached.isObject() ? count(cached, "text_tokens") : count(in, "cached_tokens"),
                count(cached, "audio_tokens"),
                out.isObject() ? count(out, "text_tokens") : count(usage, "output_tokens"),
                count(out, "audio_tokens")));
    }

    /// Transcription is charged by tokens or by the length of the speech, as the model has it.
    private Optional<Usage> transcriptionUsage(JsonNode usage) {
        return switch (text(usage, "type")) {
            case "tokens" -> Optional.of(transcriptionTokens(usage));
            case "duration" -> seconds(usage.path("seconds")).map(speech -> Usage.ofSpeech(transcriptionModel, speech));
            default -> Optional.empty();
        };
    }

    private Usage transcriptionTokens(JsonNode usage) {
        var in = usage.path("input_token_details");
        return new Usage(
                transcriptionModel,
                in.isObject() ? count(in, "text_tokens") : 0,
                in.isObject() ? count(in, "audio_tokens") : count(usage, "input_tokens"),
                0,
                0,
                count(usage, "output_tokens"),
                0);
    }

    /// A length that no turn of a call can have is none.
    private static Optional<Duration> seconds(JsonNode value) {
        double seconds = value.isNumber() ? value.asDouble(-1) : -1;
        return seconds >= 0 && seconds <= MAX_SPEECH.toSeconds()
                ? Optional.of(Duration.ofMillis(Math.round(seconds * 1_000)))
                : Optional.empty();
    }

    /// Most updates say that there is enough left of everything, which is no news.
    private static OpenAiEvent limits(JsonNode limits) {
        var reached = limits.valueStream()
                .filter(limit -> limit.path("remaining").isNumber() && count(limit, "remaining") == 0)
                .map(limit -> text(limit, "name"))
                .map(name -> LIMITS.contains(name) ? name : "other")
                .distinct()
                .toList();
        return reached.isEmpty() ? new Irrelevant() : new LimitsReached(reached);
    }

    private static Optional<Instant> expiry(JsonNode session) {
        long seconds = count(session, "expires_at");
        return seconds == 0 || seconds > Integer.MAX_VALUE * 8L ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
    }

    /// A format that is not mentioned is the one that was asked for.
    private static Optional<WireFormat> format(JsonNode audio, String direction) {
        var format = audio.path(direction).path("format");
        var rate = format.path("rate");
        if (format.isMissingNode() || format.isNull()) {
            return Optional.of(WireFormat.PCMU);
        }
        return WireFormat.of(text(format, "type"))
                .filter(known -> known != WireFormat.PCM || !rate.isNumber() || rate.asInt(0) == PCM_RATE_HZ);
    }

    private static String slug(JsonNode error) {
        return error.path("code").isString() && !text(error, "code").isEmpty() ? slug(error, "code") : slug(error, "type");
    }

    /// A reason code, fit to be stored and counted.
    private static String slug(JsonNode node, String field) {
        var text = text(node, field);
        return SLUG.matcher(text).matches() ? text : "other";
    }

    private static String text(JsonNode node, String field) {
        var value = node.path(field);
        return value.isString() ? value.stringValue() : "";
    }

    private static long count(JsonNode node, String field) {
        var value = node.path(field);
        return value.isIntegralNumber() && value.canConvertToLong() ? Math.max(0, value.longValue()) : 0;
    }
}
