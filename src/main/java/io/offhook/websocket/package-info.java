/// One WebSocket on its Vert.x context, with a frame codec of our own on the Netty channel.
///
/// Vert.x does TCP, TLS and the server's HTTP; from the handshake on, the channel belongs to this package. It is the
/// base of the adapters whose peers speak WebSocket, and it knows none of them. It leans on four internals of Vert.x
/// (`ContextInternal`, `ConnectionBase`, `NetSocketInternal`, and that `toNetSocket()` strips the HTTP codec), each
/// held by a test against a real socket.
@NullMarked
package io.offhook.websocket;

import org.jspecify.annotations.NullMarked;
