package io.offhook.simulator;

import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.internal.http.WebSocketInternal;
import io.vertx.core.net.impl.VertxConnection;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/// An OpenAI Realtime server (GA) on a loopback port, as strict as the real one: the same handshake, the same events in
/// the same order, the same refusals, with voice activity detection on the audio that really arrives. What it says
/// comes from a [Dialogue], how it sounds from a [SpeechSynthesis]; the words of the caller come from a [CaptionBook] or
/// are typed. Faults can be switched on and off while it runs. May be used from any thread.
public final class SimulatedEngine implements AutoCloseable {
    private static final int FRAME_LIMIT = 24 * 1024 * 1024;
    private static final Duration SLOW_CONNECT = Duration.ofSeconds(2);

    /// A connection that got as far as an upgrade request, and what was answered: 101 when it was upgraded, 0 when it
    /// was left without an answer.
    public record Attempt(Instant at, String uri, int status) {}

    private final Vertx vertx;
    private final boolean ownsVertx;
    private final SimulatedEngineBuilder plan;
    private final SimulatedClock clock;
    private final Faults faults = new Faults();
    private final List<SimulatedSession> sessions = new CopyOnWriteArrayList<>();
    private final List<Attempt> attempts = new CopyOnWriteArrayList<>();
    private final AtomicLong ids = new AtomicLong();
    private final AtomicLong frames = new AtomicLong();
    private final AtomicLong resets = new AtomicLong();
    private final AtomicLong openSessions = new AtomicLong();
    private volatile Optional<HttpServer> server = Optional.empty();
    private volatile int port;

    private SimulatedEngine(SimulatedEngineBuilder plan) {
        this.plan = plan;
        this.clock = new SimulatedClock(plan.speed, plan.nanoTime);
        this.ownsVertx = plan.vertx.isEmpty();
        this.vertx = plan.vertx.orElseGet(() -> Vertx.vertx(
                new VertxOptions().setEventLoopPoolSize(1).setPreferNativeTransport(true)));
        this.port = plan.port;
    }

    public static SimulatedEngineBuilder builder() {
        return new SimulatedEngineBuilder();
    }

    static SimulatedEngine start(SimulatedEngineBuilder plan) {
        RealtimeSchema.instance();
        var engine = new SimulatedEngine(plan);
        engine.listen();
        return engine;
    }

    /// An engine for tests that plays a script.
    public static SimulatedEngine playing(Dialogue script) {
        return builder().dialogue(script).start();
    }

    // ---- for tests -------------------------------------------------------------------------------------------------

    public int port() {
        return port;
    }

    /// What takes the place of `https://api.openai.com/v1`.
    public URI baseUrl() {
        return URI.create("ws://127.0.0.1:" + port + "/v1");
    }

    /// Every session so far, open or closed, oldest first.
    public List<SimulatedSession> sessions() {
        return List.copyOf(sessions);
    }

    /// The newest session.
    public Optional<SimulatedSession> latest() {
        var all = sessions();
        return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
    }

    public Optional<SimulatedSession> session(String id) {
        return sessions.stream().filter(one -> one.id().equals(id)).findFirst();
    }

    public long openSessions() {
        return openSessions.get();
    }

    /// Upgrade requests, oldest first.
    public List<Attempt> attempts() {
        return List.copyOf(attempts);
    }

    /// Connections that [EngineFault#RESET] has reset.
    public long resets() {
        return resets.get();
    }

    /// Frames received from all clients.
    public long framesReceived() {
        return frames.get();
    }

    /// Forgets closed sessions and old attempts, so that a long run does not grow.
    public void forgetClosed() {
        sessions.removeIf(one -> !one.open());
        attempts.clear();
    }

    /// Switches a fault on for everything from here on, until it is cleared.
    public SimulatedEngine inject(EngineFault fault) {
        faults.inject(fault);
        return this;
    }

    /// Lets a fault strike once: the next connection, the whole of the next session, or the next response.
    public SimulatedEngine injectOnce(EngineFault fault) {
        return inject(fault, 1);
    }

    /// Lets a fault strike a number of times.
    public SimulatedEngine inject(EngineFault fault, int times) {
        faults.inject(fault, times);
        return this;
    }

    public SimulatedEngine clear(EngineFault fault) {
        faults.clear(fault);
        return this;
    }

    public SimulatedEngine clearFaults() {
        faults.clear();
        return this;
    }

    /// Closes the port, so that connections are refused. Drops every session, too: the engine is gone.
    public void vanish() {
        sessions.stream().filter(SimulatedSession::open).forEach(SimulatedSession::cut);
        server.ifPresent(running -> running.close().await());
        server = Optional.empty();
    }

    /// Opens the same port again after [#vanish()].
    public void comeBack() {
        if (server.isEmpty()) {
            listen();
        }
    }

    /// Lets the caller of the newest session say a text.
    public void typed(String text) {
        latest().orElseThrow(() -> new IllegalStateException("no session has been opened")).typed(text);
    }

    public void typed(String sessionId, String text) {
        session(sessionId)
                .orElseThrow(() -> new IllegalStateException("no session " + sessionId))
                .typed(text);
    }

    @Override
    public void close() {
        if (ownsVertx) {
            vertx.close().await();
        } else {
            vanish();
        }
    }

    // ---- the server ------------------------------------------------------------------------------------------------

    private void listen() {
        var options = new HttpServerOptions()
                .setHost("127.0.0.1")
                .setPort(port)
                .setReuseAddress(true)
                .setTcpNoDelay(true)
                .setPerMessageWebSocketCompressionSupported(false)
                .setPerFrameWebSocketCompressionSupported(false)
                .setMaxWebSocketFrameSize(FRAME_LIMIT)
                .setMaxWebSocketMessageSize(FRAME_LIMIT)
                .setWebSocketClosingTimeout(1);
        var started = vertx.createHttpServer(options)
                .connectionHandler(connection -> {
                    if (faults.strikes(EngineFault.RESET)) {
                        resets.incrementAndGet();
                        reset(((VertxConnection) connection).channel());
                    }
                })
                .requestHandler(this::onRequest);
        port = started.listen().await().actualPort();
        server = Optional.of(started);
    }

    private void onRequest(HttpServerRequest request) {
        if (faults.strikes(EngineFault.NEVER_UPGRADE)) {
            note(request, 0);
            return;
        }
        if (faults.strikes(EngineFault.SLOW_CONNECT)) {
            request.pause();
            var _ = EngineWait.begin(vertx, clock, SLOW_CONNECT, () -> answer(request));
        } else {
            answer(request);
        }
    }

    private void answer(HttpServerRequest request) {
        if (faults.strikes(EngineFault.UNAUTHORIZED)) {
            refuse(request, 401, "invalid_api_key", "Incorrect API key provided.");
        } else if (faults.strikes(EngineFault.FORBIDDEN)) {
            refuse(request, 403, "permission_denied", "You do not have access to this resource.");
        } else if (faults.strikes(EngineFault.TOO_MANY_REQUESTS)) {
            request.response().putHeader("Retry-After", "2");
            refuse(request, 429, "rate_limit_exceeded", "Rate limit reached.");
        } else if (faults.strikes(EngineFault.INTERNAL_ERROR)) {
            refuse(request, 500, "server_error", "The server had an error while processing your request.");
        } else if (faults.strikes(EngineFault.UNAVAILABLE)) {
            refuse(request, 503, "service_unavailable", "The engine is currently overloaded.");
        } else if (!"/v1/realtime".equals(request.path())) {
            refuse(request, 404, "unknown_url", "Unknown request URL: " + request.path() + ".");
        } else if (!authorised(request)) {
            refuse(request, 401, "invalid_api_key", "Incorrect API key provided or missing bearer authentication.");
        } else if (modelOf(request).isEmpty()) {
            refuse(request, 400, "missing_required_parameter", "You must provide a model parameter.");
        } else {
            upgrade(request, modelOf(request));
        }
    }

    private boolean authorised(HttpServerRequest request) {
        var header = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
        return header.startsWith("Bearer ")
                && header.length() > 7
                && (plan.apiKey.isEmpty() || header.substring(7).equals(plan.apiKey));
    }

    private static String modelOf(HttpServerRequest request) {
        return Optional.ofNullable(request.getParam("model")).orElse("");
    }

    private void refuse(HttpServerRequest request, int status, String code, String message) {
        note(request, status);
        var body = Json.object();
        body.set("error", Json.object(status >= 500 ? "server_error" : "invalid_request_error")
                .put("message", message)
                .putNull("param")
                .put("code", code));
        request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(body.toString());
    }

    private void upgrade(HttpServerRequest request, String model) {
        boolean beta = request.getHeader("OpenAI-Beta") != null;
        note(request, 101);
        request.toWebSocket().onSuccess(socket -> accept(socket, model, beta));
    }

    private void accept(ServerWebSocket socket, String model, boolean beta) {
        if (faults.strikes(EngineFault.CUT_AT_CONNECT)) {
            drop(socket);
            return;
        }
        var session =
                new SimulatedSession(this, vertx.getOrCreateContext(), socket, model, plan.dialogues.get());
        sessions.add(session);
        openSessions.incrementAndGet();
        if (beta) {
            session.refuseBeta();
        } else if (!plan.knows(model)) {
            session.refuseModel();
        } else {
            session.begin();
        }
    }

    private void note(HttpServerRequest request, int status) {
        attempts.add(new Attempt(Instant.now(), request.uri(), status));
    }

    /// Ends a socket without a close frame.
    void drop(ServerWebSocket socket) {
        reset(channel(socket));
    }

    void stopReading(ServerWebSocket socket) {
        channel(socket).config().setAutoRead(false);
    }

    private static Channel channel(ServerWebSocket socket) {
        return ((WebSocketInternal) socket).channelHandlerContext().channel();
    }

    /// With no time to linger, closing sends a reset. It starts at the head of the pipeline, because a handler further
    /// back would send a close frame first.
    private static void reset(Channel channel) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
        var _ = channel.pipeline().firstContext().close();
    }

    // ---- what sessions need ----------------------------------------------------------------------------------------

    Vertx vertx() {
        return vertx;
    }

    Faults faults() {
        return faults;
    }

    SpeechSynthesis speech() {
        return plan.speech;
    }

    CaptionBook captions() {
        return plan.captions;
    }

    SimulatedClock clock() {
        return clock;
    }

    double pace() {
        return plan.pace;
    }

    int deltaMs(int index) {
        return plan.deltasMs.get(index % plan.deltasMs.size());
    }

    Duration sessionLength() {
        return plan.sessionLength;
    }

    long expiryOfNewSession() {
        return Instant.now().plusMillis((long) (plan.sessionLength.toMillis() / plan.speed)).getEpochSecond();
    }

    boolean recordsAudio() {
        return plan.recordAudio;
    }

    String newId(String prefix) {
        return prefix + "_" + Long.toString(ids.incrementAndGet(), 36);
    }

    void counted() {
        frames.incrementAndGet();
    }

    void closed() {
        openSessions.decrementAndGet();
    }
}
