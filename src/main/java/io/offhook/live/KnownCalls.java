package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Transcript;
import io.offhook.store.CallLog;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Function;

/// The calls that this node knows: those that rang here, and those that another node began and this one was asked
/// about. Any thread.
final class KnownCalls {
    private static final int MOST = 50_000;

    private final Function<Optional<PhoneNumber>, AgentPlan> agents;
    private final CallLog store;
    private final LookUps lookUps;
    private final CallClock clock;
    private final CallCounters counters;
    private final ConcurrentHashMap<CallId, Entry> entries = new ConcurrentHashMap<>();

    KnownCalls(
            Function<Optional<PhoneNumber>, AgentPlan> agents,
            CallLog store,
            LookUps lookUps,
            CallClock clock,
            CallCounters counters) {
        this.agents = agents;
        this.store = store;
        this.lookUps = lookUps;
        this.clock = clock;
        this.counters = counters;
    }

    Optional<Entry> find(CallId id) {
        return Optional.ofNullable(entries.get(id));
    }

    Collection<Entry> all() {
        return Collections.unmodifiableCollection(entries.values());
    }

    /// An entry for a call of which nothing more is known. It is not among the known ones before it is added.
    Entry fresh(CallId id, Optional<PhoneNumber> from, Optional<PhoneNumber> to) {
        return new Entry(id, agents.apply(to), from, clock.now());
    }

    /// The call's entry, this one or the one that it has; empty when there is no room for more.
    Optional<Entry> add(Entry fresh) {
        if (entries.size() >= MOST && !entries.containsKey(fresh.id())) {
            counters.refused("capacity");
            return Optional.empty();
        }
        return Optional.of(entries.computeIfAbsent(fresh.id(), _ -> fresh));
    }

    void forget(Entry entry) {
        entries.remove(entry.id(), entry);
    }

    // --- calls of other nodes ---

    /// The call as this node knows it, or else as the store does; empty when neither has heard of it in time.
    CompletionStage<Optional<Entry>> findOrAdopt(CallId id) {
        var known = find(id);
        return known.isPresent()
                ? CompletableFuture.completedStage(known)
                : lookUps.ask(() -> adopt(id), Optional.<Entry>empty());
    }

    /// Takes over a call that another node has begun. Blocks while the store is asked.
    Optional<Entry> adopt(CallId id) {
        return store.find(id)
                .flatMap(stored -> add(Entry.adopted(
                        id,
                        agents.apply(stored.to()),
                        stored.from(),
                        store.handoff(id),
                        stored.disposition()
                                .map(how -> new Entry.End(how, stored.endedAt().orElseGet(clock::now))),
                        Transcript.of(store.turns(id)),
                        !stored.phase().equals("ringing"),
                        clock.now())));
    }
}
