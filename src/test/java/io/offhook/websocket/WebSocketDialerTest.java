package io.offhook.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import io.offhook.websocket.DialFailed.Reason;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.http.WebSocketFrame;
import io.vertx.core.net.SelfSignedCertificate;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The client's side, against Vert.x's own WebSocket server and against servers that keep no rule.
@SuppressWarnings("removal")
class WebSocketDialerTest {
    private static final Limits LIMITS = new Limits(200_000, Duration.ofSeconds(2));
    private static final Duration TIMEOUT = Duration.ofSeconds(60);

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    private final WebSocketDialer dialer = new WebSocketDialer(vertx);
    private final List<HttpServer> servers = new ArrayList<>();

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

    private static DialFailed failure(Future<WebSocketConnection> dialled) {
        try {
            result(dialled);
        } catch (CompletionException failed) {
            return (DialFailed) failed.getCause();
        }
        throw new AssertionError("the dial succeeded");
    }

    private URI vertxServer(Consumer<ServerWebSocket> onSocket) {
        return vertxServer("ws", new HttpServerOptions(), onSocket);
    }

    private URI vertxServer(String scheme, HttpServerOptions options, Consumer<ServerWebSocket> onSocket) {
        options.setMaxWebSocketFrameSize(1 << 20).setMaxWebSocketMessageSize(1 << 20);
        var server = result(vertx.createHttpServer(options)
                .webSocketHandler(onSocket::accept)
                .listen(0));
        // Vert.x closes a server that nobody refers to.
        servers.add(server);
        return URI.create(scheme + "://localhost:" + server.actualPort() + "/v1/realtime?model=x%20y");
    }

    private interface Script {
        void play(RawPeer peer, String acceptKey) throws IOException;
    }

    /// A server for one connection that reads the request and then does what it likes.
    private static URI rawServer(Script script) throws IOException {
        var server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(() -> {
            try (server;
                    var peer = new RawPeer(server.accept())) {
                String head = peer.readHead();
                int key = head.indexOf("Sec-WebSocket-Key: ") + 19;
                script.play(peer, AcceptKey.answerTo(head.substring(key, key + 24)));
            } catch (IOException gone) {
                // The test looks at our side only.
            }
        });
        return URI.create("ws://127.0.0.1:" + server.getLocalPort() + "/");
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] switching(String acceptKey) {
        return ascii("HTTP/1.1 101 Switching Protocols\r\nUpgrade: WebSocket\r\nConnection: upgrade\r\n"
                + "Sec-WebSocket-Accept: " + acceptKey + "\r\n\r\n");
    }

    private Future<WebSocketConnection> dial(URI address, WebSocketListener listener) {
        return dialer.dial(address, Map.of(), LIMITS, TIMEOUT, listener);
    }

    @Test
    void the_request_carries_path_query_host_and_headers() {
        var seen = new CompletableFuture<ServerWebSocket>();
        var address = vertxServer(seen::complete);

        result(dialer.dial(address, Map.of("Authorization", "Bearer k"), LIMITS, TIMEOUT, new Recorder()));

        var socket = seen.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(socket.uri()).isEqualTo("/v1/realtime?model=x%20y");
        assertThat(socket.headers().get("Authorization")).isEqualTo("Bearer k");
        assertThat(socket.headers().get("Host")).isEqualTo("localhost:" + address.getPort());
    }

    @Test
    void messages_of_every_size_come_back_in_order_over_plain_tcp() {
        var address = vertxServer(socket -> socket.textMessageHandler(socket::writeTextMessage));
        var recorder = new Recorder();
        var sent = IntStream.of(0, 1, 125, 126, 127, 65_535, 65_536, 90_000, 3)
                .mapToObj("é"::repeat)
                .toList();

        var connection = result(dial(address, recorder));
        connection.context().runOnContext(_ -> sent.forEach(connection::sendText));

        await().untilAsserted(() -> assertThat(recorder.heard)
                .containsExactlyElementsOf(
                        sent.stream().map(text -> "text " + text).toList()));
    }

    @Test
    void a_connection_outlives_whoever_dialled_it() {
        var address = vertxServer(socket -> socket.textMessageHandler(socket::writeTextMessage));
        var recorder = new Recorder();
        var forgotten = new AtomicReference<>(new WebSocketDialer(vertx));
        var trace = new WeakReference<>(forgotten.get());
        var connection = result(forgotten.get().dial(address, Map.of(), LIMITS, TIMEOUT, recorder));

        forgotten.set(null);
        await().until(() -> {
            System.gc();
            return trace.get() == null;
        });
        System.gc();

        connection.context().runOnContext(_ -> connection.sendText("still there"));
        recorder.awaitHeard("text still there");
    }

    @Test
    void messages_come_back_over_tls_that_is_trusted() {
        var certificate = SelfSignedCertificate.create("localhost");
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions());
        var address = vertxServer("wss", options, socket -> {
            socket.writeTextMessage("at once");
            socket.textMessageHandler(socket::writeTextMessage);
        });
        var recorder = new Recorder();

        var connection = result(new WebSocketDialer(vertx, certificate.trustOptions())
                .dial(address, Map.of(), LIMITS, TIMEOUT, recorder));
        connection.context().runOnContext(_ -> connection.sendText("s".repeat(70_000)));

        recorder.awaitHeard("text at once", "text " + "s".repeat(70_000));
        connection.close(1000, "");
        recorder.awaitLast("closed 1000");
        certificate.delete();
    }

    @Test
    void a_certificate_that_nobody_vouches_for_is_a_tls_failure() {
        var certificate = SelfSignedCertificate.create("localhost");
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions());
        var address = vertxServer("wss", options, _ -> {});

        assertThat(failure(dial(address, new Recorder())).reason()).isEqualTo(Reason.TLS);
        certificate.delete();
    }

    @Test
    void a_certificate_of_another_host_is_a_tls_failure() {
        var certificate = SelfSignedCertificate.create("elsewhere.test");
        var options = new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate.keyCertOptions());
        var address = vertxServer("wss", options, _ -> {});

        var failure = failure(new WebSocketDialer(vertx, certificate.trustOptions())
                .dial(address, Map.of(), LIMITS, TIMEOUT, new Recorder()));

        assertThat(failure.reason()).isEqualTo(Reason.TLS);
        certificate.delete();
    }

    @Test
    void tls_to_a_plain_server_is_a_tls_failure() {
        var plain = vertxServer(_ -> {});
        var address = URI.create(plain.toString().replace("ws://", "wss://"));

        assertThat(failure(dial(address, new Recorder())).reason()).isEqualTo(Reason.TLS);
    }

    @Test
    void the_connection_lives_on_the_context_that_dialled() {
        var address = vertxServer(socket -> socket.writeTextMessage("hello"));
        var context = vertx.getOrCreateContext();
        List<Context> contexts = new CopyOnWriteArrayList<>();
        var recorder = new Recorder((_, _) -> contexts.add(Vertx.currentContext()));

        context.runOnContext(_ -> dial(address, recorder).onSuccess(connection -> {
            contexts.add(Vertx.currentContext());
            contexts.add(connection.context());
        }));

        await().untilAsserted(() -> assertThat(contexts).containsExactly(context, context, context));
    }

    @Test
    void frames_that_come_with_the_answer_are_not_lost_and_come_after_the_future() throws IOException {
        var recorder = new Recorder();
        var address = rawServer((peer, key) -> {
            peer.send(
                    switching(key), RawPeer.serverFrame(0x81, "early"), RawPeer.serverFrame(0x81, "bird"), new byte[] {
                        (byte) 0x81
                    });
            peer.send(new byte[] {4}, ascii("late"));
            peer.readFrame();
        });

        result(dial(address, recorder).onSuccess(_ -> recorder.heard.add("open")));

        recorder.awaitHeard("open", "text early", "text bird", "text late");
    }

    @Test
    void an_answer_in_single_bytes_is_understood() throws IOException {
        var recorder = new Recorder();
        var address = rawServer((peer, key) -> {
            for (byte next : switching(key)) {
                peer.send(new byte[] {next});
            }
            for (byte next : RawPeer.serverFrame(0x81, "slow")) {
                peer.send(new byte[] {next});
            }
            peer.readFrame();
        });

        result(dial(address, recorder));

        recorder.awaitHeard("text slow");
    }

    @Test
    void our_frames_are_masked_each_with_its_own_key() throws IOException {
        var frames = new CopyOnWriteArrayList<RawPeer.Frame>();
        var done = new CompletableFuture<Boolean>();
        var address = rawServer((peer, key) -> {
            peer.send(switching(key), RawPeer.serverFrame(0x89, "ping"));
            frames.add(peer.readFrame());
            frames.add(peer.readFrame());
            done.complete(true);
        });

        var connection = result(dial(address, new Recorder()));
        connection.context().runOnContext(_ -> connection.sendText("after the pong"));

        done.orTimeout(60, TimeUnit.SECONDS).join();
        assertThat(frames).allMatch(RawPeer.Frame::masked);
        assertThat(frames).extracting(RawPeer.Frame::text).containsExactlyInAnyOrder("ping", "after the pong");
    }

    @Test
    void fragments_pings_and_binary_of_vertx_are_understood() {
        var pong = new CompletableFuture<String>();
        var address = vertxServer(socket -> {
            socket.pongHandler(bytes -> pong.complete(bytes.toString()));
            socket.writeFrame(WebSocketFrame.textFrame("one ", false));
            socket.writePing(Buffer.buffer("still there?"));
            socket.writeFrame(WebSocketFrame.continuationFrame(Buffer.buffer("two"), true));
            socket.writeBinaryMessage(Buffer.buffer(new byte[70_000]));
        });
        var recorder = new Recorder();

        result(dial(address, recorder));

        recorder.awaitHeard("text one two", "binary 70000");
        assertThat(pong.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("still there?");
    }

    @Test
    void a_close_of_the_server_is_reported_with_its_code() {
        var address = vertxServer(socket -> socket.close((short) 3001, "session expired"));
        var recorder = new Recorder();

        result(dial(address, recorder));

        recorder.awaitHeard("closed 3001 session expired");
    }

    @Test
    void our_close_is_answered() {
        var code = new CompletableFuture<String>();
        var address = vertxServer(
                socket -> socket.closeHandler(_ -> code.complete(socket.closeStatusCode() + socket.closeReason())));
        var recorder = new Recorder();

        result(dial(address, recorder)).close(1000, "done");

        assertThat(code.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo("1000done");
        recorder.awaitHeard("closed 1000 done");
    }

    @Test
    void a_server_that_answers_a_close_but_never_hangs_up_is_dropped() throws IOException {
        var ended = new CompletableFuture<Boolean>();
        var address = rawServer((peer, key) -> {
            peer.send(switching(key));
            peer.readFrame();
            peer.send(RawPeer.frame(0x88, false, RawPeer.closePayload(1000, "")));
            ended.complete(peer.atEnd());
        });
        var recorder = new Recorder();

        result(dial(address, recorder)).close(1000, "");

        recorder.awaitHeard("closed 1000");
        assertThat(ended.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
    }

    @Test
    void a_connection_cut_in_a_frame_is_an_abnormal_close() throws IOException {
        var recorder = new Recorder();
        var address = rawServer((peer, key) -> peer.send(switching(key), new byte[] {(byte) 0x81, 5, 'h'}));

        result(dial(address, recorder));

        recorder.awaitHeard("closed 1006");
    }

    @Test
    void a_masked_frame_from_the_server_is_a_protocol_error() throws IOException {
        var code = new CompletableFuture<Integer>();
        var recorder = new Recorder();
        var address = rawServer((peer, key) -> {
            peer.send(switching(key), RawPeer.clientFrame(0x81, "x"));
            code.complete(peer.readFrame().closeCode());
        });

        result(dial(address, recorder));

        assertThat(code.orTimeout(60, TimeUnit.SECONDS).join()).isEqualTo(1002);
        recorder.awaitHeard("closed 1002 frame masked");
    }

    @ParameterizedTest
    @ValueSource(ints = {200, 302, 401, 429, 503})
    void another_status_is_reported_with_its_headers(int status) throws IOException {
        var address = rawServer((peer, _) -> peer.send(ascii("HTTP/1.1 " + status
                + " Whatever\r\nRetry-After: 7\r\nX-Request-Id: req_1\r\nContent-Length: 2\r\n\r\n{}")));

        var failure = failure(dial(address, new Recorder()));

        assertThat(failure.reason()).isEqualTo(Reason.STATUS);
        assertThat(failure.status()).hasValue(status);
        assertThat(failure.header("retry-after")).hasValue("7");
        assertThat(failure.headers()).containsEntry("x-request-id", "req_1");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "SSH-2.0-OpenSSH_9.2\r\n\r\n",
                "HTTP/1.1 abc What\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        + "Sec-WebSocket-Accept: bm90IHRoZSByaWdodCBrZXkhISE=\r\n\r\n",
                "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\nConnection: Upgrade\r\n\r\n"
            })
    void an_answer_that_is_not_a_websocket_servers_is_a_protocol_failure(String answer) throws IOException {
        var hungUp = new CompletableFuture<Boolean>();
        var address = rawServer((peer, _) -> {
            peer.send(ascii(answer));
            hungUp.complete(peer.atEnd());
        });

        assertThat(failure(dial(address, new Recorder())).reason()).isEqualTo(Reason.PROTOCOL);
        assertThat(hungUp.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
    }

    @Test
    void an_extension_that_was_not_asked_for_is_a_protocol_failure() throws IOException {
        var address = rawServer((peer, key) -> peer.send(ascii(new String(switching(key), StandardCharsets.ISO_8859_1)
                .replace("\r\n\r\n", "\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n"))));

        assertThat(failure(dial(address, new Recorder())).reason()).isEqualTo(Reason.PROTOCOL);
    }

    @Test
    void a_server_that_hangs_up_or_does_not_listen_is_unreachable() throws IOException {
        var hangsUp = rawServer((peer, _) -> peer.close());
        URI nobody;
        try (var closing = new ServerSocket(0)) {
            nobody = URI.create("ws://127.0.0.1:" + closing.getLocalPort() + "/");
        }

        assertThat(failure(dial(hangsUp, new Recorder())).reason()).isEqualTo(Reason.UNREACHABLE);
        assertThat(failure(dial(nobody, new Recorder())).reason()).isEqualTo(Reason.UNREACHABLE);
    }

    @Test
    void a_server_that_does_not_answer_is_a_timeout_and_is_hung_up_on() throws IOException {
        var hungUp = new CompletableFuture<Boolean>();
        var address = rawServer((peer, _) -> hungUp.complete(peer.atEnd()));
        var recorder = new Recorder();

        var failure = failure(dialer.dial(address, Map.of(), LIMITS, Duration.ofMillis(200), recorder));

        assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
        assertThat(hungUp.orTimeout(60, TimeUnit.SECONDS).join()).isTrue();
        assertThat(recorder.heard).isEmpty();
    }

    @Test
    void a_tls_handshake_that_hangs_is_a_timeout() throws IOException {
        try (var silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            var address = URI.create("wss://127.0.0.1:" + silent.getLocalPort() + "/");

            var failure = failure(dialer.dial(address, Map.of(), LIMITS, Duration.ofMillis(200), new Recorder()));

            assertThat(failure.reason()).isEqualTo(Reason.TIMEOUT);
        }
    }

    @Test
    void an_address_or_header_that_cannot_be_sent_is_refused_without_naming_the_value() {
        assertThatIllegalArgumentException().isThrownBy(() -> dial(URI.create("http://x/"), new Recorder()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> dialer.dial(
                        URI.create("ws://x/"), Map.of("A", "secret\r\nB: c"), LIMITS, TIMEOUT, new Recorder()))
                .withMessageNotContaining("secret");
    }
}
