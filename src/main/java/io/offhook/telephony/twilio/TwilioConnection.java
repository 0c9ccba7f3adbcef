package io.offhook.telephony.twilio;

import io.netty.buffer.ByteBuf;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketListener;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Joins a WebSocket and its stream, and gives the stream its sense of time. Lives on the socket's event loop.
final class TwilioConnection implements WebSocketListener {
    private static final Logger LOG = LoggerFactory.getLogger(TwilioConnection.class);

    private final Function<WebSocketConnection, TwilioStream> streams;
    private final String source;
    private final Duration check;
    private Optional<TwilioStream> stream = Optional.empty();
    private long timer;

    TwilioConnection(Function<WebSocketConnection, TwilioStream> streams, String source, Duration check) {
        this.streams = streams;
        this.source = source;
        this.check = check;
    }

    void opened(WebSocketConnection connection) {
        stream(connection);
    }

    @Override
    public void onText(WebSocketConnection connection, ByteBuf payload) {
        stream(connection)
                .text(payload.array(), payload.arrayOffset() + payload.readerIndex(), payload.readableBytes());
    }

    @Override
    public void onBinary(WebSocketConnection connection, int length) {
        stream(connection).binary();
    }

    @Override
    public void onTooBig(WebSocketConnection connection, long size) {
        stream(connection).tooBig();
    }

    @Override
    public void onError(WebSocketConnection connection, Throwable error) {
        LOG.atError().addKeyValue("source", source).setCause(error).log("stream failed");
    }

    @Override
    public void onClosed(WebSocketConnection connection, int code, String reason) {
        stream(connection).closed();
        var _ = connection.context().owner().cancelTimer(timer);
    }

    /// Made by whatever happens first on the socket.
    private TwilioStream stream(WebSocketConnection connection) {
        if (stream.isPresent()) {
            return stream.get();
        }
        var made = streams.apply(connection);
        stream = Optional.of(made);
        timer = connection.context().owner().setPeriodic(check.toMillis(), _ -> made.check());
        return made;
    }

    /// The stream's way out.
    record Sender(WebSocketConnection connection) implements TwilioSocket {
        private static final byte[] NOTHING = {};

        @Override
        public void send(byte[] start, byte[] body, byte[] end) {
            connection.sendText(start, body, 0, body.length, end);
        }

        @Override
        public void send(byte[] text) {
            connection.sendText(NOTHING, text, 0, text.length, NOTHING);
        }

        @Override
        public long waiting() {
            return connection.queuedBytes();
        }

        @Override
        public void close(int code) {
            connection.close(code, "");
        }
    }
}
