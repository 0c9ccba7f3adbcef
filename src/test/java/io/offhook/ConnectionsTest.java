package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketListener;
import io.offhook.websocket.WebSocketUpgrade;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(300)
class ConnectionsTest {
    private static final String UPGRADE = """
            GET /s HTTP/1.1\r
            Host: x\r
            Upgrade: websocket\r
            Connection: Upgrade\r
            Sec-WebSocket-Version: 13\r
            Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
            \r
            """;

    private final Vertx vertx = Vertx.vertx();
    private final List<String> notices = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        vertx.close().toCompletionStage().toCompletableFuture().join();
    }

    private int listen(Connections connections) {
        return vertx.createHttpServer(connections.limits(new HttpServerOptions()))
                .connectionHandler(connections::opened)
                .requestHandler(request -> {
                    if (request.path().equals("/s")) {
                        WebSocketUpgrade.accept(request, new Limits(64 << 10, Duration.ofSeconds(1)), new Silent());
                    } else {
                        request.response().end("hello");
                    }
                })
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private static final class Silent implements WebSocketListener {
        @Override
        public void onText(WebSocketConnection connection, ByteBuf payload) {}

        @Override
        public void onError(WebSocketConnection connection, Throwable error) {}

        @Override
        public void onClosed(WebSocketConnection connection, int code, String reason) {}
    }

    @Test
    void a_connection_too_many_is_closed_and_counted_and_a_closed_one_makes_room() throws IOException {
        var connections = new Connections(notices::add, Duration.ofMinutes(1), 2);
        int port = listen(connections);

        try (var first = new Socket("127.0.0.1", port);
                var second = new Socket("127.0.0.1", port)) {
            await().until(() -> connections.open() == 2);
            try (var third = new Socket("127.0.0.1", port)) {
                assertThat(third.getInputStream().read()).isEqualTo(-1);
            }
            assertThat(notices).containsExactly("connections_full");
            assertThat(first.isConnected()).isTrue();
            second.close();
            await().until(() -> connections.open() == 1);
            try (var fourth = new Socket("127.0.0.1", port)) {
                assertThat(ask(fourth, "GET / HTTP/1.1\r\nHost: x\r\n\r\n")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void an_idle_connection_is_closed_and_an_idle_websocket_is_not() throws IOException {
        var connections = new Connections(notices::add, Duration.ofMillis(1_500), 10);
        int port = listen(connections);

        try (var idle = new Socket("127.0.0.1", port);
                var socket = new Socket("127.0.0.1", port)) {
            assertThat(ask(socket, UPGRADE)).startsWith("HTTP/1.1 101");
            assertThat(idle.getInputStream().read()).isEqualTo(-1);
            socket.setSoTimeout(3_000);

            assertThat(catchThrowable(
                            () -> socket.getInputStream().read()))
                    .isInstanceOf(SocketTimeoutException.class);
            assertThat(connections.open()).isEqualTo(1);
        }
        await().until(() -> connections.open() == 0);
    }

    private static String ask(Socket socket, String request) throws IOException {
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        var answer = new StringBuilder();
        while (answer.indexOf("\r\n\r\n") < 0) {
            answer.append((char) socket.getInputStream().read());
        }
        return answer.toString();
    }
}
