package io.offhook.metrics;

import io.micrometer.core.instrument.Tags;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Counts whole calls by what is written down of them: each call once, when its end is recorded, with or without a
/// stream. A call is counted by the node that took its first webhook, because no other sees its beginning and its end.
/// Any thread; never blocks.
final class CallTally {
    private static final int MOST_CALLS = 100_000;
    /// The outcome of what another node will see the end of.
    private static final String UNKNOWN = "unknown";
    /// How a caller who goes back to the agent, or whose call breaks, has fared on the way to a human.
    private static final String NOBODY = "nobody";
    /// The entry of the timeline that says that a human took the call by key.
    private static final String TAKEN = "human_accepted";

    private final Meters meters;
    private final ConcurrentHashMap<CallId, Tally> running = new ConcurrentHashMap<>();
    /// Which handoff of a call was counted last: it is written down again when more of it is known.
    private final ConcurrentHashMap<CallId, Instant> handedOff = new ConcurrentHashMap<>();

    /// @param firstAudio how long the caller waited for the first sound
    /// @param escalation the last one; empty before the first
    private record Tally(
            String agent, Instant since, Optional<Duration> firstAudio, Optional<Escalation> escalation) {
        Tally heard(Duration took) {
            return firstAudio.isPresent() ? this : new Tally(agent, since, Optional.of(took), escalation);
        }

        Tally with(Escalation now) {
            return new Tally(agent, since, firstAudio, Optional.of(now));
        }
    }

    /// A decision that a human is needed, and how far the caller has come on the way to one.
    ///
    /// @param waiting since when the caller waits for the next step of the route
    /// @param taken   when a human took the call, if they said so
    /// @param steps   how many steps of the route are over
    /// @param last    how the last of them ended
    private record Escalation(
            String reason,
            String destination,
            Instant waiting,
            Optional<Instant> taken,
            int steps,
            Optional<Route.Result> last) {
        static Escalation of(Fact.HandedOff fact) {
            var handoff = fact.handoff();
            return new Escalation(handoff.cause().slug(), handoff.to(), fact.at(), Optional.empty(), 0, Optional.empty());
        }

        Escalation taken(Instant at) {
            return new Escalation(reason, destination, waiting, Optional.of(at), steps, last);
        }

        Escalation stepped(int step, Route.Result result, Instant at) {
            return new Escalation(reason, destination, at, Optional.empty(), step + 1, Optional.of(result));
        }

        /// What has come of it, once no further step can change that.
        Optional<String> outcome() {
            return last.filter(result -> switch (result) {
                        case ACCEPTED, VOICEMAIL, CALLBACK, CALLER_GONE -> true;
                        case DECLINED, BUSY, NO_ANSWER, NO_KEY, HUMAN_GONE, QUEUE_FULL, FAILED -> false;
                    })
                    .map(Route.Result::slug);
        }
    }

    CallTally(Meters meters) {
        this.meters = meters;
    }

    void firstAudio(CallId call, String agent, Duration took) {
        if (running.computeIfPresent(call, (_, tally) -> tally.heard(took)) == null) {
            firstAudio(agent, UNKNOWN, took);
        }
    }

    void count(Fact fact) {
        switch (fact) {
            case Fact.Started started -> {
                if (running.size() < MOST_CALLS) {
                    running.putIfAbsent(
                            started.call(),
                            new Tally(started.agent(), started.at(), Optional.empty(), Optional.empty()));
                }
            }
            case Fact.HandedOff escalated -> {
                if (isNew(escalated.call(), escalated.at())) {
                    escalated(escalated.call(), Escalation.of(escalated));
                }
            }
            case Fact.Happened happened when happened.kind().equals(TAKEN) ->
                running.computeIfPresent(
                        happened.call(),
                        (_, tally) -> tally.escalation()
                                .map(escalation -> tally.with(escalation.taken(happened.at())))
                                .orElse(tally));
            case Fact.RouteStepped step -> step.result().ifPresent(result -> stepped(step, result));
            case Fact.Ended ended -> {
                handedOff.remove(ended.call());
                Optional.ofNullable(running.remove(ended.call())).ifPresent(tally -> ended(ended, tally));
            }
            default -> {}
        }
    }

    private boolean isNew(CallId call, Instant at) {
        return handedOff.size() >= MOST_CALLS || !at.equals(handedOff.put(call, at));
    }

    private void escalated(CallId call, Escalation escalation) {
        var tally = running.computeIfPresent(call, (_, before) -> {
            // A caller who went back to the agent is on the way to a human once more.
            before.escalation().ifPresent(earlier -> over(earlier, NOBODY));
            return before.with(escalation);
        });
        if (tally == null) {
            count(escalation, UNKNOWN);
        }
    }

    /// How long a caller waited for somebody who came is known where that person has said so by key: of others the
    /// provider tells only when they have hung up again.
    private void stepped(Fact.RouteStepped step, Route.Result result) {
        running.computeIfPresent(step.call(), (_, tally) -> tally.escalation()
                .filter(escalation -> step.step() >= escalation.steps())
                .map(escalation -> {
                    var came = result == Route.Result.ACCEPTED ? escalation.taken() : Optional.of(step.at());
                    came.ifPresent(until -> waited(escalation, step.destination(), result, until));
                    var now = escalation.stepped(step.step(), result, step.at());
                    if (escalation.outcome().isEmpty()) {
                        now.outcome().ifPresent(outcome -> count(now, outcome));
                    }
                    return tally.with(now);
                })
                .orElse(tally));
    }

    private void waited(Escalation escalation, String destination, Route.Result result, Instant until) {
        meters.time(
                "offhook.handoff.wait",
                Tags.of("reason", escalation.reason(), "destination", destination, "outcome", result.slug()),
                Duration.between(escalation.waiting(), until));
    }

    private void ended(Fact.Ended ended, Tally tally) {
        var outcome = ended.disposition().outcome();
        meters.count(
                "offhook.calls",
                Tags.of("agent", tally.agent(), "direction", Meters.INBOUND, "outcome", outcome.slug()),
                1);
        meters.time(
                "offhook.call.duration",
                Tags.of("agent", tally.agent(), "outcome", outcome.slug()),
                Duration.between(tally.since(), ended.at()));
        tally.firstAudio().ifPresent(took -> firstAudio(tally.agent(), outcome.slug(), took));
        tally.escalation().ifPresent(escalation -> over(escalation, result(outcome)));
    }

    /// What the end of the call says about a way to a human of which no step has told it.
    private static String result(Disposition.Outcome outcome) {
        return switch (outcome) {
            case TRANSFERRED -> Route.Result.ACCEPTED.slug();
            case VOICEMAIL -> Route.Result.VOICEMAIL.slug();
            case CALLBACK -> Route.Result.CALLBACK.slug();
            case HUNG_UP, ABANDONED -> Route.Result.CALLER_GONE.slug();
            case RESOLVED, FAILED -> NOBODY;
        };
    }

    private void over(Escalation escalation, String outcome) {
        if (escalation.outcome().isEmpty()) {
            count(escalation, outcome);
        }
    }

    private void count(Escalation escalation, String outcome) {
        meters.count(
                "offhook.escalations",
                Tags.of("reason", escalation.reason(), "destination", escalation.destination(), "outcome", outcome),
                1);
    }

    private void firstAudio(String agent, String outcome, Duration took) {
        meters.time("offhook.call.first.audio", Tags.of("agent", agent, "outcome", outcome), took);
    }
}
