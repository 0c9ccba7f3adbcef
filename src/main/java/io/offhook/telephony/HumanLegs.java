package io.offhook.telephony;

import io.offhook.call.PhoneNumber;
import java.time.Duration;

/// Legs of humans who are called for a caller who stays with the agent. `telephony.<provider>` implements it; every
/// method blocks for a few seconds at most, on a virtual thread, and throws nothing for what goes wrong at the
/// provider's end.
public interface HumanLegs {

    /// Rings a human, who is then asked for on [Callees].
    ///
    /// @param from the number shown to the human
    Rung ring(Meeting meeting, PhoneNumber human, PhoneNumber from, Duration patience);

    /// What came of it.
    sealed interface Rung {
        /// @param leg the provider's id of the human's leg
        record Ringing(String leg) implements Rung {}

        /// @param reason constant word for the record
        record Failed(String reason) implements Rung {}
    }

    /// Ends the leg of a human who has not met the caller: stops the ringing, or says this first.
    ///
    /// @return whether the leg is over, or soon will be
    boolean dismiss(String leg, String say, String language);

    /// Takes a caller out of a room in which nobody is; the provider then asks `Switchboard.next`. One who is not in that
    /// room is left alone, and may be talking with somebody else.
    ///
    /// @return whether it will, or the caller is not there
    boolean recall(Meeting meeting);
}
