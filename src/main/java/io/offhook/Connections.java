package io.offhook;

import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.impl.ConnectionBase;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;

/// Who may hold a connection to the server, and for how long without saying anything. One for all event loops; counts
/// WebSockets, too, though their silence is not its business.
final class Connections {
    /// Longer than Twilio keeps an idle connection to use it again.
    private static final Duration IDLE = Duration.ofSeconds(75);
    private static final int MOST = 20_000;

    private final AtomicInteger open = new AtomicInteger();
    private final Consumer<String> notices;
    private final Duration idle;
    private final int most;

    Connections(Consumer<String> notices) {
        this(notices, IDLE, MOST);
    }

    Connections(Consumer<String> notices, Duration idle, int most) {
        this.notices = notices;
        this.idle = idle;
        this.most = most;
    }

    HttpServerOptions limits(HttpServerOptions options) {
        // Without HTTP/2 a connection is known from its beginning, not from its first byte.
        return options.setHttp2ClearTextEnabled(false)
                .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
                .setIdleTimeout((int) idle.toMillis());
    }

    /// For the server's `connectionHandler`. One too many is closed before it can ask for anything.
    void opened(HttpConnection connection) {
        // The channel, since a connection that becomes a WebSocket no longer tells of its end.
        var channel = ((ConnectionBase) connection).channel();
        int now = open.incrementAndGet();
        channel.closeFuture().addListener(_ -> open.decrementAndGet());
        if (now > most) {
            notices.accept("connections_full");
            channel.close();
        }
    }

    int open() {
        return open.get();
    }
}
