package io.offhook.live;

import io.offhook.call.EngineFault;
import io.offhook.call.HandoffCause;
import io.offhook.engine.RealtimeEngine;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/// Who may have the agent: as many at once as its configuration allows, and nobody while its engine wants to be left
/// alone. A call has a seat from its first webhook until it is over or on its way to a human; the seats are counted,
/// so that a burst of calls costs each of them the same. Any thread.
final class Admission {
    private final CallCounters counters;
    private final ConcurrentHashMap<String, AtomicInteger> seats = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<RealtimeEngine, Instant> resting = new ConcurrentHashMap<>();

    /// Why a caller can't have the agent, and what the caller is told instead.
    record Refusal(HandoffCause cause, Function<Apologies, String> apology) {}

    Admission(CallCounters counters) {
        this.counters = counters;
    }

    /// For a call that rings; whoever has a seat already keeps it.
    Optional<Refusal> atTheDoor(Entry entry, Instant now) {
        if (entry.sitDown()
                && seats(entry).incrementAndGet() > entry.plan().concurrent()) {
            leave(entry);
            counters.refused("capacity");
            return Optional.of(new Refusal(new HandoffCause.NoCapacity(), Apologies::allLinesBusy));
        }
        return again(entry, now);
    }

    /// For a call that has had the agent before: it is not put off because of others.
    Optional<Refusal> again(Entry entry, Instant now) {
        if (now.isBefore(resting.getOrDefault(entry.plan().engine(), Instant.MIN))) {
            counters.refused("engine_rate");
            return Optional.of(new Refusal(
                    new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.RATE)), Apologies::technical));
        }
        return Optional.empty();
    }

    /// A stream of this call is up, whichever node admitted it.
    void enter(Entry entry) {
        if (entry.sitDown()) {
            seats(entry).incrementAndGet();
        }
    }

    void leave(Entry entry) {
        if (entry.standUp()) {
            seats(entry).decrementAndGet();
        }
    }

    private AtomicInteger seats(Entry entry) {
        return seats.computeIfAbsent(entry.plan().rules().agent(), _ -> new AtomicInteger());
    }

    void engineRests(RealtimeEngine engine, Instant until) {
        resting.merge(engine, until, (a, b) -> a.isAfter(b) ? a : b);
    }
}
