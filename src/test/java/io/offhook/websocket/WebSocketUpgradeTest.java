package io.offhook.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The server's side, against Vert.x's own WebSocket client and against peers that keep no rule.
class WebSocketUpgradeTest {
    private static final Limits LIMITS = new Limits(200_000, Duration.ofSeconds(2));

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final List<Throwable> refusals = new CopyOnWriteArrayList<>();
    private volatile WebSocketListener listener = new Recorder();
    private volatile Consumer<WebSocketConnection> onOpen = _ -> {};
    /// Kept here: a client that is garbage-collected closes its sockets.
    private final List<WebSocketClient> clients = new CopyOnWriteArrayList<>();

    private int port;

    @BeforeEach
    void listen() {
        HttpServer server = result(vertx.createHttpServer()
                .requestHandler(request -> WebSocketUpgrade.accept(request, LIMITS, listener)
                        .onComplete(connection -> onOpen.accept(connection), refusals::add))
                .listen(0, "127.0.0.1"));
        port = server.actualPort();
    }

    @AfterEach
    void stop() {
        result(vertx.close());
    }

    private static <T> T result(Future<T> future) {
        return future.toCompletionStage()
                .toCompletableFuture()
                .orTimeout(60, TimeUnit.SECONDS)
                .join();
    }

    private Recorder listening(Recorder recorder) {
        listener = recorder;
        return recorder;
    }

    private RawPeer upgraded(byte[]... early) throws IOException {
        var peer = RawPeer.connect(port);
        var parts = new ArrayList<byte[]>(List.of(RawPeer.upgradeRequest()));
        parts.addAll(List.of(early));
        peer.send(parts.toArray(byte[][]::new));
        assertThat(peer.readHead()).startsWith("HTTP/1.1 101 ");
        return peer;
    }

    private WebSocket vertxClient(List<String> texts) {
        var options = new WebSocketClientOptions().setMaxMessageSize(1 << 20).setMaxFrameSize(1 << 20);
        var connect =
                new WebSocketConnectOptions().setHost("127.0.0.1").setPort(port).setURI("/s");
        var client = vertx.createWebSocketClient(options);
        clients.add(client);
        return result(client.connect(connect).map(socket -> {
            socket.textMessageHandler(texts::add);
            return socket;
        }));
    }

    @Test
    void the_answer_is_that_of_the_specification() throws IOException {
        try (var peer = RawPeer.connect(port)) {
            peer.send(RawPeer.upgradeRequest(
                    "Sec-WebSocket-Extensions: permessage-deflate", "Sec-WebSocket-Protocol: a"));

            String head = peer.readHead().toLowerCase();

            assertThat(head)
                    .startsWith("http/1.1 101 ")
                    .contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo=")
                    .contains("upgrade: websocket")
                    .doesNotContain("extensions", "protocol:", "content-length", "transfer-encoding");
        }
    }

    @Test
    void messages_of_every_size_come_back_in_order() {
        listening(Recorder.echo());
        List<String> texts = new CopyOnWriteArrayList<>();
        var sent = IntStream.of(0, 1, 125, 126, 127, 65_535, 65_536, 100_000, 3)
                .mapToObj("é"::repeat)
                .toList();
        var socket = vertxClient(texts);

        sent.forEach(socket::writeTextMessage);

        await().untilAsserted(() -> assertThat(texts).containsExactlyElementsOf(sent));
        result(socket.close());
    }

    @Test
    void many_small_messages_come_back_in_order() {
        listening(Recorder.echo());
        List<String> texts = new CopyOnWriteArrayList<>();
        var sent = IntStream.range(0, 5_000).mapToObj(i -> "message " + i).toList();
        var socket = vertxClient(texts);

        sent.forEach(socket::writeTextMessage);

        await().untilAsserted(() -> assertThat(texts).containsExactlyElementsOf(sent));
        result(socket.close());
    }

    @Test
    void fragments_and_pings_of_vertx_are_understood() {
        var recorder = listening(Recorder.echo());
        List<String> texts = new CopyOnWriteArrayList<>();
        var pong = new CompletableFuture<String>();
        var socket = vertxClient(texts);
        socket.pongHandler(bytes -> pong.complete(bytes.toString()));

        socket.writeFrame(io.vertx.core.http.WebSocketFrame.textFrame("one ", false));
        socket.writePing(Buffer.buffer("still there?"));
        socket.writeFrame(io.vertx.core.http.WebSocketFrame.continuationFrame(Buffer.buffer("two"), true));
        socket.writeBinaryMessage(Buffer.buffer(new byte[1_000]));

        recorder.awaitHeard("text one two", "binary 1000");
        assertThat(pong.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("still there?");
        result(socket.close((short) 4001, "done"));
        recorder.awaitLast("closed 4001 done");
    }

    @Test
    void our_close_reaches_the_peer_and_its_answer_ends_the_connection() {
        var recorder = listening(new Recorder((connection, _) -> connection.close(4002, "enough")));
        var socket = vertxClient(new CopyOnWriteArrayList<>());
        var closed = new CompletableFuture<String>();
        socket.closeHandler(_ -> closed.complete(socket.closeStatusCode() + " " + socket.closeReason()));

        socket.writeTextMessage("hello");

        assertThat(closed.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("4002 enough");
        recorder.awaitHeard("text hello", "closed 4002 enough");
    }

    @Test
    void our_ping_is_answered() {
        onOpen = WebSocketConnection::ping;
        var recorder = listening(new Recorder());

        var socket = vertxClient(new CopyOnWriteArrayList<>());

        recorder.awaitHeard("pong");
        result(socket.close());
    }

    @Test
    void frames_that_come_with_the_request_are_not_lost() throws IOException {
        var recorder = listening(Recorder.echo());

        try (var peer = upgraded(RawPeer.clientFrame(0x81, "early"), RawPeer.clientFrame(0x81, "bird"))) {
            recorder.awaitHeard("text early", "text bird");
            assertThat(peer.readFrame().text()).isEqualTo("early");
            assertThat(peer.readFrame().text()).isEqualTo("bird");
        }
        recorder.awaitLast("closed 1006");
    }

    @Test
    void the_owner_has_the_connection_before_the_first_message() throws IOException {
        List<String> order = new CopyOnWriteArrayList<>();
        onOpen = _ -> order.add("open");
        listening(new Recorder((_, text) -> order.add(text)));

        try (var _ = upgraded(RawPeer.clientFrame(0x81, "early"))) {
            await().untilAsserted(() -> assertThat(order).containsExactly("open", "early"));
        }
    }

    @Test
    void parts_are_spliced_into_one_message() throws IOException {
        onOpen = connection -> connection.sendText(
                "<".getBytes(StandardCharsets.UTF_8),
                "xabcx".getBytes(StandardCharsets.UTF_8),
                1,
                3,
                ">".getBytes(StandardCharsets.UTF_8));

        try (var peer = upgraded()) {
            var spliced = peer.readFrame();
            assertThat(spliced.text()).isEqualTo("<abc>");
            assertThat(spliced.masked()).isFalse();
        }
    }

    @Test
    void a_peer_that_breaks_the_protocol_is_told_and_let_go() throws IOException {
        var recorder = listening(new Recorder());

        try (var peer = upgraded(RawPeer.serverFrame(0x81, "not masked"))) {
            assertThat(peer.readFrame().closeCode()).isEqualTo(1002);
            recorder.awaitHeard("closed 1002 frame not masked");
            assertThat(peer.atEnd()).isTrue();
        }
    }

    @Test
    void a_message_too_big_is_reported_and_closes_with_1009() throws IOException {
        var recorder = listening(new Recorder());

        try (var peer = upgraded(RawPeer.clientFrame(0x81, "x".repeat(200_001)))) {
            assertThat(peer.readFrame().closeCode()).isEqualTo(1009);
            recorder.awaitHeard("too big 200001", "closed 1009 message too big");
        }
    }

    @Test
    void half_a_frame_and_the_end_is_an_abnormal_close() throws IOException {
        var recorder = listening(new Recorder());

        try (var peer = upgraded()) {
            peer.send(new byte[] {(byte) 0x81, (byte) 0x85, 1, 2, 3, 4, 'x'});
        }

        recorder.awaitHeard("closed 1006");
    }

    @Test
    void a_peer_that_never_answers_a_close_is_dropped_in_time() throws IOException {
        var recorder = listening(new Recorder((connection, _) -> connection.close(1000, "bye")));

        try (var peer = upgraded(RawPeer.clientFrame(0x81, "x"), RawPeer.clientFrame(0x81, "not heard"))) {
            assertThat(peer.readFrame().closeCode()).isEqualTo(1000);
            long from = System.nanoTime();
            assertThat(peer.atEnd()).isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - from)).isLessThan(Duration.ofSeconds(9));
        }

        recorder.awaitHeard("text x", "closed 1006");
    }

    @Test
    void a_close_of_the_peer_is_answered_with_its_code_and_the_connection_ended() throws IOException {
        var recorder = listening(new Recorder());

        try (var peer = upgraded(RawPeer.frame(0x88, true, RawPeer.closePayload(3333, "why not")))) {
            assertThat(peer.readFrame().closeCode()).isEqualTo(3333);
            assertThat(peer.atEnd()).isTrue();
        }

        recorder.awaitHeard("closed 3333 why not");
    }

    @Test
    void a_listener_that_throws_loses_its_own_connection_only() throws IOException {
        var good = listening(Recorder.echo());
        try (var other = upgraded()) {
            var bad = listening(new Recorder((_, _) -> {
                throw new IllegalStateException("bug");
            }));

            try (var peer = upgraded(RawPeer.clientFrame(0x81, "x"))) {
                assertThat(peer.readFrame().closeCode()).isEqualTo(1011);
            }
            other.send(RawPeer.clientFrame(0x81, "still here"));

            assertThat(other.readFrame().text()).isEqualTo("still here");
            bad.awaitHeard("text x", "error bug", "closed 1011 internal error");
            assertThat(good.heard).containsExactly("text still here");
        }
    }

    @Test
    void a_long_reason_is_cut_between_two_characters() throws IOException {
        onOpen = connection -> connection.close(1000, "€".repeat(60));

        try (var peer = upgraded()) {
            byte[] payload = peer.readFrame().payload();

            assertThat(new String(payload, 2, payload.length - 2, StandardCharsets.UTF_8))
                    .isEqualTo("€".repeat(41));
        }
    }

    @Test
    void what_the_peer_does_not_take_is_counted() throws IOException {
        var connections = new CompletableFuture<WebSocketConnection>();
        onOpen = connections::complete;

        try (var _ = upgraded()) {
            var connection = connections.join();
            var queued = new CompletableFuture<Long>();
            connection.context().runOnContext(_ -> {
                for (int i = 0; i < 400; i++) {
                    connection.sendText("x".repeat(100_000));
                }
                connection.context().runOnContext(_ -> queued.complete(connection.queuedBytes()));
            });

            assertThat(queued.orTimeout(60, TimeUnit.SECONDS).join()).isGreaterThan(1_000_000);
            connection.close(1000, "");
        }
    }

    @Test
    void pings_of_a_peer_that_reads_nothing_pile_up_no_answers() throws IOException {
        var connections = new CompletableFuture<WebSocketConnection>();
        onOpen = connections::complete;
        var queued = new CopyOnWriteArrayList<Long>();
        listening(new Recorder((connection, _) -> queued.add(connection.queuedBytes())));

        try (var peer = upgraded()) {
            var connection = connections.join();
            var full = new CompletableFuture<Boolean>();
            connection.context().runOnContext(_ -> {
                for (int i = 0; i < 400; i++) {
                    connection.sendText("x".repeat(100_000));
                }
                full.complete(true);
            });
            full.join();
            peer.send(RawPeer.clientFrame(0x81, "before"));
            await().until(() -> queued.size() == 1);
            for (int i = 0; i < 1_000; i++) {
                peer.send(RawPeer.clientFrame(0x89, "x".repeat(125)));
            }
            peer.send(RawPeer.clientFrame(0x81, "after"));

            await().until(() -> queued.size() == 2);
            assertThat(queued.getFirst()).isGreaterThan(1_000_000);
            assertThat(queued.getLast()).isLessThanOrEqualTo(queued.getFirst());
        }
    }

    @Test
    void sending_from_a_foreign_thread_is_a_bug_and_closing_is_not() throws IOException {
        var connections = new CompletableFuture<WebSocketConnection>();
        onOpen = connections::complete;
        var recorder = listening(new Recorder());

        try (var peer = upgraded()) {
            var connection = connections.join();

            org.assertj.core.api.Assertions.assertThatIllegalStateException()
                    .isThrownBy(() -> connection.sendText("x"));
            connection.close(1001, "");

            assertThat(peer.readFrame().closeCode()).isEqualTo(1001);
        }
        recorder.awaitHeard("closed 1006");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "GET /s HTTP/1.1 | Upgrade: websocket | Connection: Upgrade | Sec-WebSocket-Version: 12 | 426",
                "GET /s HTTP/1.1 | Upgrade: websocket | Connection: Upgrade | X-No: Version | 426",
                "GET /s HTTP/1.1 | Upgrade: tls | Connection: Upgrade | Sec-WebSocket-Version: 13 | 426",
                "GET /s HTTP/1.1 | Upgrade: websocket | Connection: keep-alive | Sec-WebSocket-Version: 13 | 426",
                "POST /s HTTP/1.1 | Upgrade: websocket | Connection: Upgrade | Sec-WebSocket-Version: 13 | 400",
                "GET /s HTTP/1.0 | Upgrade: websocket | Connection: Upgrade | Sec-WebSocket-Version: 13 | 400"
            })
    void a_request_that_is_not_a_handshake_is_refused(
            String line, String upgrade, String connection, String version, int status) throws IOException {
        try (var peer = RawPeer.connect(port)) {
            peer.send(String.join(
                            "\r\n",
                            line,
                            "Host: x",
                            upgrade,
                            connection,
                            version,
                            "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
                            "",
                            "")
                    .getBytes(StandardCharsets.ISO_8859_1));

            String head = peer.readHead();

            assertThat(head).contains(" " + status + " ");
            if (status == 426) {
                assertThat(head.toLowerCase()).contains("sec-websocket-version: 13");
            }
            await().untilAsserted(() -> assertThat(refusals).hasSize(1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "X-No: Key",
                "Sec-WebSocket-Key: short",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nContent-Length: 4",
                "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ=="
            })
    void a_handshake_with_a_bad_key_or_a_body_is_refused(String headers) throws IOException {
        try (var peer = RawPeer.connect(port)) {
            peer.send(("GET /s HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                            + "Sec-WebSocket-Version: 13\r\n" + headers + "\r\n\r\n")
                    .getBytes(StandardCharsets.ISO_8859_1));

            assertThat(peer.readHead()).startsWith("HTTP/1.1 400 ");
        }
    }
}
