package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.CallMachine;
import io.offhook.call.PhoneNumber;
import io.offhook.store.Attempt;
import io.offhook.store.CallLog;
import io.offhook.store.WholeCall;
import io.offhook.telephony.IncomingCall;
import java.util.Collection;
import java.util.Collections;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.Function;

/// The calls that this node knows: those that rang here, and those that another node began and this one was asked
/// about. Any thread.
///
/// The node that has a call's stream knows best. Without one, whatever is known here may be old where nodes share a
/// store: any of them may have had the call since. Then the store is asked, and what it says is added.
final class KnownCalls {
    private static final int MOST = 50_000;

    private final Function<Optional<PhoneNumber>, AgentPlan> agents;
    private final CallMachine machine;
    private final CallLog store;
    private final boolean storeIsShared;
    private final LookUps lookUps;
    private final Logbook log;
    private final CallClock clock;
    private final CallCounters counters;
    private final ConcurrentHashMap<CallId, Entry> entries = new ConcurrentHashMap<>();

    KnownCalls(
            Function<Optional<PhoneNumber>, AgentPlan> agents,
            CallMachine machine,
            CallLog store,
            boolean storeIsShared,
            LookUps lookUps,
            Logbook log,
            CallClock clock,
            CallCounters counters) {
        this.agents = agents;
        this.machine = machine;
        this.store = store;
        this.storeIsShared = storeIsShared;
        this.lookUps = lookUps;
        this.log = log;
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
    Entry fresh(IncomingCall call) {
        return new Entry(call, agents.apply(call.to()), clock.now());
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

    /// The call as it stands, whichever node has had it; empty when neither this one nor the store has heard of it. A
    /// store that does not answer in time leaves it at what is known here.
    CompletionStage<Optional<Entry>> current(CallId id) {
        var here = find(id);
        return here.filter(entry -> !storeIsShared || entry.onLine()).isPresent()
                ? CompletableFuture.completedStage(here)
                : lookUps.ask(() -> catchUp(id), here);
    }

    /// The same of a caller who has left a stream, or is about to be told where to go.
    ///
    /// @param agentGone told of a human who was being called while the agent had the caller; blocks while it stores that
    CompletionStage<Optional<Entry>> left(CallId id, Consumer<Attempt> agentGone) {
        var here = find(id);
        return here.filter(entry -> !storeIsShared || entry.onLine()).isPresent()
                ? CompletableFuture.completedStage(here)
                : lookUps.ask(
                        () -> {
                            var stored = store.whole(id);
                            var calling = stored.stream()
                                    .flatMap(whole -> whole.attempts().stream())
                                    .filter(attempt -> attempt.is(Attempt.State.CALLING))
                                    .toList();
                            calling.forEach(agentGone);
                            return catchUp(id, calling.isEmpty() ? stored : store.whole(id));
                        },
                        here);
    }

    /// Adds what the store knows of a call that is not on a stream of this node. Blocks while the store is asked.
    Optional<Entry> catchUp(CallId id) {
        return catchUp(id, store.whole(id));
    }

    private Optional<Entry> catchUp(CallId id, Optional<WholeCall> stored) {
        var entry = find(id).or(() -> stored.flatMap(this::adopt));
        stored.ifPresent(whole -> entry.ifPresent(here -> catchUp(here, whole)));
        return entry;
    }

    private void catchUp(Entry entry, WholeCall stored) {
        var other = Elsewhere.of(stored, entry.plan(), machine);
        entry.catchUp(other);
        other.handoff()
                .filter(found -> entry.handoff().filter(found::equals).isPresent())
                .filter(found -> !stored.handoffs().contains(found))
                .ifPresent(found -> {
                    var _ = log.file(found, entry.plan());
                });
    }

    /// Whether the call is another node's affair now.
    boolean moved(Entry entry) {
        return storeIsShared && entry.elsewhere();
    }

    private Optional<Entry> adopt(WholeCall stored) {
        var call = stored.call();
        return add(fresh(IncomingCall.elsewhere(call.id(), call.from(), call.to(), stored.verstat())));
    }
}
