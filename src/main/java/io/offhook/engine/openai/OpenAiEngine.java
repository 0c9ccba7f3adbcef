package io.offhook.engine.openai;

import io.offhook.call.CallEvent;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.websocket.WebSocketDialer;
import io.vertx.core.Vertx;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;

/// OpenAI Realtime, and whatever speaks its protocol. Any thread.
public final class OpenAiEngine implements RealtimeEngine {
    private final Vertx vertx;
    private final WebSocketDialer dialer;
    private final String name;
    private final URI base;
    private final Supplier<String> apiKey;
    private final OpenAiCounters counters;

    /// @param name for metrics
    /// @param base such as `https://api.openai.com/v1`; http and ws only make sense on the own machine
    public OpenAiEngine(
            Vertx vertx,
            WebSocketDialer dialer,
            String name,
            URI base,
            Supplier<String> apiKey,
            OpenAiCounters counters) {
        this.vertx = vertx;
        this.dialer = dialer;
        this.name = name;
        this.base = base;
        this.apiKey = apiKey;
        this.counters = counters;
    }

    @Override
    public EngineSession open(Brief brief, List<Turn> history, Consumer<CallEvent> events) {
        var session = new OpenAiSession(vertx, brief, history, events, counters);
        session.connect(dialer, address(brief.model()), apiKey.get());
        return session;
    }

    @Override
    public String name() {
        return name;
    }

    private URI address(String model) {
        var scheme =
                switch (base.getScheme().toLowerCase(Locale.ROOT)) {
                    case "https", "wss" -> "wss";
                    default -> "ws";
                };
        var path = base.getRawPath() == null ? "" : base.getRawPath().replaceAll("/+$", "");
        return URI.create(scheme + "://" + base.getRawAuthority() + path + "/realtime?model="
                + URLEncoder.encode(model, StandardCharsets.UTF_8));
    }
}
