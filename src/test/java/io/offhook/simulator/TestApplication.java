package io.offhook.simulator;

import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import java.net.URI;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A small application on a free port: TwiML by path, a stream peer by callback, and a record of what came in.
final class TestApplication implements AutoCloseable {
    private static final PatientTime TIME = PatientTime.start();
    static final String PUBLIC = "https://voice.example.com";

    record Received(String method, String target, Map<String, String> headers, Map<String, String> form) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();

    final List<Received> requests = new CopyOnWriteArrayList<>();
    final List<JsonNode> messages = new CopyOnWriteArrayList<>();
    final List<Received> upgrades = new CopyOnWriteArrayList<>();
    private final Map<String, Function<Map<String, String>, String>> documents = new ConcurrentHashMap<>();
    private final Map<String, Integer> statuses = new ConcurrentHashMap<>();
    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final HttpServer server;
    private volatile BiConsumer<Peer, JsonNode> peer = (_, _) -> {};

    /// The application's end of a stream.
    record Peer(ServerWebSocket socket, String streamSid) {
        void send(String json) {
            socket.writeTextMessage(json);
        }

        void play(Clip clip) {
            send("{\"event\":\"media\",\"streamSid\":\"" + streamSid + "\",\"media\":{\"payload\":\""
                    + Base64.getEncoder().encodeToString(clip.muLaw()) + "\"}}");
        }

        void mark(String name) {
            send("{\"event\":\"mark\",\"streamSid\":\"" + streamSid + "\",\"mark\":{\"name\":\"" + name + "\"}}");
        }

        void clear() {
            send("{\"event\":\"clear\",\"streamSid\":\"" + streamSid + "\"}");
        }
    }

    TestApplication() {
        server = vertx.createHttpServer(new HttpServerOptions()
                        .setMaxWebSocketMessageSize(32 << 20)
                        .setMaxWebSocketFrameSize(32 << 20))
                .requestHandler(this::request)
                .webSocketHandshakeHandler(handshake -> {
                    var headers = new LinkedHashMap<String, String>();
                    handshake.headers().forEach(each -> headers.put(each.getKey(), each.getValue()));
                    upgrades.add(new Received("GET", handshake.uri(), headers, Map.of()));
                    if (handshake.path().startsWith("/refuse")) {
                        handshake.reject(403);
                    } else {
                        handshake.accept();
                    }
                })
                .webSocketHandler(this::stream);
        server.listen(0, "127.0.0.1").toCompletionStage().toCompletableFuture().join();
    }

    TestApplication on(String path, String verbs) {
        return on(path, _ -> verbs);
    }

    TestApplication on(String path, Function<Map<String, String>, String> verbs) {
        documents.put(path, form -> "<?xml version=\"1.0\"?><Response>" + verbs.apply(form) + "</Response>");
        return this;
    }

    TestApplication raw(String path, int status, String body) {
        documents.put(path, _ -> body);
        statuses.put(path, status);
        return this;
    }

    /// Takes the request and never answers.
    TestApplication silent(String path) {
        statuses.put(path, 0);
        return on(path, "");
    }

    TestApplication streaming(BiConsumer<Peer, JsonNode> onMessage) {
        peer = onMessage;
        return this;
    }

    SimulatedCarrier.Builder carrier() {
        return SimulatedCarrier.builder()
                .voiceUrl(PUBLIC + "/voice")
                .reach(URI.create(PUBLIC), URI.create("http://127.0.0.1:" + server.actualPort()))
                .time(TIME)
                .speed(10);
    }

    List<JsonNode> messages(String event) {
        return messages.stream()
                .filter(message -> message.path("event").asString("").equals(event))
                .toList();
    }

    List<Map<String, String>> forms(String path) {
        return requests.stream()
                .filter(request -> request.target().split("[?]", 2)[0].equals(path))
                .map(Received::form)
                .toList();
    }

    private void request(HttpServerRequest request) {
        TIME.waitForThisLoop();
        request.setExpectMultipart(request.method() == HttpMethod.POST);
        request.endHandler(_ -> {
            var headers = new LinkedHashMap<String, String>();
            request.headers().forEach(each -> headers.put(each.getKey(), each.getValue()));
            var form = new LinkedHashMap<String, String>();
            request.formAttributes().forEach(each -> form.put(each.getKey(), each.getValue()));
            requests.add(new Received(request.method().name(), request.uri(), headers, form));
            var document = documents.get(request.path());
            if (document == null) {
                request.response().setStatusCode(404).end();
            } else if (statuses.getOrDefault(request.path(), 200) > 0) {
                request.response()
                        .setStatusCode(statuses.getOrDefault(request.path(), 200))
                        .putHeader("Content-Type", "text/xml")
                        .end(document.apply(form));
            }
        });
    }

    private void stream(ServerWebSocket socket) {
        TIME.waitForThisLoop();
        var streamSid = new String[] {""};
        socket.binaryMessageHandler(_ -> messages.add(JSON.createObjectNode().put("event", "(binary)")));
        socket.textMessageHandler(text -> {
            JsonNode message;
            try {
                message = JSON.readTree(text);
            } catch (RuntimeException e) {
                message = JSON.createObjectNode().put("event", "(junk)");
            }
            messages.add(message);
            if (message.path("event").asString("").equals("start")) {
                streamSid[0] = message.path("streamSid").asString("");
            }
            peer.accept(new Peer(socket, streamSid[0]), message);
        });
        socket.closeHandler(_ -> messages.add(JSON.createObjectNode().put("event", "(closed)")));
    }

    @Override
    public void close() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }
}
