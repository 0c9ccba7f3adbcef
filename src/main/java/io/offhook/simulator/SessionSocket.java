package io.offhook.simulator;

import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.internal.http.WebSocketInternal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The wire of one session: events in and out as text frames, refusals, the session's faults, and its end. Belongs to
/// the event loop of its socket; `later` is for other threads.
final class SessionSocket {
    private static final String APPEND_BEGINS = "{\"type\":\"input_audio_buffer.append\",\"audio\":\"";

    /// Who takes what arrives.
    interface Listener {
        /// Audio in the common spelling, already decoded.
        void appended(byte[] audio);

        /// Any other event; it is as the schema wants it.
        void received(JsonNode event) throws Refused;

        void closed();
    }

    private final SimulatedEngine engine;
    private final Context context;
    private final ServerWebSocket socket;
    private final Faults faults;
    private final SessionRecord record;
    private boolean closing;
    private boolean dark;

    SessionSocket(
            SimulatedEngine engine, Context context, ServerWebSocket socket, Faults faults, SessionRecord record) {
        this.engine = engine;
        this.context = context;
        this.socket = socket;
        this.faults = faults;
        this.record = record;
    }

    void later(Runnable what) {
        context.runOnContext(_ -> what.run());
    }

    /// From here on the listener hears of everything.
    void listen(Listener listener) {
        socket.textMessageHandler(text -> onText(text, listener));
        socket.binaryMessageHandler(_ -> {
            engine.counted();
            refuse("invalid_event", "", "Binary frames are not supported.", "");
        });
        socket.exceptionHandler(_ -> {});
        socket.closeHandler(_ -> {
            onClosed();
            listener.closed();
        });
        if (struckForGood(EngineFault.NEVER_ACKNOWLEDGES_CLOSE)) {
            CloseFrames.ignore(((WebSocketInternal) socket).channelHandlerContext(), (code, reason) -> {
                noteClosed(code, reason, true);
                listener.closed();
            });
        }
    }

    private void onText(String text, Listener listener) {
        engine.counted();
        if (text.startsWith(APPEND_BEGINS) && text.endsWith("\"}")) {
            // The common frame. Strict decoding proves that nothing but base64 stands between the quotes.
            var audio = Json.decoded(text.substring(APPEND_BEGINS.length(), text.length() - 2))
                    .filter(bytes -> bytes.length <= ClientEvents.LARGEST_APPEND);
            if (audio.isPresent()) {
                listener.appended(audio.get());
                return;
            }
        }
        JsonNode event;
        try {
            event = Json.MAPPER.readTree(text);
        } catch (JacksonException _) {
            refuse("invalid_event", "", "The event could not be parsed as JSON.", "");
            return;
        }
        var eventId = Json.text(event, "event_id");
        try {
            record.received(event);
            RealtimeSchema.instance().check(event);
            listener.received(event);
        } catch (Refused refused) {
            refuse(refused, eventId);
        }
    }

    // ---- out -----------------------------------------------------------------------------------------------------

    void send(ObjectNode event) {
        event.put("event_id", newId("event"));
        if (silent()) {
            return;
        }
        record.sent(event);
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

    void refuse(Refused refused, String eventId) {
        refuse(refused.code(), refused.param(), refused.reason(), eventId);
    }

    void refuse(String code, String param, String message, String eventId) {
        var type = "invalid_request_error";
        record.error(new SimulatedSession.SentError(type, code, param, message, eventId));
        var error = Json.object(type).put("code", code).put("message", message);
        error.put("param", param.isEmpty() ? null : param);
        error.put("event_id", eventId.isEmpty() ? null : eventId);
        send(Json.object("error").set("error", error));
    }

    void garbageAmong() {
        if (struckForGood(EngineFault.GARBAGE_AMONG)) {
            garbage().forEach(this::sendGarbage);
        }
    }

    void sendGarbage() {
        garbage().forEach(this::sendGarbage);
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

    // ---- faults and time -----------------------------------------------------------------------------------------

    /// Whether a fault strikes this response.
    boolean strikes(EngineFault fault) {
        return faults.strikes(fault) || engine.faults().strikes(fault);
    }

    /// Whether a fault of the whole session is on.
    boolean struckForGood(EngineFault fault) {
        return faults.lasting(fault) || engine.faults().lasting(fault);
    }

    String newId(String prefix) {
        return engine.newId(prefix);
    }

    double pace() {
        return engine.pace();
    }

    int deltaMs(int index) {
        return engine.deltaMs(index);
    }

    SimulatedClock clock() {
        return engine.clock();
    }

    /// Runs something on this session's event loop after a time on the engine's clock, unless the socket has closed.
    EngineWait after(double simulatedMs, Runnable what) {
        return EngineWait.begin(engine.vertx(), clock(), Duration.ofNanos((long) (simulatedMs * 1e6)), () -> {
            if (open()) {
                what.run();
            }
        });
    }

    // ---- the end -------------------------------------------------------------------------------------------------

    boolean open() {
        return record.closed().isEmpty();
    }

    void closeWith(int code, String reason) {
        if (open()) {
            closing = true;
            noteClosed(code, reason, false);
            socket.close((short) code, reason);
        }
    }

    /// Drops the socket without a close frame.
    void cut() {
        closing = true;
        noteClosed(1006, "", false);
        engine.drop(socket);
    }

    void goDark() {
        dark = true;
        engine.stopReading(socket);
    }

    private void onClosed() {
        var code = socket.closeStatusCode();
        var reason = socket.closeReason();
        noteClosed(code == null ? 1006 : code, reason == null ? "" : reason, !closing);
    }

    private void noteClosed(int code, String reason, boolean byClient) {
        if (open()) {
            record.closed(new SimulatedSession.Closed(code, reason, byClient, Instant.now()));
            engine.closed();
        }
    }
}
