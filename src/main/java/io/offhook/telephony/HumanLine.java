package io.offhook.telephony;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.util.Optional;

/// Rings people by phone. Any thread; methods block for some seconds at most and throw nothing for what goes wrong at
/// the provider's end.
public interface HumanLine {

    /// Rings somebody, who then belongs to [CallbackDesk]. Never rings twice by itself.
    ///
    /// @param shown whose call it seems to be: a number of ours
    Placed ring(PhoneNumber human, PhoneNumber shown, CallbackDesk.Ring ring);

    /// Whether this call is over; empty when the provider can't tell at present.
    Optional<Boolean> over(CallId leg);

    /// What became of the order.
    sealed interface Placed {
        record Ringing() implements Placed {}

        /// The provider does not ring there, and would not the next time.
        ///
        /// @param reason constant slug
        record Refused(String reason) implements Placed {}

        /// Nobody is rung; the same order may be given again.
        ///
        /// @param reason constant slug
        record Later(String reason, Optional<Duration> pause) implements Placed {}

        /// It may be ringing, or not.
        record Unclear() implements Placed {}
    }
}
