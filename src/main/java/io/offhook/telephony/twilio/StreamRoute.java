package io.offhook.telephony.twilio;

import io.offhook.telephony.Switchboard;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketUpgrade;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;

/// Where Twilio opens the media stream of a call. May be mounted on the routers of several event loops, which share the
/// count of the streams that have not shown a token yet; a stream belongs to the loop that accepted it. Refuses what is
/// not signed, and more streams without a token than [TwilioLimits] allows; the token itself is up to [TwilioStream].
final class StreamRoute {
    private static final Duration CLOSE_WITHIN = Duration.ofSeconds(1);

    private final TwilioSettings settings;
    private final TwilioLimits limits;
    private final Webhooks webhooks;
    private final Switchboard switchboard;
    private final TwilioMetrics metrics;
    private final LongSupplier nanoTime;
    private final AtomicInteger unproven = new AtomicInteger();

    StreamRoute(
            TwilioSettings settings,
            TwilioLimits limits,
            Webhooks webhooks,
            Switchboard switchboard,
            TwilioMetrics metrics,
            LongSupplier nanoTime) {
        this.settings = settings;
        this.limits = limits;
        this.webhooks = webhooks;
        this.switchboard = switchboard;
        this.metrics = metrics;
        this.nanoTime = nanoTime;
    }

    void mount(Router router, String prefix) {
        router.route(prefix + TwilioRoutes.STREAM).handler(this::stream);
    }

    private void stream(RoutingContext context) {
        var request = context.request();
        if (!request.method().equals(HttpMethod.GET)) {
            context.response().putHeader("Allow", "GET");
            Webhooks.end(context, 405);
        } else if (!webhooks.signed(context, settings.socketUrl(TwilioRoutes.STREAM))) {
            webhooks.refuse(context, TwilioRoutes.STREAM, TwilioMetrics.BAD_SIGNATURE);
        } else if (unproven.incrementAndGet() > limits.maxUnproven()) {
            unproven.decrementAndGet();
            metrics.count(TwilioMetrics.TOO_MANY_STREAMS);
            Webhooks.end(context, 503);
        } else {
            accept(context);
        }
    }

    private void accept(RoutingContext context) {
        var source = Webhooks.source(context);
        var listener = new TwilioConnection(connection -> stream(connection, source), source, limits.check());
        try {
            WebSocketUpgrade.accept(
                            context.request(), new Limits(limits.maxMessageBytes(), CLOSE_WITHIN), listener)
                    .onSuccess(listener::opened)
                    .onFailure(_ -> notAccepted());
        } catch (RuntimeException e) {
            notAccepted();
            throw e;
        }
    }

    private void notAccepted() {
        unproven.decrementAndGet();
        metrics.count(TwilioMetrics.BAD_REQUEST);
    }

    private TwilioStream stream(WebSocketConnection connection, String source) {
        var context = connection.context();
        return new TwilioStream(
                settings,
                limits,
                switchboard,
                metrics,
                new TwilioConnection.Sender(connection),
                source,
                task -> context.runOnContext(_ -> task.run()),
                nanoTime,
                unproven::decrementAndGet);
    }
}
