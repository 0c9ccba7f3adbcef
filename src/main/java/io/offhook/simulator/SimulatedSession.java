package io.offhook.simulator;

import io.vertx.core.Context;
import io.vertx.core.http.ServerWebSocket;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// One session of a [SimulatedEngine]: its protocol, and the view on it for tests. Everything that happens in it runs
/// on the event loop of its socket; the public methods may be called from any thread, and orders take effect soon after
/// they return.
public final class SimulatedSession {
    /// An `error` event that was sent; texts are "" where the event has none.
    public record SentError(String type, String code, String param, String message, String eventId) {}

    /// An accepted `conversation.item.truncate`.
    public record Truncation(String itemId, int contentIndex, int audioEndMs) {}

    /// How and when the socket was closed; 1006 when it was dropped.
    public record Closed(int code, String reason, boolean byClient, Instant at) {}

    private final SimulatedEngine engine;
    private final String id;
    private final String conversationId;
    private final String model;
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Instant openedAt = Instant.now();
    private final Faults faults = new Faults();
    private final SessionSettings settings;
    private final SessionRecord record;
    private final SessionSocket socket;
    private final Conversation conversation = new Conversation();
    private final Responses responses;
    private final CallerTurns turns;
    private Optional<EngineWait> expiryTimer = Optional.empty();

    SimulatedSession(SimulatedEngine engine, Context context, ServerWebSocket wire, String model, Dialogue dialogue) {
        this.engine = engine;
        this.model = model;
        id = engine.newId("sess");
        conversationId = engine.newId("conv");
        wire.headers().forEach((name, value) -> headers.put(name.toLowerCase(Locale.ROOT), value));
        settings = new SessionSettings(id, model, engine.expiryOfNewSession());
        record = new SessionRecord(engine.recordsAudio(), settings.effective());
        socket = new SessionSocket(engine, context, wire, faults, record);
        responses = new Responses(
                socket, record, settings, conversation, conversationId, dialogue, engine.speech());
        turns = new CallerTurns(socket, record, settings, conversation, engine.captions(), responses);
        responses.watchedBy(turns);
        for (var fault : EngineFault.values()) {
            if (fault.scope() == EngineFault.Scope.SESSION
                    && !engine.faults().lasting(fault)
                    && engine.faults().strikes(fault)) {
                faults.inject(fault);
            }
        }
    }

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
        return record.received();
    }

    public List<JsonNode> received(String type) {
        return received().stream().filter(event -> Json.text(event, "type").equals(type)).toList();
    }

    /// Every event sent, in order; audio only while the engine records audio.
    public List<JsonNode> sent() {
        return record.sent();
    }

    public List<JsonNode> sent(String type) {
        return sent().stream().filter(event -> Json.text(event, "type").equals(type)).toList();
    }

    public List<SentError> errors() {
        return record.errors();
    }

    /// The `response` object of every `response.done`, in order.
    public List<JsonNode> responses() {
        return record.responses();
    }

    public List<Truncation> truncations() {
        return record.truncations();
    }

    public List<JsonNode> items() {
        return conversation.items();
    }

    /// The effective configuration, as in the last `session.updated`.
    public JsonNode settings() {
        return record.settings();
    }

    /// The response that writes to the conversation, while there is one.
    public Optional<String> activeResponse() {
        return record.activeResponse();
    }

    /// The decoded bytes appended so far, in the format in which they came.
    public long appendedBytes() {
        return record.appendedBytes();
    }

    public long appends() {
        return record.appends();
    }

    /// All audio appended so far; empty unless the engine records audio.
    public byte[] appendedAudio() {
        return record.appendedAudio();
    }

    /// The real length of the audio of one item.
    public Optional<Duration> audioOf(String itemId) {
        return conversation.find(itemId).map(entry -> Duration.ofMillis((long) entry.audioMs));
    }

    public boolean open() {
        return record.closed().isEmpty();
    }

    public Optional<Closed> closed() {
        return record.closed();
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
        socket.later(() -> turns.typed(text));
    }

    /// Sends a frame as it is, valid or not.
    public void sendRaw(String frame) {
        socket.later(() -> socket.sendText(frame));
    }

    /// Drops the socket without a close frame.
    public void cut() {
        socket.later(socket::cut);
    }

    /// Stops reading and writing for good, pings and closes included, as when the network in between has failed: the
    /// connection stays open, and nobody is told.
    public void goDark() {
        socket.later(socket::goDark);
    }

    public void close(int code, String reason) {
        socket.later(() -> socket.closeWith(code, reason));
    }

    /// Ends the session as at its 60-minute limit: `session_expired`, then the socket closes.
    public void expire() {
        socket.later(() -> {
            socket.refuse("session_expired", "", "Your session hit the maximum duration of 60 minutes.", "");
            socket.closeWith(1001, "session_expired");
        });
    }

    @Override
    public String toString() {
        return "SimulatedSession[" + id + ", " + (open() ? "open" : "closed") + "]";
    }

    // ---- for the engine ------------------------------------------------------------------------------------------

    void begin() {
        socket.listen(new ClientEvents(socket, record, settings, conversation, turns, responses, this::stop));
        if (socket.struckForGood(EngineFault.GARBAGE_ONLY)) {
            socket.sendGarbage();
            return;
        }
        socket.garbageAmong();
        socket.send(Json.object("session.created").set("session", settings.effective()));
        socket.send(Json.object("conversation.created")
                .set("conversation", Json.object().put("id", conversationId).put("object", "realtime.conversation")));
        turns.detect();
        expiryTimer = Optional.of(socket.after((double) engine.sessionLength().toMillis(), this::expire));
    }

    void refuseBeta() {
        socket.refuse("beta_api_shape_disabled", "",
                "The Realtime Beta API is no longer supported. Please use /v1/realtime for the GA API.", "");
        socket.closeWith(4000, "invalid_request_error.beta_api_shape_disabled");
    }

    void refuseModel() {
        socket.refuse("model_not_found", "model", "The model '" + model + "' does not exist.", "");
        socket.closeWith(4000, "invalid_request_error.model_not_found");
    }

    private void stop() {
        turns.stopIdling();
        expiryTimer.ifPresent(EngineWait::cancel);
        responses.forgetAll();
    }
}
