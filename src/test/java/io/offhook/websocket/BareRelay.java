package io.offhook.websocket;

import io.netty.buffer.ByteBuf;
import io.vertx.core.AbstractVerticle;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// The least that can be done with a call: moves the Base64 audio from one JSON envelope to the other, between fixed
/// marks, and knows nothing else. A benchmark tool, to tell what the sockets cost from what Offhook does between them.
///
/// `BareRelay LISTEN_PORT ENGINE_PORT`; `-Drelay.loops=2` spreads the calls over two event loops.
final class BareRelay {
    private BareRelay() {}

    public static void main(String[] args) {
        int listenPort = Integer.parseInt(args[0]);
        int enginePort = Integer.parseInt(args[1]);
        int loops = Integer.getInteger("relay.loops", 1);
        var vertx =
                Vertx.vertx(new VertxOptions().setPreferNativeTransport(true).setEventLoopPoolSize(loops));
        vertx.deployVerticle(() -> new Server(listenPort, enginePort), new DeploymentOptions().setInstances(loops))
                .onComplete(
                        _ -> System.err.println(
                                "relay on " + listenPort + ", native " + vertx.isNativeTransportEnabled()),
                        failure -> {
                            failure.printStackTrace();
                            System.exit(1);
                        });
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static int find(byte[] bytes, int from, int to, byte[] wanted) {
        byte first = wanted[0];
        int end = to - wanted.length;
        outer:
        for (int at = from; at <= end; at++) {
            if (bytes[at] == first) {
                for (int i = 1; i < wanted.length; i++) {
                    if (bytes[at + i] != wanted[i]) {
                        continue outer;
                    }
                }
                return at;
            }
        }
        return -1;
    }

    private static int quote(byte[] bytes, int from, int to) {
        int at = from;
        while (at < to && bytes[at] != '"') {
            at++;
        }
        return at;
    }

    private static final class Server extends AbstractVerticle {
        private final int listenPort;
        private final URI engine;

        Server(int listenPort, int enginePort) {
            this.listenPort = listenPort;
            this.engine = URI.create("ws://127.0.0.1:" + enginePort + "/v1/realtime?model=gpt-realtime");
        }

        @Override
        public void start(Promise<Void> started) {
            var dialer = new WebSocketDialer(vertx);
            vertx.createHttpServer(new HttpServerOptions().setTcpNoDelay(true).setAcceptBacklog(4096))
                    .requestHandler(request -> serve(request, dialer))
                    .listen(listenPort)
                    .<Void>mapEmpty()
                    .onComplete(started);
        }

        private void serve(HttpServerRequest request, WebSocketDialer dialer) {
            if (request.method().equals(HttpMethod.POST)) {
                request.response()
                        .putHeader("Content-Type", "text/xml")
                        .end("<?xml version=\"1.0\"?><Response><Connect><Stream url=\"ws://127.0.0.1:" + listenPort
                                + "/s\"/></Connect></Response>");
                return;
            }
            var call = new Call();
            WebSocketUpgrade.accept(request, new Limits(64 << 10, Duration.ofSeconds(1)), call.leg)
                    .onSuccess(
                            leg -> dialer.dial(engine, Map.of(), Limits.dialling(), Duration.ofSeconds(5), call.session)
                                    .onSuccess(session -> call.join(leg, session))
                                    .onFailure(_ -> leg.close(CloseCode.NORMAL, "")));
        }
    }

    private static final class Call {
        private static final byte[] MEDIA = bytes("\"media\"");
        private static final byte[] PAYLOAD = bytes("\"payload\":\"");
        private static final byte[] START = bytes("\"start\"");
        private static final byte[] STREAM = bytes("\"streamSid\":\"");
        private static final byte[] DELTA_TYPE = bytes("audio.delta\"");
        private static final byte[] DELTA = bytes("\"delta\":\"");
        private static final byte[] APPEND = bytes("{\"type\":\"input_audio_buffer.append\",\"audio\":\"");
        private static final byte[] END = bytes("\"}");
        private static final byte[] MEDIA_END = bytes("\"}}");
        private static final int SID_LENGTH = 34;
        private static final String SESSION =
                "{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":{\"format\":"
                        + "{\"type\":\"audio/pcmu\"}},\"output\":{\"format\":{\"type\":\"audio/pcmu\"}}}}}";

        private final Side leg = new Side(this::fromCaller, this::over);
        private final Side session = new Side(this::fromEngine, this::over);
        private Optional<WebSocketConnection> toCaller = Optional.empty();
        private Optional<WebSocketConnection> toEngine = Optional.empty();
        private byte[] mediaStart = {};

        void join(WebSocketConnection caller, WebSocketConnection engine) {
            toCaller = Optional.of(caller);
            toEngine = Optional.of(engine);
            engine.sendText(SESSION);
            if (!caller.open()) {
                over();
            }
        }

        private void over() {
            toCaller.ifPresent(each -> each.close(CloseCode.NORMAL, ""));
            toEngine.ifPresent(each -> each.close(CloseCode.NORMAL, ""));
        }

        private void fromCaller(byte[] bytes, int from, int to) {
            if (find(bytes, from, Math.min(to, from + 40), MEDIA) >= 0) {
                int audio = find(bytes, from, to, PAYLOAD) + PAYLOAD.length;
                if (audio >= PAYLOAD.length && toEngine.isPresent()) {
                    toEngine.get().sendText(APPEND, bytes, audio, quote(bytes, audio, to) - audio, END);
                }
                return;
            }
            int sid = find(bytes, from, to, STREAM) + STREAM.length;
            if (sid >= STREAM.length && find(bytes, from, to, START) >= 0) {
                mediaStart = bytes("{\"event\":\"media\",\"streamSid\":\""
                        + new String(bytes, sid, SID_LENGTH, StandardCharsets.US_ASCII)
                        + "\",\"media\":{\"payload\":\"");
            }
        }

        private void fromEngine(byte[] bytes, int from, int to) {
            if (find(bytes, from, Math.min(to, from + 64), DELTA_TYPE) >= 0) {
                int audio = find(bytes, from, to, DELTA) + DELTA.length;
                if (audio >= DELTA.length && toCaller.isPresent()) {
                    toCaller.get().sendText(mediaStart, bytes, audio, quote(bytes, audio, to) - audio, MEDIA_END);
                }
            }
        }
    }

    private interface Text {
        void take(byte[] bytes, int from, int to);
    }

    private record Side(Text text, Runnable over) implements WebSocketListener {
        @Override
        public void onText(WebSocketConnection connection, ByteBuf payload) {
            int from = payload.arrayOffset() + payload.readerIndex();
            text.take(payload.array(), from, from + payload.readableBytes());
        }

        @Override
        public void onError(WebSocketConnection connection, Throwable error) {
            error.printStackTrace();
        }

        @Override
        public void onClosed(WebSocketConnection connection, int code, String reason) {
            over.run();
        }
    }
}
