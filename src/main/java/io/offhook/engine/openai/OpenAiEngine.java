package io.offhook.engine.openai;

import io.offhook.call.CallEvent;
import io.offhook.call.Memory;
import io.offhook.engine.Brief;
import io.offhook.engine.RealtimeEngine;
import io.offhook.websocket.WebSocketDialer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// OpenAI's Realtime API, or any server that speaks it. Shared by all calls.
public final class OpenAiEngine implements RealtimeEngine {
    private final Vertx vertx;
    private final WebSocketDialer dialer;
    private final URI baseUrl;
    private final Supplier<String> apiKey;
    private final Consumer<String> noticed;
    private final Timing timing;

    /// @param baseUrl such as `https://api.openai.com/v1`; `wss`, `http` and `ws` are understood, too
    /// @param apiKey  asked at each connection, so that a key can be changed while the server runs
    /// @param noticed counts absorbed faults by slug, such as `format_mismatch`
    public OpenAiEngine(
            Vertx vertx, WebSocketDialer dialer, URI baseUrl, Supplier<String> apiKey, Consumer<String> noticed) {
        this(vertx, dialer, baseUrl, apiKey, noticed, Timing.USUAL);
    }

    OpenAiEngine(
            Vertx vertx,
            WebSocketDialer dialer,
            URI baseUrl,
            Supplier<String> apiKey,
            Consumer<String> noticed,
            Timing timing) {
        this.vertx = vertx;
        this.dialer = dialer;
        this.baseUrl = baseUrl;
        this.apiKey = apiKey;
        this.noticed = noticed;
        this.timing = timing;
    }

    @Override
    public OpenAiSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
        var session = new OpenAiSession(vertx, brief, history, events, noticed, timing);
        session.dial(dialer, address(baseUrl, brief.model()), headers(apiKey.get(), brief.caller()));
        return session;
    }

    @Override
    public String name() {
        return "openai";
    }

    /// Where a session with this model is opened.
    static URI address(URI baseUrl, String model) {
        var base = baseUrl.toString().replaceFirst("^(?i:http)", "ws").replaceFirst("/+$", "");
        return URI.create(base + "/realtime?model=" + URLEncoder.encode(model, StandardCharsets.UTF_8));
    }

    /// No `OpenAI-Beta` among them: the service closes such a connection.
    ///
    /// @param caller hashed; empty when withheld
    static Map<String, String> headers(String apiKey, String caller) {
        var headers = new HashMap<String, String>();
        headers.put("Authorization", "Bearer " + apiKey);
        if (!caller.isEmpty()) {
            headers.put("OpenAI-Safety-Identifier", caller);
        }
        return headers;
    }
}
