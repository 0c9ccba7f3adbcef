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

    /// Asks the caller to type a number, at this step of the route; then asks `Switchboard.next` with the step and what was
    /// typed, if anything.
    ///
    /// @param patience how long to wait for the next key
    /// @param again    whether it is asked for the second time
    record AskNumber(List<String> say, String language, int step, Duration patience, boolean again)
            implements Instruction {}

    /// Brings the caller to a human who waits in this room; then asks `Switchboard.next` with that step.
    record Meet(List<String> say, String language, int step, Meeting meeting) implements Instruction {}

    record HangUp(List<String> say, String language) implements Instruction {}
}
