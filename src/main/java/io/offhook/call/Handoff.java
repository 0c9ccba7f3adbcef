package io.offhook.call;

import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;

/// The package for the human: why the call is handed over and what was said. Complete before the caller leaves.
///
/// @param reason     what the caller wants, in a few words; the model's or ours
/// @param summary    the agent's own; empty when it wrote none (the story has one in any case)
/// @param to         name of the route that the caller takes
/// @param transcript what was really heard, oldest first
/// @param story      what the human should know before saying a word
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
        Instant at,
        Story story) {

    public Handoff {
        transcript = List.copyOf(transcript);
        // One that was stored by an earlier version has none.
        story = Objects.requireNonNullElse(story, Story.NONE);
    }

    /// A handoff of a call that has no story.
    public Handoff(
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
        this(call, cause, reason, summary, urgency, to, caller, language, transcript, at, Story.NONE);
    }

    /// The same with what was said since.
    Handoff with(List<Turn> turns) {
        return new Handoff(call, cause, reason, summary, urgency, to, caller, language, turns, at, story);
    }

    /// The same with what was heard and has shown up by now, for instance on a node that is gone.
    public Handoff completed(List<Turn> turns, Signals signals, CallRules rules) {
        return with(turns).told(signals, rules);
    }

    /// The same with a story of what was said. A summary that the engine wrote stays.
    Handoff told(Signals signals, CallRules rules) {
        var fresh = Story.of(transcript, signals, rules, cause, summary);
        return with(story.source() == Story.SummarySource.ENGINE ? fresh.summarised(story.summary()) : fresh);
    }

    public Handoff with(Story told) {
        return new Handoff(call, cause, reason, summary, urgency, to, caller, language, transcript, at, told);
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
