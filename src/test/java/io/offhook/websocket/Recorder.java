package io.offhook.websocket;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiConsumer;

/// A listener that writes down what it hears, one line an event, and may answer texts.
class Recorder implements WebSocketListener {
    final List<String> heard = new CopyOnWriteArrayList<>();
    private final BiConsumer<WebSocketConnection, String> onText;

    Recorder() {
        this((_, _) -> {});
    }

    Recorder(BiConsumer<WebSocketConnection, String> onText) {
        this.onText = onText;
    }

    static Recorder echo() {
        return new Recorder(WebSocketConnection::sendText);
    }

    @Override
    public void onText(WebSocketConnection connection, ByteBuf payload) {
        assertThat(payload.hasArray()).isTrue();
        String text = payload.toString(StandardCharsets.UTF_8);
        heard.add("text " + text);
        onText.accept(connection, text);
    }

    @Override
    public void onBinary(WebSocketConnection connection, int length) {
        heard.add("binary " + length);
    }

    @Override
    public void onPong(WebSocketConnection connection) {
        heard.add("pong");
    }

    @Override
    public void onTooBig(WebSocketConnection connection, long size) {
        heard.add("too big " + size);
    }

    @Override
    public void onError(WebSocketConnection connection, Throwable error) {
        heard.add("error " + error.getMessage());
    }

    @Override
    public void onClosed(WebSocketConnection connection, int code, String reason) {
        heard.add("closed " + code + (reason.isEmpty() ? "" : " " + reason));
    }

    void awaitHeard(String... lines) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(heard).containsExactly(lines));
    }

    void awaitLast(String line) {
        await().atMost(Duration.ofSeconds(60))
                .untilAsserted(() -> assertThat(heard).isNotEmpty().last().isEqualTo(line));
    }
}
