package io.offhook.telephony;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import java.util.Optional;
import java.util.OptionalInt;

/// The provider asks what comes next for a call.
///
/// @param step   the step of the route that just ended; empty when it was the stream that ended
/// @param result how that step ended
/// @param proven whether the provider says in so many words that caller and human were put through to each other; a
///               mere "completed" may be a mailbox
/// @param typed  what the caller has typed at a step that asks for a number
/// @param over   the call has ended already; the answer only serves good manners
public record Progress(
        CallId id,
        Optional<PhoneNumber> from,
        Optional<PhoneNumber> to,
        OptionalInt step,
        Optional<Route.Result> result,
        boolean proven,
        Typed typed,
        boolean over) {

    /// @param again whether the caller was asked for the second time
    public record Typed(String keys, boolean again) {
        public static final Typed NOTHING = new Typed("", false);

        /// Without the keys: they are a phone number.
        @Override
        public String toString() {
            return "Typed[" + keys.length() + " keys]";
        }
    }
}
