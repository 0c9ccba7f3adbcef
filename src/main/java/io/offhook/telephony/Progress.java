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
/// @param reply  what the caller has typed or said at a step that asks for a number
/// @param over   the call has ended already; the answer only serves good manners
public record Progress(
        CallId id,
        Optional<PhoneNumber> from,
        Optional<PhoneNumber> to,
        OptionalInt step,
        Optional<Route.Result> result,
        boolean proven,
        Reply reply,
        boolean over) {

    /// Keys or words, not both.
    ///
    /// @param words      as the provider has understood them
    /// @param confidence how sure the provider is of the words, from 0 to 1; 1 where it does not say
    /// @param question   that it is a reply to
    public record Reply(String keys, String words, double confidence, NumberQuestion question) {
        public static final Reply NOTHING = new Reply("", "", 0, NumberQuestion.FIRST);

        /// Without keys and words: they are a phone number.
        @Override
        public String toString() {
            return "Reply[" + keys.length() + " keys, " + words.length() + " characters, " + question + "]";
        }
    }
}
