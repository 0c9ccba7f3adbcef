package io.offhook.engine.openai;

import io.offhook.call.EngineFault;
import io.offhook.call.EngineFault.Kind;
import io.offhook.websocket.CloseCode;
import io.offhook.websocket.DialFailed;
import java.time.Duration;
import java.util.Optional;

/// What a failed dial or a closed connection means in the call's words.
final class Faults {
    private static final Duration MAX_RETRY_AFTER = Duration.ofHours(1);

    private Faults() {}

    static EngineFault ofDial(Throwable failure) {
        if (!(failure instanceof DialFailed dial)) {
            return EngineFault.of(Kind.UNREACHABLE);
        }
        return switch (dial.reason()) {
            case UNREACHABLE -> EngineFault.of(Kind.UNREACHABLE);
            case TIMEOUT -> EngineFault.of(Kind.TIMEOUT);
            case TLS -> EngineFault.of(Kind.TLS);
            case PROTOCOL -> EngineFault.of(Kind.PROTOCOL);
            case STATUS -> ofStatus(dial.status().orElse(0), dial.header("retry-after"));
        };
    }

    static Kind ofClose(int code) {
        return switch (code) {
            // 4000 is the service's own: it was spoken to in an older form of the API.
            case CloseCode.PROTOCOL_ERROR, CloseCode.NOT_TEXT, CloseCode.TOO_BIG, 4000 -> Kind.PROTOCOL;
            case CloseCode.OUR_FAULT -> Kind.SERVER_ERROR;
            default -> Kind.CLOSED;
        };
    }

    private static EngineFault ofStatus(int status, Optional<String> retryAfter) {
        return switch (status) {
            case 401, 403 -> EngineFault.of(Kind.AUTH);
            case 429 -> new EngineFault(Kind.RATE, retryAfter.flatMap(Faults::seconds));
            case 408 -> EngineFault.of(Kind.TIMEOUT);
            default -> EngineFault.of(status >= 500 ? Kind.SERVER_ERROR : Kind.PROTOCOL);
        };
    }

    private static Optional<Duration> seconds(String header) {
        return header.matches("\\d{1,9}")
                ? Optional.of(Duration.ofSeconds(Math.min(Long.parseLong(header), MAX_RETRY_AFTER.toSeconds())))
                : Optional.empty();
    }
}
