package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;

/// A caller's wish to be called back, and how far it has come.
///
/// @param call     the call in which it was said; its key
/// @param number   to be called; empty once it is erased, and the consent with it
/// @param called   the number that the caller has phoned, and will see
/// @param route    the way to a human that the caller was on
/// @param consent  the words that the caller agreed to
/// @param spoken   whether by voice, or to a number that was given by voice
/// @param tries    how many people were rung for it; the number of the latest try
/// @param nextAt   when the next try may begin
/// @param leg      the call of the human who took it
/// @param result   how the latest try ended, or why it was the last; empty before the first has ended
public record Wish(
        CallId call,
        Instant askedAt,
        Optional<PhoneNumber> number,
        PhoneNumber called,
        String route,
        String consent,
        String language,
        boolean spoken,
        State state,
        int tries,
        Instant nextAt,
        Optional<CallId> leg,
        String result,
        Optional<Instant> finishedAt) {

    /// Where the wish stands.
    public enum State {
        /// To be tried, not before its time.
        WAITING,
        /// Somebody is being rung, or hears what it is about; counts as waiting again when the claim runs out.
        RINGING,
        /// Somebody has taken it, and the caller is dialled or speaks. Never tried again by itself.
        CONNECTING,
        /// The two have spoken.
        CONNECTED,
        GIVEN_UP,
        /// Nobody here is to call back: the wish is somebody else's work.
        KEPT,
        CANCELED;

        /// For example `given-up`.
        public String slug() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }

        public static State of(String slug) {
            return valueOf(slug.toUpperCase(Locale.ROOT).replace('-', '_'));
        }
    }

    /// Without the numbers.
    @Override
    public String toString() {
        return "Wish[" + call + ", " + state.slug() + " after " + tries + "]";
    }
}
