package io.offhook.websocket;

import io.netty.handler.codec.http.HttpRequestDecoder;
import io.netty.handler.timeout.IdleStateHandler;
import io.vertx.core.Future;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.net.impl.ConnectionBase;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/// Turns an HTTP/1.1 request into a WebSocket, without extensions and without a subprotocol.
///
/// To be used on the request's event loop, before anything has been answered. Who may have a socket is decided before
/// this is called.
public final class WebSocketUpgrade {
    private static final String VERSION = "13";
    private static final int BAD_REQUEST = 400;
    private static final int UPGRADE_REQUIRED = 426;

    private WebSocketUpgrade() {}

    /// Answers the request: 101 and a connection; or 400 or 426, and a future that failed with [UpgradeRefused]. The
    /// future is complete before the listener hears anything.
    public static Future<WebSocketConnection> accept(
            HttpServerRequest request, Limits limits, WebSocketListener listener) {
        Optional<UpgradeRefused> fault = fault(request);
        if (fault.isPresent()) {
            refuse(request, fault.get());
            return Future.failedFuture(fault.get());
        }
        var http = (ConnectionBase) request.connection();
        var pipeline = http.channelHandlerContext().pipeline();
        if (!http.channel().eventLoop().inEventLoop()) {
            throw new IllegalStateException("accept on the event loop of the request");
        }
        // The server's idle time-out is for requests; a socket has its owner's rules.
        if (pipeline.get(IdleStateHandler.class) != null) {
            pipeline.remove(IdleStateHandler.class);
        }
        var connection = new WebSocketConnection(false, http.context(), limits, listener);
        // Right behind the HTTP decoder, and before that goes: it then hands on what it has already read of the peer's
        // frames, and Vert.x's own handlers would lose that.
        pipeline.addAfter(pipeline.context(HttpRequestDecoder.class).name(), "websocket", connection.inbound());
        request.response()
                .putHeader(HttpHeaders.UPGRADE, "websocket")
                .putHeader(HttpHeaders.CONNECTION, "Upgrade")
                .putHeader("Sec-WebSocket-Accept", AcceptKey.answerTo(header(request, "Sec-WebSocket-Key")));
        PromiseInternal<WebSocketConnection> accepted = http.context().promise();
        request.toNetSocket().onComplete(done -> {
            if (done.succeeded()) {
                accepted.tryComplete(connection);
                // All this may happen before we return: the owner gets its turn first.
                http.context().runOnContext(_ -> connection.start());
            } else {
                accepted.tryFail(done.cause());
            }
        });
        return accepted.future();
    }

    private static void refuse(HttpServerRequest request, UpgradeRefused fault) {
        var response =
                request.response().setStatusCode(fault.status()).putHeader(HttpHeaders.CONTENT_TYPE, "text/plain");
        if (fault.status() == UPGRADE_REQUIRED) {
            response.putHeader(HttpHeaders.UPGRADE, "websocket").putHeader("Sec-WebSocket-Version", VERSION);
        }
        response.end(fault.getMessage() + "\n");
    }

    private static Optional<UpgradeRefused> fault(HttpServerRequest request) {
        if (request.version() != HttpVersion.HTTP_1_1 || !request.method().equals(HttpMethod.GET)) {
            return Optional.of(new UpgradeRefused(BAD_REQUEST, "a WebSocket starts with GET and HTTP/1.1"));
        }
        if (!lists(request, "Upgrade", "websocket") || !lists(request, "Connection", "upgrade")) {
            return Optional.of(new UpgradeRefused(UPGRADE_REQUIRED, "this address speaks WebSocket only"));
        }
        if (!header(request, "Sec-WebSocket-Version").equals(VERSION)) {
            return Optional.of(new UpgradeRefused(UPGRADE_REQUIRED, "WebSocket version must be 13"));
        }
        List<String> keys = request.headers().getAll("Sec-WebSocket-Key");
        if (keys.size() != 1 || !AcceptKey.wellFormed(keys.getFirst())) {
            return Optional.of(new UpgradeRefused(BAD_REQUEST, "Sec-WebSocket-Key must be 16 bytes in Base64"));
        }
        String length = header(request, "Content-Length");
        if ((!length.isEmpty() && !length.equals("0"))
                || !header(request, "Transfer-Encoding").isEmpty()) {
            return Optional.of(new UpgradeRefused(BAD_REQUEST, "a WebSocket request has no body"));
        }
        return Optional.empty();
    }

    private static boolean lists(HttpServerRequest request, String name, String token) {
        for (String value : request.headers().getAll(name)) {
            for (String part : value.toLowerCase(Locale.ROOT).split(",", -1)) {
                if (part.strip().equals(token)) {
                    return true;
                }
            }
        }
        return false;
    }

    private static String header(HttpServerRequest request, String name) {
        return Objects.requireNonNullElse(request.getHeader(name), "");
    }
}
