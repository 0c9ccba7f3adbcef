package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Vertx;
import io.vertx.core.http.ClientWebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;

/// A plain WebSocket client that speaks to a [SimulatedEngine] and checks every event it sends against the schema.
public final class RealtimeClient implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofSeconds(60);
    public static final String PHONE_SESSION =
            """
            {"type":"session.update","session":{"type":"realtime","instructions":"Be brief.",
             "audio":{"input":{"format":{"type":"audio/pcmu"},"transcription":{"model":"gpt-transcribe"},
               "turn_detection":{"type":"server_vad","silence_duration_ms":500}},
              "output":{"format":{"type":"audio/pcmu"},"voice":"cedar"}},
             "tools":[{"type":"function","name":"lookup_order_status"},{"type":"function","name":"escalate_to_human"},
              {"type":"function","name":"end_call"}]}}""";

    private final Vertx vertx = Vertx.vertx();
    private final List<JsonNode> events = new CopyOnWriteArrayList<>();
    private final List<String> unreadable = new CopyOnWriteArrayList<>();
    private final List<String> schemaFaults = new CopyOnWriteArrayList<>();
    private volatile Optional<Integer> closeCode = Optional.empty();
    private WebSocketClient client;
    private ClientWebSocket socket;
    private int read;

    public static RealtimeClient connect(SimulatedEngine engine) {
        return connect(engine, "/v1/realtime?model=gpt-realtime-2.1", Map.of("Authorization", "Bearer sk-test"));
    }

    public static RealtimeClient connect(SimulatedEngine engine, String uri, Map<String, String> headers) {
        var client = new RealtimeClient();
        try {
            client.open(engine.port(), uri, headers);
        } catch (RuntimeException | Error e) {
            client.close();
            throw e;
        }
        return client;
    }

    /// A client that has set the telephone formats.
    public static RealtimeClient onThePhone(SimulatedEngine engine) {
        var client = connect(
                engine, "/v1/realtime?model=gpt-realtime-2.1", Map.of("Authorization", "Bearer sk-offhook-demo"));
        client.send(PHONE_SESSION);
        client.next("session.updated");
        return client;
    }

    private void open(int port, String uri, Map<String, String> headers) {
        var options = new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI(uri);
        headers.forEach(options::addHeader);
        var limit = 32 * 1024 * 1024;
        // Kept in a field: a client that is garbage-collected closes its sockets.
        client = vertx.createWebSocketClient(
                new WebSocketClientOptions().setMaxFrameSize(limit).setMaxMessageSize(limit).setClosingTimeout(1));
        socket = client.webSocket();
        socket.textMessageHandler(this::onText);
        socket.binaryMessageHandler(frame -> unreadable.add("binary"));
        socket.closeHandler(nothing ->
                closeCode = Optional.of(socket.closeStatusCode() == null ? 1006 : (int) socket.closeStatusCode()));
        socket.connect(options).await();
    }

    private void onText(String text) {
        try {
            var event = Json.MAPPER.readTree(text);
            if (text.length() < 1_000_000) {
                RealtimeSchema.instance()
                        .faultsOfServerEvent(event)
                        .forEach(fault -> schemaFaults.add(fault + " in " + text));
            }
            events.add(event);
        } catch (JacksonException e) {
            unreadable.add(text);
        }
    }

    public void send(String frame) {
        socket.writeTextMessage(frame).await();
    }

    public void sendBinary(byte[] frame) {
        socket.writeBinaryMessage(io.vertx.core.buffer.Buffer.buffer(frame)).await();
    }

    public void append(byte[] audio) {
        send("{\"type\":\"input_audio_buffer.append\",\"audio\":\""
                + Base64.getEncoder().encodeToString(audio) + "\"}");
    }

    /// Appends audio in frames of 20 ms, as a phone bridge does.
    public void speak(byte[] audio) {
        for (int at = 0; at < audio.length; at += 160) {
            append(Arrays.copyOfRange(audio, at, Math.min(audio.length, at + 160)));
        }
    }

    public void silence(int ms) {
        var quiet = new byte[ms * 8];
        Arrays.fill(quiet, (byte) 0xFF);
        speak(quiet);
    }

    /// Waits for the next event of a type, after those that were waited for before.
    public JsonNode next(String type) {
        return next(type, event -> true);
    }

    public JsonNode next(String type, Predicate<JsonNode> which) {
        await(type).pollInterval(Duration.ofMillis(2)).atMost(PATIENCE).until(() -> find(type, which) >= 0);
        int at = find(type, which);
        read = at + 1;
        return events.get(at);
    }

    /// Waits until an event of a type has come at any time.
    public JsonNode eventually(String type) {
        await(type).pollInterval(Duration.ofMillis(2)).atMost(PATIENCE).until(() -> !events(type).isEmpty());
        return events(type).getFirst();
    }

    private int find(String type, Predicate<JsonNode> which) {
        for (int i = read; i < events.size(); i++) {
            if (Json.text(events.get(i), "type").equals(type) && which.test(events.get(i))) {
                return i;
            }
        }
        return -1;
    }

    public List<JsonNode> events() {
        return List.copyOf(events);
    }

    public List<JsonNode> events(String type) {
        return events.stream().filter(event -> Json.text(event, "type").equals(type)).toList();
    }

    public List<String> types() {
        return events.stream().map(event -> Json.text(event, "type")).toList();
    }

    public List<String> unreadable() {
        return List.copyOf(unreadable);
    }

    /// All audio of one response, decoded.
    public byte[] audioOf(String responseId) {
        var audio = new java.io.ByteArrayOutputStream();
        for (var event : events("response.output_audio.delta")) {
            if (Json.text(event, "response_id").equals(responseId)) {
                audio.writeBytes(Base64.getDecoder().decode(Json.text(event, "delta")));
            }
        }
        return audio.toByteArray();
    }

    /// Everything the engine has said so far.
    public String transcript() {
        return events("response.output_audio_transcript.done").stream()
                .map(event -> Json.text(event, "transcript"))
                .collect(Collectors.joining(" | "));
    }

    public int closeCode() {
        await("close").atMost(PATIENCE).until(() -> closeCode.isPresent());
        return closeCode.orElseThrow();
    }

    public boolean open() {
        return closeCode.isEmpty();
    }

    public void closeSocket() {
        socket.close((short) 1000, "done");
    }

    public void assertEveryEventWasAsDocumented() {
        assertThat(schemaFaults).isEmpty();
        assertThat(unreadable).isEmpty();
    }

    @Override
    public void close() {
        vertx.close().await();
    }
}
