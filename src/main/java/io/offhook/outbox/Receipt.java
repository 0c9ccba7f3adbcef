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

    /// The receiver is at fault.
    static Receipt later(String error) {
        return new Later(error, Blame.RECEIVER, Optional.empty());
    }
}
