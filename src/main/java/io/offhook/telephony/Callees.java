package io.offhook.telephony;

import io.offhook.call.Route;
import java.util.concurrent.CompletionStage;

/// Asked and told about humans who were called by [HumanLegs]; `live` implements it, provider adapters call it. As with
/// [Switchboard], methods return at once on any event loop, and every stage completes within a second, and never
/// exceptionally. All of it may be said twice.
public interface Callees {

    /// One human's leg.
    ///
    /// @param id the provider's
    record Callee(Meeting meeting, String id) {}

    /// The human has picked up.
    CompletionStage<Answer> pickedUp(Callee callee);

    /// The human has pressed a key.
    CompletionStage<Answer> pressed(Callee callee, char key);

    /// The human's leg is over.
    ///
    /// @param how `ACCEPTED` stands for a leg that was picked up
    void ended(Callee callee, Route.Result how);

    /// A leg, the human's or the caller's, has come to the meeting.
    void joined(Meeting meeting, String leg);

    /// It has left.
    void left(Meeting meeting, String leg);

    /// A leg, the human's or the caller's, is alone in the meeting. Said every few seconds for as long as that lasts.
    ///
    /// @return what is said to it between bars of music
    CompletionStage<Comfort> alone(Meeting meeting, String leg);

    /// @param say empty for nothing
    record Comfort(String say, String language) {
        public static final Comfort NONE = new Comfort("", "en");
    }

    /// What happens on a human's leg next.
    sealed interface Answer {
        /// Tells what it is about, and asks for a key.
        record Ask(Whisper whisper) implements Answer {}

        /// To the meeting; `say` first.
        record Meet(String say, String language) implements Answer {}

        /// Good manners, and the end.
        record Leave(String say, String language) implements Answer {}

        /// It is not known at present: asks once more in a moment, but not for ever.
        ///
        /// @param atLast the end, when it was asked for long enough
        record Wait(String say, String language, Leave atLast) implements Answer {}
    }
}
