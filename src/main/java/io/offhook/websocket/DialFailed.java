package io.offhook.websocket;

import java.io.Serial;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.jspecify.annotations.Nullable;

/// Why a WebSocket could not be opened.
public final class DialFailed extends Exception {
    @Serial
    private static final long serialVersionUID = 1;

    public enum Reason {
        /// No such host, nobody listens, or the peer hung up before it answered.
        UNREACHABLE,
        TIMEOUT,
        /// No agreement on TLS, or a certificate that is not trusted or not the host's.
        TLS,
        /// An HTTP answer other than 101; [#status] and [#headers] say more.
        STATUS,
        /// The answer is not HTTP, or not that of a WebSocket server.
        PROTOCOL
    }

    private final Reason reason;
    private final int status;
    private final transient Map<String, String> headers;

    DialFailed(Reason reason, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.reason = reason;
        this.status = 0;
        this.headers = Map.of();
    }

    DialFailed(int status, Map<String, String> headers) {
        super("answered " + status);
        this.reason = Reason.STATUS;
        this.status = status;
        this.headers = Map.copyOf(headers);
    }

    public Reason reason() {
        return reason;
    }

    /// The HTTP status, when the peer answered with one.
    public OptionalInt status() {
        return reason == Reason.STATUS ? OptionalInt.of(status) : OptionalInt.empty();
    }

    /// The headers of the answer, with names in lower case; of a repeated one, the first.
    public Map<String, String> headers() {
        return headers;
    }

    /// A header of the answer, such as `retry-after`.
    public Optional<String> header(String lowerCaseName) {
        return Optional.ofNullable(headers.get(lowerCaseName));
    }
}
