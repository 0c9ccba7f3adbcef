package io.offhook.metrics;

import io.micrometer.core.instrument.Tags;
import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// Counts whole calls by what is written down of them: each call once, when its end is recorded, with or without a
/// stream. A call is counted by the node that took its first webhook. Any thread; never blocks.
final class CallTally {
    private static final int MOST_CALLS = 100_000;

    private final Meters meters;
    private final ConcurrentHashMap<CallId, Tally> running = new ConcurrentHashMap<>();
    /// Which handoff of a call was counted last: it is written down again when more of it is known.
    private final ConcurrentHashMap<CallId, Instant> handedOff = new ConcurrentHashMap<>();

    /// @param waiting since when the caller waits for the next step of the route
    private record Tally(String agent, Instant since, String cause, Optional<Instant> waiting, int steps) {
        Tally handedOff(String slug, Instant at) {
            return new Tally(agent, since, slug, Optional.of(at), steps);
        }

        Tally stepped(int step, Instant at) {
            return new Tally(agent, since, cause, Optional.of(at), step + 1);
        }
    }

    CallTally(Meters meters) {
        this.meters = meters;
    }

    void count(Fact fact) {
        switch (fact) {
            case Fact.Started started -> {
                if (running.size() < MOST_CALLS) {
                    running.putIfAbsent(
                            started.call(), new Tally(started.agent(), started.at(), "", Optional.empty(), 0));
                }
            }
            case Fact.HandedOff(var call, var at, var handoff) -> {
                if (isNew(call, at)) {
                    var cause = handoff.cause().slug();
                    meters.count("offhook.escalations", Tags.of("reason", cause, "destination", handoff.to()), 1);
                    running.computeIfPresent(call, (_, tally) -> tally.handedOff(cause, at));
                }
            }
            case Fact.RouteStepped step ->
                step.result().ifPresent(result -> stepped(step, result));
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

    /// The wait for somebody who came is not known: the provider tells only when they have hung up again.
    private void stepped(Fact.RouteStepped step, Route.Result result) {
        running.computeIfPresent(step.call(), (_, tally) -> {
            if (step.step() < tally.steps()) {
                return tally;
            }
            if (result != Route.Result.ACCEPTED) {
                tally.waiting()
                        .ifPresent(since -> meters.time(
                                "offhook.handoff.wait",
                                Tags.of(
                                        "reason",
                                        tally.cause(),
                                        "destination",
                                        step.destination(),
                                        "outcome",
                                        result.slug()),
                                Duration.between(since, step.at())));
            }
            return tally.stepped(step.step(), step.at());
        });
    }

    private void ended(Fact.Ended ended, Tally tally) {
        var outcome = ended.disposition().outcome().slug();
        meters.count(
                "offhook.calls", Tags.of("agent", tally.agent(), "direction", "inbound", "outcome", outcome), 1);
        meters.time(
                "offhook.call.duration",
                Tags.of("agent", tally.agent(), "outcome", outcome),
                Duration.between(tally.since(), ended.at()));
    }
}
