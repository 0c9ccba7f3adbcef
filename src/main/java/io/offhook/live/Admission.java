package io.offhook.live;

import io.offhook.call.EngineFault;
import io.offhook.call.HandoffCause;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// Who may have the agent: as many at once as its configuration allows, and nobody while its engine wants to be left
/// alone. Any thread.
final class Admission {
    private final CallCounters counters;
    private final AtomicReference<Instant> engineRestUntil = new AtomicReference<>(Instant.MIN);

    /// Why a caller can't have the agent, and what the caller is told instead.
    record Refusal(HandoffCause cause, String apology) {}

    Admission(CallCounters counters) {
        this.counters = counters;
    }

    /// @param others the calls that hold or are about to hold an engine session of this agent
    Optional<Refusal> atTheDoor(AgentPlan plan, long others, Instant now) {
        if (others >= plan.concurrent()) {
            counters.refused("capacity");
            return Optional.of(new Refusal(new HandoffCause.NoCapacity(), Apologies.ALL_LINES_BUSY));
        }
        return again(now);
    }

    /// The same for a caller who has had the agent before.
    Optional<Refusal> again(Instant now) {
        if (now.isBefore(engineRestUntil.get())) {
            counters.refused("engine_rate");
            return Optional.of(new Refusal(
                    new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.RATE)), Apologies.TECHNICAL));
        }
        return Optional.empty();
    }

    void engineRests(Instant until) {
        engineRestUntil.accumulateAndGet(until, (a, b) -> a.isAfter(b) ? a : b);
    }
}
