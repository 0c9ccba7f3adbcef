package io.offhook.live;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.store.Attempt;
import io.offhook.store.Attempts;
import io.offhook.store.Attempts.Change;
import io.offhook.store.StoreException;
import io.offhook.telephony.Meeting;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Where the attempts to reach a human stand, for which `Attempt` has the rules. What is stored decides, since any node
/// may hear of the human. Where the store does not answer, the node that ordered the attempt goes on by what it
/// remembers, and the others know nothing.
///
/// The node that has the caller looks at what is stored as long as an attempt of its own is open, and tells the call what
/// has become of it: each thing once. Any thread; nothing here waits but on a worker.
final class SharedAttempts {
    private static final Logger LOG = LoggerFactory.getLogger(SharedAttempts.class);

    /// A caller hears nothing of it, and a human who has pressed the key hears "one moment" for longer.
    private static final Duration LOOK_EVERY = Duration.ofMillis(300);

    private final Attempts attempts;
    private final boolean storeIsShared;
    private final LookUps lookUps;
    private final Function<Change, CompletionStage<?>> writtenDown;
    private final CallClock clock;
    private final Executor workers;
    private final ConcurrentHashMap<CallId, Map<Integer, Held>> held = new ConcurrentHashMap<>();
    private final AtomicBoolean watching = new AtomicBoolean();

    /// @param writtenDown told of each change by the node that has made it; completes soon, when that is safe
    SharedAttempts(
            Attempts attempts,
            boolean storeIsShared,
            LookUps lookUps,
            Function<Change, CompletionStage<?>> writtenDown,
            CallClock clock,
            Executor workers) {
        this.attempts = attempts;
        this.storeIsShared = storeIsShared;
        this.lookUps = lookUps;
        this.writtenDown = writtenDown;
        this.clock = clock;
        this.workers = workers;
    }

    /// One that this node has ordered.
    static final class Held {
        private final Entry entry;
        private final CallHuman order;
        private final AtomicReference<Attempt> known;
        /// Whether something is known that is not stored.
        private volatile boolean unsaved;

        private Held(Entry entry, CallHuman order) {
            this.entry = entry;
            this.order = order;
            known = new AtomicReference<>(Attempt.fresh(
                    entry.id(), order.attempt(), order.handoff().at(), order.step()));
        }

        Entry entry() {
            return entry;
        }

        CallHuman order() {
            return order;
        }

        Attempt known() {
            return known.get();
        }

        Meeting meeting() {
            return new Meeting(entry.id(), order.attempt());
        }

        private Attempt and(Attempt stored) {
            return unsaved ? stored.with(known()) : known().with(stored);
        }

        private boolean watched() {
            return unsaved || known().open();
        }

        /// Whoever brings it somewhere tells the call, once it is safe.
        private Change becomes(UnaryOperator<Attempt> rule) {
            var before = known.getAndUpdate(rule);
            return new Change(before, rule.apply(before));
        }

        private void learns(Attempt stored) {
            tell(becomes(is -> is.with(stored)));
        }

        private void tell(Change change) {
            var before = change.before();
            var after = change.after();
            if (after.is(Attempt.State.ACCEPTED) && !before.is(Attempt.State.ACCEPTED)) {
                tell(new CallEvent.HumanAccepted(order.attempt()));
            } else if (after.is(Attempt.State.OVER) && !before.is(Attempt.State.OVER)) {
                after.result()
                        .filter(why -> why != Route.Result.CALLER_GONE)
                        .ifPresent(why -> tell(new CallEvent.HumanLost(order.attempt(), why)));
            } else if (after.is(Attempt.State.MET)) {
                entry.accepted(order.step());
            }
        }

        private void tell(CallEvent event) {
            entry.live().ifPresent(live -> live.post(event));
        }
    }

    // --- what this node has ordered ---

    /// @return empty when it was ordered before
    Optional<Held> hold(Entry entry, CallHuman order) {
        var fresh = new Held(entry, order);
        boolean first = held.computeIfAbsent(entry.id(), _ -> new ConcurrentHashMap<>())
                        .putIfAbsent(order.attempt(), fresh)
                == null;
        return first ? Optional.of(fresh) : Optional.empty();
    }

    /// Stores it, if the store answers.
    ///
    /// @return completes with false when the call had another of this number before, on a node that was gone before it
    ///         could say so
    CompletionStage<Boolean> begin(Held fresh) {
        fresh.unsaved = true;
        return lookUps.ask(() -> stored(fresh), true).whenComplete((_, _) -> watch());
    }

    private boolean stored(Held fresh) {
        var mine = fresh.known();
        if (attempts.begin(mine)) {
            fresh.unsaved = !fresh.known().equals(mine);
            return true;
        }
        return attempts.of(List.of(mine.call())).stream()
                .anyMatch(row -> row.number() == mine.number() && row.handoff().equals(mine.handoff()));
    }

    Optional<Held> held(Meeting meeting) {
        return Optional.ofNullable(held.getOrDefault(meeting.caller(), Map.of()).get(meeting.attempt()));
    }

    Collection<Held> held(CallId caller) {
        return held.getOrDefault(caller, Map.of()).values();
    }

    void forget(CallId caller) {
        held.remove(caller);
    }

    // --- what becomes of it ---

    /// Applies a rule.
    ///
    /// @return completes soon, with nothing when neither the store nor this node knows of the attempt
    CompletionStage<Optional<Change>> change(Meeting meeting, UnaryOperator<Attempt> rule) {
        return lookUps.ask(() -> changeStored(meeting, rule), Optional.<Change>empty())
                .thenCompose(found -> found.isPresent()
                        ? CompletableFuture.completedStage(found)
                        : changeKnown(meeting, rule));
    }

    /// Blocks while the store is asked.
    ///
    /// @throws StoreException when it does not answer
    Optional<Change> changeStored(Meeting meeting, UnaryOperator<Attempt> rule) {
        var mine = held(meeting);
        var before = new AtomicReference<>(Optional.<Attempt>empty());
        var made = attempts.change(meeting.caller(), meeting.attempt(), row -> {
                    // What is known here as well, at this moment: in the next it may know of this very change.
                    var both = mine.map(here -> here.and(row)).orElse(row);
                    before.set(Optional.of(both));
                    return rule.apply(both);
                })
                .map(change -> new Change(before.get().orElse(change.before()), change.after()));
        made.ifPresent(change -> {
            writtenDown.apply(change).toCompletableFuture().join();
            mine.ifPresent(here -> {
                here.learns(change.after());
                here.unsaved = !here.known().is(change.after().state());
            });
        });
        return made;
    }

    private CompletionStage<Optional<Change>> changeKnown(Meeting meeting, UnaryOperator<Attempt> rule) {
        return held(meeting)
                .map(here -> {
                    here.unsaved = true;
                    var change = here.becomes(rule);
                    watch();
                    return writtenDown.apply(change).thenApply(_ -> {
                        here.tell(change);
                        return Optional.of(change);
                    });
                })
                .orElseGet(() -> CompletableFuture.completedStage(Optional.empty()));
    }

    /// What is stored of a call; nothing when the store does not answer.
    CompletionStage<List<Attempt>> of(CallId call) {
        return storeIsShared
                ? lookUps.ask(() -> attempts.of(List.of(call)), List.of())
                : CompletableFuture.completedStage(List.of());
    }

    // --- what becomes of it elsewhere ---

    private List<Held> watched() {
        return held.values().stream()
                .flatMap(each -> each.values().stream())
                .filter(Held::watched)
                .toList();
    }

    private void watch() {
        if (storeIsShared && watching.compareAndSet(false, true)) {
            workers.execute(this::look);
        }
    }

    private void look() {
        do {
            for (var all = watched(); !all.isEmpty(); all = watched()) {
                if (!pause()) {
                    return;
                }
                if (lookUps.worthwhile()) {
                    look(all);
                }
            }
            watching.set(false);
        } while (!watched().isEmpty() && watching.compareAndSet(false, true));
    }

    private void look(List<Held> all) {
        try {
            var rows = attempts.of(
                    all.stream().map(here -> here.entry.id()).distinct().toList());
            all.forEach(here -> compare(
                    here,
                    rows.stream()
                            .filter(row -> row.call().equals(here.entry.id())
                                    && row.number() == here.order.attempt())
                            .findFirst()));
        } catch (RuntimeException e) {
            // Whatever it is, callers must not miss what comes later.
            LOG.atWarn()
                    .addKeyValue("error", e.getClass().getSimpleName())
                    .log("store does not say what humans have done; it is asked again");
        }
    }

    private void compare(Held here, Optional<Attempt> row) {
        if (row.isEmpty()) {
            // The store was not there when it began.
            stored(here);
        } else if (here.unsaved) {
            changeStored(here.meeting(), UnaryOperator.identity());
        } else {
            here.learns(row.get());
        }
    }

    private boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(clock.realMillis(LOOK_EVERY));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
