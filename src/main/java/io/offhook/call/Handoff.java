package io.offhook.call;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The package for the human: why the call is handed over and what was said. Complete before the caller leaves.
///
/// @param reason     what the caller wants, in a few words; the model's or ours
/// @param summary    machine-made; empty when there was no model to write one
/// @param to         name of the route that the caller takes
/// @param transcript what was really heard, oldest first
public record Handoff(
        CallId call,
        HandoffCause cause,
        String reason,
        String summary,
        Urgency urgency,
        String to,
        Optional<PhoneNumber> caller,
        String language,
        List<Turn> transcript,
        Instant at) {

    public Handoff {
        transcript = List.copyOf(transcript);
    }

    /// The same with what was said since.
    Handoff with(List<Turn> turns) {
        return new Handoff(call, cause, reason, summary, urgency, to, caller, language, turns, at);
    }

    /// How soon a human is needed.
    public enum Urgency {
        LOW,
        NORMAL,
        HIGH
    }

    @Override
    public String toString() {
        return "Handoff[" + call + " " + cause.slug() + "]";
    }
}
