package io.offhook.outbox;

import java.time.Duration;
import java.util.Optional;

/// How one delivery ended. Errors are constant slugs, such as `http_503`, `timeout`, `mail_auth`.
public sealed interface Receipt {
    record Delivered() implements Receipt {}

    /// The receiver will never take this message: trying again is of no use.
    record Refused(String error) implements Receipt {}

    /// Not now.
    ///
    /// @param pause how long the receiver asked to be left in peace
    /// @param blame whether the receiver is at fault, so that its other messages had better wait, too
    record Later(String error, Blame blame, Optional<Duration> pause) implements Receipt {}

    enum Blame {
        RECEIVER,
        MESSAGE
    }

    static Receipt delivered() {
        return new Delivered();
    }

    static Receipt refused(String error) {
        return new Refused(error);
    }

    /// What an answer over HTTP means, as docs/webhooks.md tells it.
    ///
    /// @param pause how long the receiver asked to be left in peace
    static Receipt answered(int status, Optional<Duration> pause) {
        var slug = "http_" + status;
        return switch (status) {
            case 410 -> refused(slug);
            case 400, 409, 413, 415, 422 -> new Later(slug, Blame.MESSAGE, Optional.empty());
            case 429, 503 -> new Later(slug, Blame.RECEIVER, pause);
            default -> status / 100 == 2 ? delivered() : later(slug);
        };
    }

    /// The receiver is at fault.
    static Receipt later(String error) {
        return new Later(error, Blame.RECEIVER, Optional.empty());
    }
}
