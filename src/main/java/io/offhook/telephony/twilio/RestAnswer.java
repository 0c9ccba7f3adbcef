package io.offhook.telephony.twilio;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/// How a request to Twilio's REST API ended. Nothing is thrown: what is not `Ok` is part of a phone line's life, and
/// the kind tells the asker what to do. No text in it holds a secret or a whole phone number.
public sealed interface RestAnswer<T> {
    record Ok<T>(T value) implements RestAnswer<T> {}

    /// What was asked for does not exist, or the call is already over: for a running transfer no error at all.
    record Gone<T>(TwilioError error) implements RestAnswer<T> {}

    /// 401 or 403: the credentials are wrong, or may not do this.
    record Refused<T>(TwilioError error) implements RestAnswer<T> {}

    /// Any other 4xx: a parameter is wrong. The same request will fail again.
    record Rejected<T>(TwilioError error) implements RestAnswer<T> {}

    /// 429: nothing was done, and the same request may be sent again after a while.
    record Busy<T>(TwilioError error, Optional<Duration> retryAfter) implements RestAnswer<T> {}

    /// A 5xx, a time-out, or no connection.
    ///
    /// @param perhapsDone whether the request may have reached Twilio: a call that was to be placed may be ringing
    record Unreachable<T>(String reason, boolean perhapsDone) implements RestAnswer<T> {}

    default Optional<T> ok() {
        return this instanceof Ok<T>(var value) ? Optional.of(value) : Optional.empty();
    }

    default <R> RestAnswer<R> map(Function<? super T, ? extends R> change) {
        return switch (this) {
            case Ok<T>(var value) -> new Ok<>(change.apply(value));
            case Gone<T>(var error) -> new Gone<>(error);
            case Refused<T>(var error) -> new Refused<>(error);
            case Rejected<T>(var error) -> new Rejected<>(error);
            case Busy<T>(var error, var retryAfter) -> new Busy<>(error, retryAfter);
            case Unreachable<T>(var reason, var perhapsDone) -> new Unreachable<>(reason, perhapsDone);
        };
    }

    /// What went wrong and what to do, for people; empty for `Ok`.
    default String problem() {
        return switch (this) {
            case Ok<T> _ -> "";
            case Gone<T>(var error) -> error.sentence();
            case Refused<T>(var error) -> error.sentence();
            case Rejected<T>(var error) -> error.sentence();
            case Busy<T>(var error, var _) -> error.sentence();
            case Unreachable<T>(var reason, var _) -> "Twilio's REST API " + reason + ".";
        };
    }

    /// A constant word for logs and metrics.
    default String slug() {
        return switch (this) {
            case Ok<T> _ -> "ok";
            case Gone<T> _ -> "gone";
            case Refused<T> _ -> "refused";
            case Rejected<T> _ -> "rejected";
            case Busy<T> _ -> "busy";
            case Unreachable<T> _ -> "unreachable";
        };
    }
}
