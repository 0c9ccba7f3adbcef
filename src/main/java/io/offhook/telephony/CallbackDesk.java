package io.offhook.telephony;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import java.util.List;
import java.util.concurrent.CompletionStage;

/// What people hear who are rung for a caller that wants to be called back; `callback` implements it, provider adapters
/// call it. May be asked on any node and any event loop; returns at once, and every stage completes within a second and
/// never exceptionally.
public interface CallbackDesk {

    /// One person rung for one wish.
    ///
    /// @param wish   the call in which the wish was said
    /// @param number of the try, from 1
    record Ring(CallId wish, int number) {}

    /// Words for the provider's voice.
    record Spoken(String text, String language) {
        /// Without the words: some are a caller's.
        @Override
        public String toString() {
            return "Spoken[" + text.length() + " characters]";
        }
    }

    /// What happens next on the human's leg.
    sealed interface Answer {
        /// Says this and waits for the key, twice; then asks one of `taken`, `declined` and `silent`.
        record Offer(List<Spoken> say) implements Answer {}

        /// Dials the caller and puts the two through; then asks `dialled`.
        record Connect(PhoneNumber caller, PhoneNumber shown) implements Answer {}

        record HangUp(List<Spoken> say) implements Answer {
            public static final HangUp SILENTLY = new HangUp(List.of());
        }
    }

    /// Somebody, or something, has picked up.
    CompletionStage<Answer> pickedUp(Ring ring);

    /// The key that takes the wish was pressed.
    ///
    /// @param leg the provider's name for the human's call
    CompletionStage<Answer> taken(Ring ring, CallId leg);

    /// Another key was pressed.
    CompletionStage<Answer> declined(Ring ring);

    /// Nobody pressed a key although everything was said: a mailbox does that.
    CompletionStage<Answer> silent(Ring ring);

    /// The caller was dialled, and that is over.
    CompletionStage<Answer> dialled(Ring ring, Route.Result result);

    /// The human's call is over; the last that is heard of it, but not always the last that is said.
    void over(Ring ring, Route.Result result);
}
