package io.offhook.simulator;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// One session of a [SimulatedEngine]: its protocol, and the view on it for tests. Everything that happens in it runs
/// on the event loop of its socket; the public methods may be called from any thread, and orders take effect soon after
/// they return. The class is long because all rules of the protocol for client events are in it.
public final class SimulatedSession {
    private static final String APPEND_BEGINS = "{\"type\":\"input_audio_buffer.append\",\"audio\":\"";
    private static final Pattern EXACT_WORDS =
            Pattern.compile("Say exactly this, and nothing else:\\s*\"(.*)\"\\s*", Pattern.DOTALL);
    private static final int TRANSCRIPTION_MS = 300;
    private static final double SMALLEST_COMMIT_MS = 100;
    private static final int LARGEST_APPEND = 15 * 1024 * 1024;

    /// An `error` event that was sent; texts are "" where the event has none.
    public record SentError(String type, String code, String param, String message, String eventId) {}

    /// An accepted `conversation.item.truncate`.
    public record Truncation(String itemId, int contentIndex, int audioEndMs) {}

    /// How and when the socket was closed; 1006 when it was dropped.
    public record Closed(int code, String reason, boolean byClient, Instant at) {}

    private final SimulatedEngine engine;
    private final Context context;
    private final ServerWebSocket socket;
    private final Dialogue dialogue;
    private final String id;
    private final String conversationId;
    private final String model;
    private final Map<String, String> headers;
    private final Instant openedAt = Instant.now();
    private final Faults faults = new Faults();
    private final SessionSettings settings;
    private final Conversation conversation = new Conversation();
    private final InputAudio input;
    private final Map<String, ResponseRun> running = new LinkedHashMap<>();

    private final List<JsonNode> received = new ArrayList<>();
    private final List<JsonNode> sent = new ArrayList<>();
    private final List<SentError> errors = new ArrayList<>();
    private final List<JsonNode> responses = new ArrayList<>();
    private final List<Truncation> truncations = new ArrayList<>();
    private final ByteArrayOutputStream appended = new ByteArrayOutputStream();
    private final List<Runnable> lateTranscripts = new ArrayList<>();
    private final AtomicLong appendedBytes = new AtomicLong();
    private final AtomicLong appends = new AtomicLong();
    private volatile Optional<Closed> closed = Optional.empty();
    private volatile JsonNode settingsSnapshot;
    private volatile Optional<String> activeResponse = Optional.empty();
    private volatile boolean closing;

    private Optional<ResponseRun> active = Optional.empty();
    private Optional<String> speechItem = Optional.empty();
    private Optional<Long> idleTimer = Optional.empty();
    private Optional<Long> expiryTimer = Optional.empty();
    private boolean audioWasSent;
    private boolean dark;
    private int inputTextBefore;
    private int inputAudioBefore;

    SimulatedSession(SimulatedEngine engine, Context context, ServerWebSocket socket, String model, Dialogue dialogue) {
        this.engine = engine;
        this.context = context;
        this.socket = socket;
        this.model = model;
        this.dialogue = dialogue;
        this.id = engine.newId("sess");
        this.conversationId = engine.newId("conv");
        this.headers = new LinkedHashMap<>();
        socket.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        this.settings = new SessionSettings(id, model, engine.expiryOfNewSession());
        this.settingsSnapshot = settings.effective();
        this.input = new InputAudio(new InputAudio.Listener() {
            @Override
            public void speechStarted(long audioStartMs) {
                onSpeechStarted(audioStartMs);
            }

            @Override
            public void speechStopped(long audioEndMs) {
                onSpeechStopped(audioEndMs);
            }
        });
        for (var fault : EngineFault.values()) {
            if (fault.scope() == EngineFault.Scope.SESSION
                    && !engine.faults().lasting(fault)
                    && engine.faults().strikes(fault)) {
                faults.inject(fault);
            }
        }
    }

    // ---- for tests -------------------------------------------------------------------------------------------------

    public String id() {
        return id;
    }

    public String model() {
        return model;
    }

    /// The headers of the upgrade request, names in lower case.
    public Map<String, String> headers() {
        return Map.copyOf(headers);
    }

    public Instant openedAt() {
        return openedAt;
    }

    /// Every event received, in order, but for `input_audio_buffer.append`.
    public List<JsonNode> received() {
        synchronized (received) {
            return List.copyOf(received);
        }
    }

    public List<JsonNode> received(String type) {
        return received().stream().filter(event -> Json.text(event, "type").equals(type)).toList();
    }

    /// Every event sent, in order; audio only while the engine records audio.
    public List<JsonNode> sent() {
        synchronized (sent) {
            return List.copyOf(sent);
        }
    }

    public List<JsonNode> sent(String type) {
        return sent().stream().filter(event -> Json.text(event, "type").equals(type)).toList();
    }

    public List<SentError> errors() {
        synchronized (errors) {
            return List.copyOf(errors);
        }
    }

    /// The `response` object of every `response.done`, in order.
    public List<JsonNode> responses() {
        synchronized (responses) {
            return List.copyOf(responses);
        }
    }

    public List<Truncation> truncations() {
        synchronized (truncations) {
            return List.copyOf(truncations);
        }
    }

    public List<JsonNode> items() {
        return conversation.items();
    }

    /// The effective configuration, as in the last `session.updated`.
    public JsonNode settings() {
        return settingsSnapshot;
    }

    /// The response that writes to the conversation, while there is one.
    public Optional<String> activeResponse() {
        return activeResponse;
    }

    /// The decoded bytes appended so far, in the format in which they came.
    public long appendedBytes() {
        return appendedBytes.get();
    }

    public long appends() {
        return appends.get();
    }

    /// All audio appended so far; empty unless the engine records audio.
    public byte[] appendedAudio() {
        synchronized (appended) {
            return appended.toByteArray();
        }
    }

    /// The real length of the audio of one item.
    public Optional<Duration> audioOf(String itemId) {
        return conversation.find(itemId).map(entry -> Duration.ofMillis((long) entry.audioMs));
    }

    public boolean open() {
        return closed.isEmpty();
    }

    public Optional<Closed> closed() {
        return closed;
    }

    /// Switches a fault on in this session until it is cleared.
    public SimulatedSession inject(EngineFault fault) {
        faults.inject(fault);
        return this;
    }

    /// Lets a fault strike once in this session.
    public SimulatedSession injectOnce(EngineFault fault) {
        faults.inject(fault, 1);
        return this;
    }

    public SimulatedSession clear(EngineFault fault) {
        faults.clear(fault);
        return this;
    }

    /// Lets the caller say a text, with the events of a spoken turn.
    public void typed(String text) {
        context.runOnContext(_ -> onTyped(text));
    }

    /// Sends a frame as it is, valid or not.
    public void sendRaw(String frame) {
        context.runOnContext(_ -> sendText(frame));
    }

    /// Drops the socket without a close frame.
    public void cut() {
        context.runOnContext(_ -> {
            closing = true;
            noteClosed(1006, "", false);
            engine.drop(socket);
        });
    }

    /// Stops reading and writing for good, pings and closes included, as when the network in between has failed: the
    /// connection stays open, and nobody is told.
    public void goDark() {
        context.runOnContext(_ -> {
            dark = true;
            engine.stopReading(socket);
        });
    }

    public void close(int code, String reason) {
        context.runOnContext(_ -> closeWith(code, reason));
    }

    /// Ends the session as at its 60-minute limit: `session_expired`, then the socket closes.
    public void expire() {
        context.runOnContext(_ -> {
            sendError("invalid_request_error", "session_expired", "",
                    "Your session hit the maximum duration of 60 minutes.", "");
            closeWith(1001, "session_expired");
        });
    }

    @Override
    public String toString() {
        return "SimulatedSession[" + id + ", " + (open() ? "open" : "closed") + "]";
    }

    // ---- the socket ------------------------------------------------------------------------------------------------

    void begin() {
        socket.textMessageHandler(this::onText);
        socket.binaryMessageHandler(_ -> {
            engine.counted();
            sendError("invalid_request_error", "invalid_event", "", "Binary frames are not supported.", "");
        });
        socket.exceptionHandler(_ -> {});
        socket.closeHandler(_ -> onClosed());
        if (struckForGood(EngineFault.NEVER_ACKNOWLEDGES_CLOSE)) {
            CloseFrames.ignore(((WebSocketInternal) socket).channelHandlerContext(), this::onCloseIgnored);
        }
        if (struckForGood(EngineFault.GARBAGE_ONLY)) {
            garbage().forEach(this::sendGarbage);
            return;
        }
        garbageAmong();
        send(Json.object("session.created").set("session", settings.effective()));
        send(Json.object("conversation.created")
                .set("conversation", Json.object().put("id", conversationId).put("object", "realtime.conversation")));
        input.detect(InputAudio.Detection.of(settings.turnDetection()));
        expiryTimer = Optional.of(after((double) engine.sessionLength().toMillis(), this::expire));
    }

    void refuseBeta() {
        sendError("invalid_request_error", "beta_api_shape_disabled", "",
                "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.", "");
        closeWith(4000, "invalid_request_error.beta_api_shape_disabled");
    }

    void refuseModel() {
        sendError("invalid_request_error", "model_not_found", "model", "The model '" + model + "' does not exist.", "");
        closeWith(4000, "invalid_request_error.model_not_found");
    }

    private void onCloseIgnored(int code, String reason) {
        noteClosed(code, reason, true);
        stop();
    }

    private void onClosed() {
        var code = socket.closeStatusCode();
        var reason = socket.closeReason();
        noteClosed(code == null ? 1006 : code, reason == null ? "" : reason, !closing);
        stop();
    }

    private void noteClosed(int code, String reason, boolean byClient) {
        if (closed.isEmpty()) {
            closed = Optional.of(new Closed(code, reason, byClient, Instant.now()));
            engine.closed(this);
        }
    }

    private void stop() {
        cancelIdleTimer();
        expiryTimer.ifPresent(engine.vertx()::cancelTimer);
        running.clear();
        active = Optional.empty();
        activeResponse = Optional.empty();
    }

    private void closeWith(int code, String reason) {
        if (open()) {
            closing = true;
            noteClosed(code, reason, false);
            socket.close((short) code, reason);
        }
    }

    private void onText(String text) {
        engine.counted();
        if (text.startsWith(APPEND_BEGINS) && text.endsWith("\"}")) {
            // The common frame. Strict decoding proves that nothing but base64 stands between the quotes.
            var decoded = decoded(text.substring(APPEND_BEGINS.length(), text.length() - 2));
            if (decoded.filter(audio -> audio.length <= LARGEST_APPEND).isPresent()) {
                onAppend(decoded.get());
                return;
            }
        }
        JsonNode event;
        try {
            event = Json.MAPPER.readTree(text);
        } catch (JacksonException _) {
            sendError("invalid_request_error", "invalid_event", "", "The event could not be parsed as JSON.", "");
            return;
        }
        var eventId = Json.text(event, "event_id");
        try {
            record(event);
            RealtimeSchema.instance().check(event);
            onEvent(event);
        } catch (Refused refused) {
            sendError("invalid_request_error", refused.code(), refused.param(), refused.reason(), eventId);
        }
    }

    private void record(JsonNode event) {
        if (!Json.text(event, "type").equals("input_audio_buffer.append")) {
            synchronized (received) {
                received.add(event);
            }
        }
    }

    private void onEvent(JsonNode event) throws Refused {
        switch (Json.text(event, "type")) {
            case "session.update" -> onSessionUpdate(event.path("session"));
            case "input_audio_buffer.append" -> onAppend(audioOf(event));
            case "input_audio_buffer.commit" -> onCommit();
            case "input_audio_buffer.clear" -> {
                input.takeAll();
                speechItem = Optional.empty();
                send(Json.object("input_audio_buffer.cleared"));
            }
            case "conversation.item.create" -> onItemCreate(event);
            case "conversation.item.retrieve" -> send(Json.object("conversation.item.retrieved")
                    .set("item", conversation.withAudio(known(event), settings.outputFormat())));
            case "conversation.item.truncate" -> onTruncate(event);
            case "conversation.item.delete" -> {
                conversation.remove(known(event).id());
                send(Json.object("conversation.item.deleted").put("item_id", Json.text(event, "item_id")));
            }
            case "response.create" -> onResponseCreate(event.path("response"));
            case "response.cancel" -> onResponseCancel(event);
            default -> throw new Refused("invalid_event", "type", "'" + Json.text(event, "type")
                    + "' is only supported over WebRTC and SIP.");
        }
    }

    // ---- client events ---------------------------------------------------------------------------------------------

    private void onSessionUpdate(JsonNode change) throws Refused {
        settings.update(change, audioWasSent, active.isPresent());
        if (struckForGood(EngineFault.WRONG_FORMAT_ECHOED)) {
            settings.overrideOutputFormat(WireFormat.PCM);
        }
        input.detect(InputAudio.Detection.of(settings.turnDetection()));
        settingsSnapshot = settings.effective();
        if (!struckForGood(EngineFault.NO_SESSION_UPDATED)) {
            send(Json.object("session.updated").set("session", settings.effective()));
        }
    }

    private void onAppend(byte[] audio) {
        appends.incrementAndGet();
        appendedBytes.addAndGet(audio.length);
        if (engine.recordsAudio()) {
            synchronized (appended) {
                appended.writeBytes(audio);
            }
        }
        input.append(settings.inputFormat().toMuLaw(audio));
    }

    private static byte[] audioOf(JsonNode event) throws Refused {
        var audio = decoded(Json.text(event, "audio"))
                .orElseThrow(() -> Refused.invalid("audio", "Invalid 'audio'. Expected base64 audio bytes."));
        if (audio.length > LARGEST_APPEND) {
            throw Refused.invalid("audio", "Invalid 'audio': the maximum is 15 MiB in one event.");
        }
        return audio;
    }

    private void onCommit() throws Refused {
        if (input.bufferedMs() < SMALLEST_COMMIT_MS) {
            throw new Refused("input_audio_buffer_commit_empty", "",
                    "Error committing input audio buffer: buffer too small. Expected at least 100ms of audio, but"
                            + " buffer only has %.2fms of audio.".formatted(input.bufferedMs()));
        }
        commit(speechItem.orElseGet(() -> newId("item")), input.takeAll(), Optional.empty(), false);
    }

    private void onItemCreate(JsonNode event) throws Refused {
        var item = (ObjectNode) event.path("item").deepCopy();
        if (!Json.given(item, "id")) {
            item.put("id", newId("item"));
        } else if (conversation.find(Json.text(item, "id")).isPresent()) {
            throw Refused.invalid("item.id", "Error adding item: an item with this ID already exists.");
        }
        var entry = new Conversation.Entry(item.put("object", "realtime.item").put("status", "completed"));
        if (entry.is("message")) {
            acceptMessage(entry);
        } else if (entry.is("function_call_output")) {
            var callId = Json.text(item, "call_id");
            if (conversation.call(callId).isEmpty()) {
                throw new Refused("invalid_tool_call_id", "item.call_id",
                        "Tool call ID '" + callId + "' not found in conversation.");
            }
            entry.pending = true;
        } else if (entry.is("function_call") && !Json.given(item, "call_id")) {
            item.put("call_id", newId("call"));
        }
        place(event, entry);
        send(itemEvent("conversation.item.added", entry));
        send(itemEvent("conversation.item.done", entry));
    }

    private static void acceptMessage(Conversation.Entry entry) throws Refused {
        var kinds = switch (Json.text(entry.item, "role")) {
            case "assistant" -> List.of("output_text", "output_audio");
            case "system" -> List.of("input_text");
            default -> List.of("input_text", "input_audio", "input_image");
        };
        int index = 0;
        for (var part : entry.item.path("content")) {
            var kind = Json.text(part, "type");
            var at = "item.content[" + index++ + "]";
            if (!kinds.contains(kind)) {
                throw Refused.invalid(
                        at + ".type", "Invalid value: '" + kind + "'. Supported values are: " + kinds + ".");
            }
            if (kind.equals("output_audio") && part.has("audio")) {
                throw Refused.invalid(at + ".audio", "Audio of the assistant cannot be supplied.");
            }
            if (kind.endsWith("_text") && !part.has("text")) {
                throw new Refused("missing_required_parameter", at + ".text",
                        "Missing required parameter: '" + at + ".text'.");
            }
        }
        entry.pending = entry.hasRole("user");
    }

    private void place(JsonNode event, Conversation.Entry entry) throws Refused {
        var previous = Json.text(event, "previous_item_id");
        if (!event.has("previous_item_id")) {
            conversation.add(entry);
        } else if (previous.equals("root") || conversation.find(previous).isPresent()) {
            conversation.addAfter(previous, entry);
        } else {
            throw Refused.invalid("previous_item_id",
                    "Error creating item: the previous item with ID '" + previous + "' does not exist.");
        }
    }

    private void onTruncate(JsonNode event) throws Refused {
        var entry = known(event);
        int contentIndex = event.path("content_index").asInt();
        int audioEndMs = event.path("audio_end_ms").asInt();
        boolean audio = entry.hasRole("assistant") && (entry.audioMs > 0 || isOpen(entry));
        if (!audio) {
            throw Refused.invalid("item_id", "Only audio of the assistant can be truncated.");
        }
        if (contentIndex != 0) {
            throw Refused.invalid("content_index", "Content index " + contentIndex + " does not exist.");
        }
        if (audioEndMs > entry.audioMs) {
            throw Refused.invalid("audio_end_ms",
                    "Audio content of " + (int) entry.audioMs + "ms is already shorter than " + audioEndMs + "ms");
        }
        entry.audioMs = audioEndMs;
        entry.audio = Arrays.copyOf(entry.audio, Math.min(entry.audio.length, audioEndMs * 8));
        conversation.change(
                entry, item -> item.path("content").forEach(part -> ((ObjectNode) part).remove("transcript")));
        synchronized (truncations) {
            truncations.add(new Truncation(entry.id(), contentIndex, audioEndMs));
        }
        send(Json.object("conversation.item.truncated")
                .put("item_id", entry.id())
                .put("content_index", contentIndex)
                .put("audio_end_ms", audioEndMs));
    }

    private static boolean isOpen(Conversation.Entry entry) {
        return Json.text(entry.item, "status").equals("in_progress");
    }

    private Conversation.Entry known(JsonNode event) throws Refused {
        var itemId = Json.text(event, "item_id");
        return conversation
                .find(itemId)
                .orElseThrow(() -> new Refused("item_not_found", "item_id",
                        "Item with item_id '" + itemId + "' does not exist."));
    }

    private void onResponseCreate(JsonNode wish) throws Refused {
        var where = wish.path("conversation").asString("auto");
        if (!where.equals("auto") && !where.equals("none")) {
            throw Refused.invalid("response.conversation",
                    "Invalid value: '" + where + "'. Supported values are: 'auto' and 'none'.");
        }
        for (var item : wish.path("input")) {
            if (Json.text(item, "type").equals("item_reference")
                    && conversation.find(Json.text(item, "id")).isEmpty()) {
                throw new Refused("item_not_found", "response.input", "Item with ID '" + Json.text(item, "id")
                        + "' does not exist.");
            }
        }
        var voice = wish.path("audio").path("output").path("voice");
        if (!voice.isMissingNode() && !voice.equals(settings.voice())) {
            SessionSettings.refuseVoice(voice, "response.audio.output.voice", audioWasSent);
        }
        settings.refuseReasoning(wish, "response.");
        boolean outOfBand = where.equals("none");
        if (!outOfBand) {
            refuseSecondResponse();
        }
        respond(wish, outOfBand);
    }

    private void refuseSecondResponse() throws Refused {
        if (active.isPresent()) {
            throw new Refused("conversation_already_has_active_response", "",
                    "Conversation already has an active response in progress: " + active.get().id()
                            + ". Wait until the response is finished before creating a new one.");
        }
    }

    private void onResponseCancel(JsonNode event) throws Refused {
        if (struckForGood(EngineFault.IGNORES_CANCEL)) {
            return;
        }
        var wanted = Json.text(event, "response_id");
        var run = wanted.isEmpty() ? active : Optional.ofNullable(running.get(wanted));
        run.orElseThrow(() -> new Refused("response_cancel_not_active", "",
                        "Cancellation failed: no active response found"))
                .cancel("client_cancelled");
    }

    // ---- the caller's voice ----------------------------------------------------------------------------------------

    private void onSpeechStarted(long audioStartMs) {
        cancelIdleTimer();
        var item = newId("item");
        speechItem = Optional.of(item);
        send(Json.object("input_audio_buffer.speech_started")
                .put("audio_start_ms", audioStartMs)
                .put("item_id", item));
        if (settings.interruptsResponses()) {
            active.ifPresent(run -> run.cancel("turn_detected"));
        }
    }

    private void onSpeechStopped(long audioEndMs) {
        var item = speechItem.orElseGet(() -> newId("item"));
        send(Json.object("input_audio_buffer.speech_stopped")
                .put("audio_end_ms", audioEndMs)
                .put("item_id", item));
        commit(item, input.takeSpeech(), Optional.empty(), false);
        respondByItself();
    }

    private void onTyped(String text) {
        if (!open()) {
            return;
        }
        onSpeechStarted(input.clockMs());
        var item = speechItem.orElseThrow();
        send(Json.object("input_audio_buffer.speech_stopped")
                .put("audio_end_ms", input.clockMs())
                .put("item_id", item));
        commit(item, new byte[0], Optional.of(text), false);
        respondByItself();
    }

    private void onIdle(long silenceMs) {
        var item = newId("item");
        long now = input.clockMs();
        send(Json.object("input_audio_buffer.timeout_triggered")
                .put("audio_start_ms", Math.max(0, now - silenceMs))
                .put("audio_end_ms", now)
                .put("item_id", item));
        commit(item, input.takeAll(), Optional.of(""), true);
        respondByItself();
    }

    private void commit(String itemId, byte[] audio, Optional<String> words, boolean idle) {
        speechItem = Optional.empty();
        var caption = words.or(() -> engine.captions().captionOf(audio));
        var item = Json.object("message")
                .put("id", itemId)
                .put("object", "realtime.item")
                .put("status", "completed")
                .put("role", "user");
        item.putArray("content").add(Json.object("input_audio").putNull("transcript"));
        var entry = new Conversation.Entry(item);
        entry.audioMs = audio.length / 8.0;
        entry.audio = recorded(audio, audio.length);
        entry.words = caption.orElse("");
        entry.understood = caption.isPresent();
        entry.idle = idle;
        entry.pending = true;
        var committed = Json.object("input_audio_buffer.committed").put("item_id", itemId);
        send(withPrevious(committed, conversation.before(itemId)));
        conversation.add(entry);
        send(itemEvent("conversation.item.added", entry));
        send(itemEvent("conversation.item.done", entry));
        if (settings.transcribes()) {
            transcribe(entry);
        }
    }

    private void transcribe(Conversation.Entry entry) {
        Runnable transcript = () -> {
            for (var word : entry.words.isEmpty() ? List.<String>of() : List.of(entry.words.split("(?<= )"))) {
                send(transcription("delta", entry).put("delta", word));
            }
            conversation.change(entry, item ->
                    item.path("content").forEach(part -> ((ObjectNode) part).put("transcript", entry.words)));
            send(transcription("completed", entry)
                    .put("transcript", entry.words)
                    .set("usage", Json.object("duration").put("seconds", entry.audioMs / 1_000)));
        };
        if (struckForGood(EngineFault.LATE_TRANSCRIPTION)) {
            lateTranscripts.add(transcript);
        } else {
            after(TRANSCRIPTION_MS, transcript);
        }
    }

    private static ObjectNode transcription(String what, Conversation.Entry entry) {
        return Json.object("conversation.item.input_audio_transcription." + what)
                .put("item_id", entry.id())
                .put("content_index", 0);
    }

    private void respondByItself() {
        if (!settings.createsResponses()) {
            return;
        }
        try {
            refuseSecondResponse();
            respond(Json.object(), false);
        } catch (Refused refused) {
            sendError("invalid_request_error", refused.code(), refused.param(), refused.reason(), "");
        }
    }

    // ---- responses -------------------------------------------------------------------------------------------------

    private void respond(JsonNode wish, boolean outOfBand) {
        cancelIdleTimer();
        boolean speaks = wish.has("output_modalities")
                ? wish.path("output_modalities").path(0).asString("audio").equals("audio")
                : settings.speaks();
        var output = wish.path("audio").path("output");
        var terms = new ResponseRun.Terms(
                newId("resp"),
                outOfBand,
                speaks,
                output.has("format") ? WireFormat.of(output.path("format")) : settings.outputFormat(),
                output.has("voice") ? output.path("voice") : settings.voice(),
                wish.has("max_output_tokens") ? wish.path("max_output_tokens") : settings.maxOutputTokens(),
                wish.has("metadata") ? wish.path("metadata") : Json.object().nullNode());
        var run = new ResponseRun(this, terms, inputTokens(wish), moves(wish, outOfBand, !speaks));
        running.put(run.id(), run);
        if (!outOfBand) {
            active = Optional.of(run);
            activeResponse = Optional.of(run.id());
        }
        run.start();
    }

    private List<Move> moves(JsonNode wish, boolean outOfBand, boolean asText) {
        var instructions = Optional.of(Json.text(wish, "instructions")).filter(text -> !text.isEmpty());
        var exact = instructions.map(EXACT_WORDS::matcher).filter(matcher -> matcher.matches());
        if (exact.isPresent()) {
            return List.of(new Move.Speak(exact.get().group(1).replace("\\\"", "\"")));
        }
        var tools = wish.has("tools") ? wish.path("tools") : settings.tools();
        var choice = wish.has("tool_choice") ? wish.path("tool_choice") : settings.toolChoice();
        boolean mayCall = !choice.asString("").equals("none");
        var view = new ConversationView(
                instructions.orElseGet(settings::instructions),
                mayCall ? SessionSettings.namesOf(tools) : Set.of(),
                said(wish));
        var pending = outOfBand || wish.has("input") ? List.<Conversation.Entry>of() : conversation.pending();
        List<Move> moves;
        if (pending.isEmpty()) {
            var metadata = new HashMap<String, String>();
            wish.path("metadata")
                    .properties()
                    .forEach(pair -> metadata.put(pair.getKey(), pair.getValue().asString()));
            moves = dialogue.onResponseRequested(
                    new Dialogue.Request(instructions, outOfBand, asText, Map.copyOf(metadata)), view);
        } else {
            moves = dialogue.onPending(
                    pending.stream().filter(entry -> entry.is("function_call_output")).map(this::result).toList(),
                    pending.reversed().stream().filter(entry -> entry.is("message")).findFirst().map(this::turn),
                    view);
            conversation.answered();
        }
        return mayCall ? moves : moves.stream().filter(move -> !(move instanceof Move.CallTool)).toList();
    }

    private List<ConversationView.Said> said(JsonNode wish) {
        if (!wish.has("input")) {
            return conversation.said();
        }
        var said = new ArrayList<ConversationView.Said>();
        for (var item : wish.path("input")) {
            var known = conversation.find(Json.text(item, "id"));
            var source = known.map(entry -> (JsonNode) entry.item).orElse(item);
            var words = known.map(entry -> entry.words).orElse("");
            said.add(new ConversationView.Said(
                    Json.text(source, "role"), words.isEmpty() ? Conversation.textOf(source) : words));
        }
        return said;
    }

    private Dialogue.ToolResult result(Conversation.Entry entry) {
        var callId = Json.text(entry.item, "call_id");
        var call = conversation.call(callId).map(found -> found.item).orElseGet(Json::object);
        return new Dialogue.ToolResult(
                callId, Json.text(call, "name"), Json.text(call, "arguments"), Json.text(entry.item, "output"));
    }

    private Turn turn(Conversation.Entry entry) {
        var words = entry.words.isEmpty() ? Conversation.textOf(entry.item) : entry.words;
        return new Turn(
                entry.id(),
                words,
                entry.understood,
                entry.idle,
                Duration.ofMillis((long) entry.audioMs));
    }

    private ResponseRun.InputTokens inputTokens(JsonNode wish) {
        boolean context = !wish.has("input");
        int characters = wish.path("instructions").asString(settings.instructions()).length()
                + settings.tools().toString().length()
                + (context ? conversation.characters() : 0);
        int text = (characters + 3) / 4;
        int audio = context
                ? (int) Math.ceil(conversation.audioMs("user") / 100)
                        + (int) Math.ceil(conversation.audioMs("assistant") / 50)
                : 0;
        // The cache works in steps of 64 tokens and only on what an earlier response has already sent.
        var tokens = new ResponseRun.InputTokens(
                text, audio, Math.min(text, inputTextBefore) / 64 * 64, Math.min(audio, inputAudioBefore) / 64 * 64);
        inputTextBefore = text;
        inputAudioBefore = audio;
        return tokens;
    }

    void responseOver(ResponseRun run, ObjectNode response, double audioMs) {
        running.remove(run.id());
        synchronized (responses) {
            responses.add(response);
        }
        if (active.filter(run::equals).isPresent()) {
            active = Optional.empty();
            activeResponse = Optional.empty();
            settings.idleTimeoutMs().ifPresent(ms -> startIdleTimer(ms, audioMs));
        }
        send(Json.object("response.done").set("response", response));
        lateTranscripts.forEach(transcript -> after(TRANSCRIPTION_MS, transcript));
        lateTranscripts.clear();
    }

    private void startIdleTimer(int ms, double audioMs) {
        cancelIdleTimer();
        idleTimer = Optional.of(after(ms + audioMs, () -> {
            idleTimer = Optional.empty();
            if (!input.speaking() && active.isEmpty()) {
                onIdle(ms);
            }
        }));
    }

    private void cancelIdleTimer() {
        idleTimer.ifPresent(engine.vertx()::cancelTimer);
        idleTimer = Optional.empty();
    }

    // ---- what a response needs -------------------------------------------------------------------------------------

    Conversation conversation() {
        return conversation;
    }

    String conversationId() {
        return conversationId;
    }

    String newId(String prefix) {
        return engine.newId(prefix);
    }

    /// Whether a fault strikes this response.
    boolean strikes(EngineFault fault) {
        return faults.strikes(fault) || engine.faults().strikes(fault);
    }

    /// Whether a fault of the whole session is on.
    private boolean struckForGood(EngineFault fault) {
        return faults.lasting(fault) || engine.faults().lasting(fault);
    }

    double pace() {
        return engine.pace();
    }

    int deltaMs(int index) {
        return engine.deltaMs(index);
    }

    double simulatedMs(long nanos) {
        return nanos / 1e6 * engine.speed();
    }

    /// Runs something on this session's event loop after a time on the engine's clock, unless the socket has closed.
    long after(double simulatedMs, Runnable what) {
        long ms = Math.max(1, Math.round(simulatedMs / engine.speed()));
        return engine.vertx().setTimer(ms, _ -> {
            if (open()) {
                what.run();
            }
        });
    }

    /// Synthesis may take long, so it runs on a virtual thread and comes back to the event loop.
    void synthesise(List<String> texts, Consumer<Map<String, byte[]>> then) {
        if (texts.isEmpty()) {
            then.accept(Map.of());
            return;
        }
        Thread.ofVirtual().name("speech-" + id).start(() -> {
            var spoken = new HashMap<String, byte[]>();
            for (var text : texts) {
                spoken.put(text, engine.speech().speak(text));
            }
            context.runOnContext(_ -> then.accept(spoken));
        });
    }

    byte[] recorded(byte[] audio, int length) {
        return engine.recordsAudio() ? Arrays.copyOf(audio, length) : new byte[0];
    }

    void addToConversation(Conversation.Entry entry) {
        conversation.add(entry);
        send(itemEvent("conversation.item.added", entry));
    }

    ObjectNode itemEvent(String type, Conversation.Entry entry) {
        return withPrevious(Json.object(type), conversation.before(entry.id()))
                .set("item", entry.item.deepCopy());
    }

    private static ObjectNode withPrevious(ObjectNode event, Optional<String> previous) {
        previous.ifPresentOrElse(
                before -> event.put("previous_item_id", before), () -> event.putNull("previous_item_id"));
        return event;
    }

    void sendAudio(ObjectNode event, byte[] audio) {
        audioWasSent = true;
        event.put("delta", Base64.getEncoder().encodeToString(audio));
        send(event);
    }

    void send(ObjectNode event) {
        event.put("event_id", newId("event"));
        if (silent()) {
            return;
        }
        if (engine.recordsAudio() || !event.has("delta")) {
            synchronized (sent) {
                sent.add(event);
            }
        }
        sendText(event.toString());
    }

    void sendText(String frame) {
        if (!silent() && open()) {
            // One frame for one event, whatever its size, as the real service does.
            socket.writeFrame(WebSocketFrame.textFrame(frame, true));
        }
    }

    private boolean silent() {
        return dark || struckForGood(EngineFault.MUTE);
    }

    private void sendError(String type, String code, String param, String message, String eventId) {
        synchronized (errors) {
            errors.add(new SentError(type, code, param, message, eventId));
        }
        var error = Json.object(type).put("code", code).put("message", message);
        error.put("param", param.isEmpty() ? null : param);
        error.put("event_id", eventId.isEmpty() ? null : eventId);
        send(Json.object("error").set("error", error));
    }

    // ---- garbage ---------------------------------------------------------------------------------------------------

    void garbageAmong() {
        if (struckForGood(EngineFault.GARBAGE_AMONG)) {
            garbage().forEach(this::sendGarbage);
        }
    }

    private void sendGarbage(String frame) {
        sendText(frame);
        if (!silent() && open()) {
            socket.writeFrame(WebSocketFrame.binaryFrame(
                    Buffer.buffer(frame.getBytes(StandardCharsets.UTF_8)), true));
        }
    }

    private static List<String> garbage() {
        return List.of(
                "this is not JSON",
                "[]",
                "null",
                "42",
                "{\"type\":",
                "{}",
                "{\"type\":7,\"event_id\":[]}",
                "{\"type\":\"response.telepathy.delta\",\"event_id\":\"event_x\",\"delta\":\"?\"}",
                "{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_y\",\"delta\":12,\"item_id\":{}}",
                "{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_z\",\"response_id\":\"resp_none\","
                        + "\"item_id\":\"item_none\",\"output_index\":0,\"content_index\":0,\"delta\":\"***\"}",
                "{\"type\":\"session.updated\",\"event_id\":\"event_w\",\"session\":\"yes\"}");
    }

    private static Optional<byte[]> decoded(String base64) {
        try {
            return Optional.of(Base64.getDecoder().decode(base64));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }
}
