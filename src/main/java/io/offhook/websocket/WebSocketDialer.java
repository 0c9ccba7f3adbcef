package io.offhook.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ConnectTimeoutException;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseDecoder;
import io.netty.util.AttributeKey;
import io.netty.util.ReferenceCountUtil;
import io.offhook.websocket.DialFailed.Reason;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.PromiseInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.ConnectOptions;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.TrustOptions;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.cert.CertificateException;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// Opens WebSockets to `ws:` and `wss:` addresses. One is enough for a server; it may be used on any context.
///
/// With `wss:` the peer's certificate must be trusted by the JVM (or by the trust given here) and be the host's.
public final class WebSocketDialer {
    private static final Pattern HEADER_NAME = Pattern.compile("[A-Za-z0-9-]+");
    /// Vert.x closes a client that nobody refers to any more, and with it all that it has opened; so each connection
    /// refers to its client.
    private static final AttributeKey<NetClient> CLIENT = AttributeKey.valueOf("offhook.client");
    private static final int MAX_STATUS_LINE = 4 << 10;
    private static final int MAX_HEADERS = 32 << 10;

    private final Vertx vertx;
    private final NetClient client;
    private final ClientSSLOptions tls;

    public WebSocketDialer(Vertx vertx) {
        this(vertx, new ClientSSLOptions());
    }

    public WebSocketDialer(Vertx vertx, TrustOptions trust) {
        this(vertx, new ClientSSLOptions().setTrustOptions(trust));
    }

    private WebSocketDialer(Vertx vertx, ClientSSLOptions tls) {
        this.vertx = vertx;
        this.client = vertx.createNetClient(new NetClientOptions().setTcpNoDelay(true));
        this.tls = tls.setHostnameVerificationAlgorithm("HTTPS");
    }

    /// Opens a WebSocket on the current context, which must be an event loop's; without one, on a new context.
    /// A failure is a [DialFailed]. The future is complete before the listener hears anything.
    ///
    /// @param handshakeTimeout for name look-up, TCP, TLS and the HTTP answer together
    public Future<WebSocketConnection> dial(
            URI address,
            Map<String, String> headers,
            Limits limits,
            Duration handshakeTimeout,
            WebSocketListener listener) {
        var context = (ContextInternal) vertx.getOrCreateContext();
        if (!context.isEventLoopContext()) {
            throw new IllegalStateException("dial on an event-loop context");
        }
        var key = AcceptKey.fresh();
        String request = request(address, headers, key);
        var options = connectOptions(address, handshakeTimeout);
        PromiseInternal<WebSocketConnection> dialled = context.promise();
        Runnable start = () -> {
            long timer = vertx.setTimer(
                    handshakeTimeout.toMillis(),
                    _ -> fail(dialled, Reason.TIMEOUT, "no WebSocket within " + handshakeTimeout, null));
            dialled.future().onComplete(_ -> vertx.cancelTimer(timer));
            client.connect(options).onComplete(connected -> {
                if (connected.failed()) {
                    fail(dialled, reason(connected.cause()), "could not connect", connected.cause());
                } else if (dialled.future().isComplete()) {
                    connected.result().close();
                } else {
                    var connection = new WebSocketConnection(true, context, limits, listener);
                    var socket = (NetSocketInternal) connected.result();
                    socket.channelHandlerContext().channel().attr(CLIENT).set(client);
                    new Handshake(key, connection, dialled).begin(socket, request);
                }
            });
        };
        if (context.equals(Vertx.currentContext())) {
            start.run();
        } else {
            context.runOnContext(_ -> start.run());
        }
        return dialled.future();
    }

    private ConnectOptions connectOptions(URI address, Duration timeout) {
        boolean secure = secure(address);
        String host = Objects.requireNonNull(address.getHost());
        if (host.startsWith("[")) {
            host = host.substring(1, host.length() - 1);
        }
        return new ConnectOptions()
                .setHost(host)
                .setPort(port(address))
                .setSsl(secure)
                .setSslOptions(tls.copy())
                .setTimeout((int) Math.min(timeout.toMillis(), Integer.MAX_VALUE));
    }

    private static boolean secure(URI address) {
        String scheme = Objects.requireNonNullElse(address.getScheme(), "").toLowerCase(Locale.ROOT);
        if (address.getHost() == null || (!scheme.equals("ws") && !scheme.equals("wss"))) {
            throw new IllegalArgumentException("a WebSocket address reads ws://host/path or wss://host/path");
        }
        return scheme.equals("wss");
    }

    private static int port(URI address) {
        return address.getPort() != -1 ? address.getPort() : secure(address) ? 443 : 80;
    }

    private static String request(URI address, Map<String, String> headers, String key) {
        secure(address);
        String path = Objects.requireNonNullElse(address.getRawPath(), "");
        var text = new StringBuilder("GET ").append(path.isEmpty() ? "/" : path);
        if (address.getRawQuery() != null) {
            text.append('?').append(address.getRawQuery());
        }
        text.append(" HTTP/1.1\r\n");
        String host = address.getPort() == -1 ? address.getHost() : address.getHost() + ":" + address.getPort();
        line(text, "Host", host);
        line(text, "Upgrade", "websocket");
        line(text, "Connection", "Upgrade");
        line(text, "Sec-WebSocket-Version", "13");
        line(text, "Sec-WebSocket-Key", key);
        headers.forEach((name, value) -> line(text, name, value));
        return text.append("\r\n").toString();
    }

    private static void line(StringBuilder text, String name, String value) {
        // The value may be a secret: it is not named.
        if (!HEADER_NAME.matcher(name).matches() || value.chars().anyMatch(c -> c < ' ' || c > '~')) {
            throw new IllegalArgumentException("header " + name + " cannot be sent: printable ASCII only");
        }
        text.append(name).append(": ").append(value).append("\r\n");
    }

    private static Reason reason(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SSLException || cause instanceof CertificateException) {
                return Reason.TLS;
            }
            if (cause instanceof ConnectTimeoutException) {
                return Reason.TIMEOUT;
            }
        }
        return Reason.UNREACHABLE;
    }

    private static void fail(
            PromiseInternal<WebSocketConnection> dialled, Reason reason, String message, @Nullable Throwable cause) {
        dialled.tryFail(new DialFailed(reason, message, cause));
    }

    /// Waits for the HTTP answer at the place in the pipeline that the connection takes afterwards.
    private static final class Handshake extends ChannelInboundHandlerAdapter {
        private final String key;
        private final WebSocketConnection connection;
        private final PromiseInternal<WebSocketConnection> dialled;
        private final HttpResponseDecoder decoder = new HttpResponseDecoder(
                new HttpDecoderConfig().setMaxInitialLineLength(MAX_STATUS_LINE).setMaxHeaderSize(MAX_HEADERS));

        Handshake(String key, WebSocketConnection connection, PromiseInternal<WebSocketConnection> dialled) {
            this.key = key;
            this.connection = connection;
            this.dialled = dialled;
        }

        void begin(NetSocketInternal socket, String request) {
            var last = socket.channelHandlerContext();
            last.pipeline().addBefore(last.name(), "handshake-decoder", decoder);
            last.pipeline().addBefore(last.name(), "websocket", this);
            dialled.future().onFailure(_ -> socket.close());
            ByteBuf bytes = last.alloc().buffer(request.length());
            bytes.writeCharSequence(request, StandardCharsets.US_ASCII);
            var _ = last.channel().writeAndFlush(bytes, last.voidPromise());
        }

        @Override
        public void channelRead(ChannelHandlerContext from, Object message) {
            if (message instanceof HttpResponse response && !dialled.future().isComplete()) {
                judge(from, response);
            }
            ReferenceCountUtil.release(message);
        }

        private void judge(ChannelHandlerContext here, HttpResponse response) {
            int status = response.status().code();
            if (!response.decoderResult().isSuccess()) {
                fail(
                        dialled,
                        Reason.PROTOCOL,
                        "the answer is not HTTP",
                        response.decoderResult().cause());
            } else if (status == 101) {
                upgrade(here, response);
            } else if (status >= 200) {
                var headers = new HashMap<String, String>();
                response.headers()
                        .forEach(header ->
                                headers.putIfAbsent(header.getKey().toLowerCase(Locale.ROOT), header.getValue()));
                dialled.tryFail(new DialFailed(status, headers));
            }
        }

        private void upgrade(ChannelHandlerContext here, HttpResponse response) {
            var headers = response.headers();
            if (!headers.containsValue("Upgrade", "websocket", true)
                    || !headers.containsValue("Connection", "upgrade", true)
                    || !AcceptKey.answerTo(key).equals(headers.get("Sec-WebSocket-Accept"))) {
                fail(dialled, Reason.PROTOCOL, "the answer is not that of a WebSocket server", null);
            } else if (headers.contains("Sec-WebSocket-Extensions") || headers.contains("Sec-WebSocket-Protocol")) {
                fail(dialled, Reason.PROTOCOL, "the answer agrees to what was not asked for", null);
            } else {
                here.pipeline().replace(this, "websocket", connection.inbound());
                dialled.tryComplete(connection);
                connection.start();
                // Last, because this hands on the frames that came together with the answer.
                here.pipeline().remove(decoder);
            }
        }

        @Override
        public void channelInactive(ChannelHandlerContext from) {
            fail(dialled, Reason.UNREACHABLE, "hung up before answering", null);
            from.fireChannelInactive();
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext from, Throwable error) {
            fail(dialled, reason(error), "lost before answering", error);
            var _ = from.close();
        }
    }
}
