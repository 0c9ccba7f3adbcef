package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.store.Leases;
import io.offhook.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Shows other nodes that this one lives, and ends the calls of nodes that do not. One thread of its own makes the
/// rounds; all state belongs to it.
///
/// A node is gone when its beat was the same in so many looks. Looks are counted, not time: one that was itself held up,
/// by a pause of the machine or a database that did not answer, has seen nothing meanwhile. A call that is nobody's
/// affair is given as long.
public final class NodeWatch implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(NodeWatch.class);
    private static final Duration LAST_ROUND = Duration.ofSeconds(3);
    /// As long as a call may last. Whoever has left the agent is in the provider's hands, and needs no node.
    private static final Duration LONGEST_CALL = Duration.ofHours(25);

    private final String node;
    private final Leases leases;
    private final Supplier<Map<CallId, Boolean>> inHand;
    private final CallCounters counters;
    private final InstantSource clock;
    private final Pace pace;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread rounds;

    // Of the thread that makes the rounds.
    private Map<CallId, Boolean> had = Map.of();
    private Map<String, Sighting> nodes = Map.of();
    private Map<CallId, Integer> nobodys = Map.of();
    private boolean outOfReach;

    /// @param pause between rounds
    /// @param looks after which a node whose beat was the same in all of them is gone
    public record Pace(Duration pause, int looks) {
        /// A call is ended half a minute after its node died; a node may be held up for twenty seconds.
        public static final Pace USUAL = new Pace(Duration.ofSeconds(5), 5);
    }

    /// @param looks in which the beat was still the same
    private record Sighting(long beat, int looks) {
        static final Sighting NONE = new Sighting(Long.MIN_VALUE, 0);
    }

    /// @param node   a name that no other process has, not even the one before this
    /// @param inHand the calls that this node knows and that have not ended, and whether they have a stream here
    public NodeWatch(
            String node,
            Leases leases,
            Supplier<Map<CallId, Boolean>> inHand,
            CallCounters counters,
            InstantSource clock,
            Pace pace) {
        this.node = node;
        this.leases = leases;
        this.inHand = inHand;
        this.counters = counters;
        this.clock = clock;
        this.pace = pace;
        this.rounds = Thread.ofVirtual().name("nodes").unstarted(this::makeRounds);
    }

    public NodeWatch start() {
        rounds.start();
        return this;
    }

    @Override
    public void close() {
        stopped.countDown();
        try {
            if (rounds.getState() != Thread.State.NEW && !rounds.join(LAST_ROUND)) {
                LOG.atWarn().log("the last look at other nodes is not over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void makeRounds() {
        try {
            do {
                round();
            } while (!stopped.await(pace.pause().toMillis(), TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A store that does not answer ends the round.
    void round() {
        try {
            var now = clock.instant();
            beat(now);
            endWhatNobodyHas(now);
            outOfReach = false;
        } catch (StoreException e) {
            if (!outOfReach) {
                outOfReach = true;
                LOG.atWarn().setCause(e).log("other nodes can't be seen, nor see this one");
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a look at other nodes broke");
        }
    }

    private void beat(Instant now) {
        var has = Map.copyOf(inHand.get());
        var known = new HashSet<>(has.keySet());
        known.removeAll(had.keySet());
        var onLine = has.entrySet().stream()
                .filter(call -> call.getValue() && !had.getOrDefault(call.getKey(), false))
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
        var letGone = new HashSet<>(had.keySet());
        letGone.removeAll(has.keySet());
        leases.beat(node, now.toEpochMilli(), known, onLine, letGone);
        had = has;
    }

    private void endWhatNobodyHas(Instant now) {
        var silent = silent();
        var before = nobodys;
        var since = new HashMap<CallId, Integer>();
        for (var call : leases.open(silent, now.minus(LONGEST_CALL))) {
            int looks = before.getOrDefault(call.call(), -1) + 1;
            if (call.node().filter(silent::contains).isEmpty() && looks < pace.looks()) {
                since.put(call.call(), looks);
            } else if (leases.end(call, now)) {
                counters.noticed(Leases.NODE_LOST);
                LOG.atWarn().addKeyValue("call", call.call()).log("a call has ended whose node is gone");
            }
        }
        nobodys = since;
        // One that was only held up is there again with its next beat.
        silent.forEach(other -> leases.forget(other, beatOf(other)));
    }

    private long beatOf(String other) {
        return Objects.requireNonNull(nodes.get(other)).beat();
    }

    /// The nodes that do not beat any more.
    private Set<String> silent() {
        var seen = new HashMap<String, Sighting>();
        leases.beats().forEach((other, beat) -> {
            var before = nodes.getOrDefault(other, Sighting.NONE);
            seen.put(other, new Sighting(beat, before.beat() == beat ? before.looks() + 1 : 0));
        });
        seen.remove(node);
        nodes = seen;
        return seen.entrySet().stream()
                .filter(other -> other.getValue().looks() >= pace.looks())
                .map(Map.Entry::getKey)
                .collect(Collectors.toSet());
    }
}
