package io.offhook.telephony;

import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// What the provider is to do with the call next. Adapters write it in the provider's language.
///
/// Every `say` is spoken by the provider's own voice, in `language`.
public sealed interface Instruction {

    /// Puts the caller through to the agent, by a stream that carries `token`; then asks `Switchboard.next`.
    record ConnectAgent(List<String> say, String language, String token) implements Instruction {}

    /// Sends the caller to destination number `step` of the route; then asks `Switchboard.next` with that step.
    ///
    /// @param handoff what the human is to know, if it could be found
    record GoTo(List<String> say, String language, int step, Destination destination, Optional<Handoff> handoff)
            implements Instruction {}

    /// Asks the caller to type or say a number, at this step of the route; then asks `Switchboard.next` with the step, the
    /// question, and what was typed or said, if anything.
    ///
    /// @param patience how long to wait for the next key, or for the first word
    /// @param hints    words that the caller may say
    record AskNumber(
            List<String> say, String language, int step, Duration patience, NumberQuestion question, List<String> hints)
            implements Instruction {
        public AskNumber {
            hints = List.copyOf(hints);
        }

        /// Without the words: they may hold a phone number.
        @Override
        public String toString() {
            return "AskNumber[" + step + ", " + question + "]";
        }
    }

    /// Brings the caller to a human who waits in this room; then asks `Switchboard.next` with that step.
    record Meet(List<String> say, String language, int step, Meeting meeting) implements Instruction {}

    record HangUp(List<String> say, String language) implements Instruction {}
}
