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
/// @param way        where on that route the caller goes when the stream is closed
/// @param identity   how far the caller is known
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
        Story story,
        Way way,
        Identity identity) {

    public Handoff {
        transcript = List.copyOf(transcript);
        // One that was stored by an earlier version has none of these.
        story = Objects.requireNonNullElse(story, Story.NONE);
        way = Objects.requireNonNullElse(way, Way.FIRST);
        identity = Objects.requireNonNullElse(identity, Identity.UNKNOWN);
    }

    /// Where on the route the caller goes.
    ///
    /// @param step    the destination, counted from 0
    /// @param tried   how it ended, if a human was called there while the agent had the caller; then the next one follows
    /// @param attempt the call by which a human has taken the caller, and waits for the two to meet
    /// @param agentStays whether the caller is still with the agent, while a human is called
    public record Way(int step, Optional<Route.Result> tried, Optional<Integer> attempt, Boolean agentStays) {
        public static final Way FIRST = to(0);
        /// Nowhere yet.
        public static final Way WITH_AGENT = new Way(0, Optional.empty(), Optional.empty(), true);

        public Way {
            // One that was stored by an earlier version does not say.
            agentStays = Objects.requireNonNullElse(agentStays, false);
        }

        public static Way to(int step) {
            return new Way(step, Optional.empty(), Optional.empty(), false);
        }

        public static Way tried(int step, Route.Result result) {
            return new Way(step, Optional.of(result), Optional.empty(), false);
        }

        public static Way meeting(int step, int attempt) {
            return new Way(step, Optional.empty(), Optional.of(attempt), false);
        }

        /// Whether a caller has come further on this way than on the other: to a later destination, to a human who has
        /// taken the call there, or to where that was in vain.
        public boolean further(Way other) {
            return step == other.step ? stage() > other.stage() : step > other.step;
        }

        private int stage() {
            return tried.isPresent() ? 2 : attempt.isPresent() ? 1 : 0;
        }
    }

    /// A handoff to the first destination of its route.
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
            Instant at,
            Story story) {
        this(
                call, cause, reason, summary, urgency, to, caller, language, transcript, at, story, Way.FIRST, Identity.UNKNOWN);
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
        return new Handoff(call, cause, reason, summary, urgency, to, caller, language, turns, at, story, way, identity);
    }

    /// The same with what was heard and has shown up by now, for instance on a node that is gone.
    public Handoff completed(List<Turn> turns, Signals signals, CallRules rules) {
        return with(turns).told(signals, rules);
    }

    /// The same with a story of what was said, and with what is known of who the caller is. What the engine wrote stays.
    Handoff told(Signals signals, CallRules rules) {
        var fresh = Story.of(transcript, signals, rules, cause, summary);
        return with(fresh.keeping(story)).with(Identity.of(signals, rules.attestation()));
    }

    /// The same for a caller who speaks this language.
    Handoff in(String spoken) {
        return new Handoff(call, cause, reason, summary, urgency, to, caller, spoken, transcript, at, story, way, identity);
    }

    /// The same with what the engine has written of the call.
    Handoff with(Digest digest, CallRules rules) {
        return with(story.with(digest, transcript, rules.escalation().topicNames()));
    }

    public Handoff with(Story told) {
        return new Handoff(
                call, cause, reason, summary, urgency, to, caller, language, transcript, at, told, way, identity);
    }

    public Handoff with(Way next) {
        return new Handoff(
                call, cause, reason, summary, urgency, to, caller, language, transcript, at, story, next, identity);
    }

    public Handoff with(Identity known) {
        return new Handoff(
                call, cause, reason, summary, urgency, to, caller, language, transcript, at, story, way, known);
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
