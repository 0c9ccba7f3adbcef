package io.offhook.websocket;

import io.netty.buffer.ByteBuf;

/// What happens on one WebSocket. Every method runs on the connection's context, one at a time.
///
/// An exception from any of them goes to [#onError] and closes this connection with 1011; it touches no other.
public interface WebSocketListener {
    /// One whole text message, valid UTF-8. The payload always lies in an array ([ByteBuf#array] from
    /// [ByteBuf#arrayOffset] plus [ByteBuf#readerIndex]), and that is used again for the next message: copy what
    /// must last.
    void onText(WebSocketConnection connection, ByteBuf payload);

    /// A binary message came and was thrown away.
    default void onBinary(WebSocketConnection connection, int length) {}

    /// A ping of ours was answered.
    default void onPong(WebSocketConnection connection) {}

    /// A message above the limit was announced; the connection then closes with 1009.
    default void onTooBig(WebSocketConnection connection, long size) {}

    /// A method of this listener threw.
    void onError(WebSocketConnection connection, Throwable error);

    /// The connection is over. Called exactly once, and nothing is called after it. The code is the peer's, or ours
    /// when the peer broke the protocol, or 1006 when the connection ended without a close frame.
    void onClosed(WebSocketConnection connection, int code, String reason);
}
