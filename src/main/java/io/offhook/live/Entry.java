package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.StreamEnd;
import io.offhook.call.Transcript;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// One call on this node, from its first webhook until a while after its end. The provider may ask about one call on
/// several event loops at once, so what changes is one value that is replaced whole.
final class Entry {
    private final CallId id;
    private final AgentPlan plan;
    private final Optional<PhoneNumber> from;
    private final Instant since;
    private final AtomicLong sequence;
    private final AtomicInteger streams = new AtomicInteger();
    private final AtomicReference<State> state;

    /// @param before what was said before this node met the call
    private record State(
            Optional<LiveCall> live,
            Optional<Handoff> handoff,
            Optional<Disposition> ended,
            Transcript before,
            Instant changedAt) {

        boolean onLine() {
            return live.map(LiveCall::onLine).orElse(false);
        }

        boolean over() {
            return ended.isPresent()
                    || live.map(l -> l.call().phase() instanceof Phase.Ended).orElse(false);
        }

        /// It has no stream, and nobody has sent it elsewhere.
        boolean free() {
            return !over() && handoff.isEmpty() && !onLine();
        }
    }

    Entry(CallId id, AgentPlan plan, Optional<PhoneNumber> from, Instant now) {
        this.id = id;
        this.plan = plan.knowing(facts(id, from));
        this.from = from;
        this.since = now;
        // Counted from the nanosecond at which this node met the call, so that places of two nodes never meet.
        this.sequence = new AtomicLong(TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano());
        this.state = new AtomicReference<>(
                new State(Optional.empty(), Optional.empty(), Optional.empty(), Transcript.EMPTY, now));
    }

    private static Map<String, String> facts(CallId id, Optional<PhoneNumber> from) {
        var call = Map.of("call.id", id.value());
        return from.map(number -> Map.of("call.id", id.value(), "caller.number", number.e164()))
                .orElse(call);
    }

    /// Takes over a call that another node has begun.
    ///
    /// @param streamed whether it has had a stream there
    static Entry adopted(
            CallId id,
            AgentPlan plan,
            Optional<PhoneNumber> from,
            Optional<Handoff> handoff,
            Optional<Disposition> ended,
            Transcript history,
            boolean streamed,
            Instant now) {
        var entry = new Entry(id, plan, from, now);
        entry.state.set(new State(Optional.empty(), handoff, ended, history, now));
        entry.streams.set(streamed ? 1 : 0);
        return entry;
    }

    CallId id() {
        return id;
    }

    AgentPlan plan() {
        return plan;
    }

    Optional<PhoneNumber> from() {
        return from;
    }

    Instant since() {
        return since;
    }

    AtomicLong sequence() {
        return sequence;
    }

    Optional<LiveCall> live() {
        return state.get().live();
    }

    Optional<Handoff> handoff() {
        return state.get().handoff();
    }

    Optional<Disposition> ended() {
        return state.get().ended();
    }

    boolean onLine() {
        return state.get().onLine();
    }

    boolean over() {
        return state.get().over();
    }

    boolean free() {
        return state.get().free();
    }

    Duration idle(Instant now) {
        return Duration.between(state.get().changedAt(), now);
    }

    /// What was said so far, on whatever stream and node.
    Transcript history() {
        var now = state.get();
        return now.live().map(live -> live.call().transcript()).orElse(now.before());
    }

    Phase phase() {
        var now = state.get();
        // A call adopted in mid-conversation lost its stream with its node.
        return now.live()
                .<Phase>map(live -> live.call().phase())
                .orElseGet(() -> streams.get() > 0
                                && now.handoff().isEmpty()
                                && now.ended().isEmpty()
                        ? new Phase.Detached(StreamEnd.LOST)
                        : new Phase.Ringing());
    }

    RouteAnswers.Standing standing() {
        var now = state.get();
        return new RouteAnswers.Standing(plan, phase(), streams.get() > 1, now.handoff(), now.ended());
    }

    /// Gives the call a stream.
    ///
    /// @return what happened on earlier streams; empty when the call may have no other: the second of two at once may not
    Optional<Transcript> attach(LiveCall live, Instant now) {
        for (var is = state.get(); is.free(); is = state.get()) {
            var earlier = is.live();
            if (state.compareAndSet(
                    is, new State(Optional.of(live), Optional.empty(), Optional.empty(), is.before(), now))) {
                streams.incrementAndGet();
                // In this order, so that no answer of a tool falls between the two.
                earlier.ifPresent(old -> old.succeededBy(live));
                return Optional.of(
                        earlier.map(old -> old.call().transcript()).orElse(is.before()));
            }
        }
        return Optional.empty();
    }

    void touched(Instant now) {
        state.updateAndGet(is -> new State(is.live(), is.handoff(), is.ended(), is.before(), now));
    }

    void handedOff(Handoff handoff, Instant now) {
        state.updateAndGet(is -> new State(is.live(), Optional.of(handoff), is.ended(), is.before(), now));
    }

    /// Every call that ends passes here, some of them twice.
    void ended(Disposition disposition, Instant now) {
        plan.toolbox().forget(id);
        state.updateAndGet(is -> new State(is.live(), is.handoff(), Optional.of(disposition), is.before(), now));
    }
}
