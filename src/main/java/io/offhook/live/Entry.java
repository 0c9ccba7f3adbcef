package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.crm.StirVerdict;
import io.offhook.telephony.IncomingCall;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/// One call on this node, from its first webhook until a while after its end. The provider may ask about one call on
/// several event loops at once, so what changes is one value that is replaced whole.
final class Entry {
    private static final Duration ABOUT_TO_ASK = Duration.ofSeconds(5);
    /// Where it is not known at which step a human took the call.
    static final int ANY_STEP = -1;

    private static final Duration BEING_TOLD = Duration.ofMillis(500);

    private final AtomicReference<AgentPlan> plan;
    private final IncomingCall ring;
    private final Instant since;
    private final AtomicLong sequence;
    private final AtomicBoolean seated = new AtomicBoolean();
    private final AtomicBoolean recognising = new AtomicBoolean();
    private volatile boolean asked;
    private final Set<Integer> accepted = ConcurrentHashMap.newKeySet();
    private volatile RouteAnswers.Wish wish = RouteAnswers.Wish.NONE;
    private final AtomicReference<EntryState> state;

    /// How the call ended, and when.
    record End(Disposition disposition, Instant at) {}

    /// @param ring how the call was announced, to whatever node
    Entry(IncomingCall ring, AgentPlan plan, Instant now) {
        this.plan = new AtomicReference<>(plan.knowing(facts(ring)));
        this.ring = ring;
        this.since = now;
        this.sequence = new AtomicLong(place(now));
        this.state = new AtomicReference<>(EntryState.fresh(now));
    }

    /// In the call's timeline, for a node that meets the call now. Counted in nanoseconds, so that places of two nodes
    /// never meet.
    static long place(Instant now) {
        return TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
    }

    private static Map<String, String> facts(IncomingCall ring) {
        var facts = new HashMap<String, String>();
        facts.put("call.id", ring.id().value());
        ring.from().ifPresent(number -> facts.put("caller.number", number.e164()));
        var attestation = StirVerdict.of(ring.verstat()).attestation();
        if (!attestation.isEmpty()) {
            facts.put(AgentPlan.ATTESTATION, attestation);
        }
        return facts;
    }

    CallId id() {
        return ring.id();
    }

    AgentPlan plan() {
        return plan.get();
    }

    /// How the call was announced, to whatever node.
    IncomingCall ring() {
        return ring;
    }

    /// Whether this is the request that announced the call, once more. Without a mark nobody can know.
    boolean rangWith(IncomingCall call) {
        return !call.request().isEmpty() && ring.request().equals(call.request());
    }

    /// What is needed to find out who calls; given once. Nobody is known by a number of which the provider may have
    /// warned.
    Optional<IncomingCall> unrecognised() {
        return !ring.untold() && recognising.compareAndSet(false, true) ? Optional.of(ring) : Optional.empty();
    }

    /// This is known of the caller, too: while the phone rings or in mid-call.
    void recognised(Map<String, String> facts) {
        plan.updateAndGet(is -> is.knowing(facts));
        live().ifPresent(live -> live.knows(this::plan));
    }

    Optional<PhoneNumber> from() {
        return ring.from();
    }

    Instant since() {
        return since;
    }

    AtomicLong sequence() {
        return sequence;
    }

    // --- how it stands ---

    Optional<LiveCall> live() {
        return state.get().live();
    }

    Optional<Handoff> handoff() {
        return state.get().handoff();
    }

    boolean onLine() {
        return state.get().onLine();
    }

    boolean over() {
        return state.get().over();
    }

    boolean overWithoutHandoff() {
        return over() && handoff().isEmpty();
    }

    boolean free() {
        return state.get().free();
    }

    Duration idle(Instant now) {
        return Duration.between(state.get().changedAt(), now);
    }

    /// What was said and has shown up so far, on whatever stream and node.
    Past past() {
        return state.get().past();
    }

    /// Whether the call has cost as much as it may.
    boolean spent() {
        return plan().rules().spent(past().bill());
    }

    boolean elsewhere() {
        return state.get().elsewhere();
    }

    /// Whether the caller has been on a route before.
    boolean cameBack() {
        return state.get().back().isPresent();
    }

    boolean backWithAgent() {
        return state.get().backWithAgent();
    }

    RouteAnswers.Standing standing() {
        var is = state.get();
        return new RouteAnswers.Standing(
                plan(),
                is.phase(),
                is.reconnected(),
                Set.copyOf(accepted),
                wish,
                is.handoff(),
                is.end().map(End::disposition),
                is.language().orElse(plan().rules().language()));
    }

    // --- its seat with the agent ---

    /// @return whether it had none
    boolean sitDown() {
        return seated.compareAndSet(false, true);
    }

    /// @return whether it had one
    boolean standUp() {
        return seated.compareAndSet(true, false);
    }

    // --- what becomes of it ---

    /// Adds what other nodes have made of the call.
    void catchUp(Elsewhere other) {
        state.updateAndGet(is -> is.with(other));
        accepted.addAll(other.accepted());
        if (other.wish() != RouteAnswers.Wish.NONE) {
            wish = other.wish();
        }
    }

    /// Gives the call a stream.
    ///
    /// @return what happened on earlier streams; empty when the call may have no other: the second of two at once may not
    Optional<Past> attach(LiveCall live, Instant now) {
        for (var is = state.get(); is.free(); is = state.get()) {
            if (state.compareAndSet(is, is.with(live, now))) {
                // In this order, so that no answer of a tool falls between the two.
                is.live().ifPresent(old -> old.succeededBy(live));
                return Optional.of(Past.of(is));
            }
        }
        return Optional.empty();
    }

    /// The caller comes back to the agent from a route on which nobody took the call.
    ///
    /// @return whether the agent may have the caller: once in a call, however often the provider asks
    boolean comesBack(Back from, Instant now) {
        accepted.clear();
        for (var is = state.get(); !is.over(); is = state.get()) {
            if (is.back().isPresent()) {
                return is.handoff().isEmpty();
            }
            if (state.compareAndSet(is, is.back(from, now))) {
                return true;
            }
        }
        return false;
    }

    /// A human has said by a key that the call is theirs, who was rung at this step of the route.
    void accepted(int step) {
        accepted.add(step);
    }

    /// What the caller would rather do than wait.
    ///
    /// @return whether that is news
    boolean wants(RouteAnswers.Wish chosen) {
        boolean news = wish != chosen;
        wish = chosen;
        return news;
    }

    /// The provider has asked what comes next.
    void asked(Instant now) {
        asked = true;
        touched(now);
    }

    /// Whether the provider is about to ask where the caller goes from the stream that was closed, or is being told.
    boolean aboutToGo(Instant now) {
        var is = state.get();
        return !is.gone()
                && is.live().filter(live -> !live.onLine()).isPresent()
                && Duration.between(is.changedAt(), now).compareTo(asked ? BEING_TOLD : ABOUT_TO_ASK) < 0;
    }

    void touched(Instant now) {
        state.updateAndGet(is -> is.touched(now));
    }

    void reconnected() {
        state.updateAndGet(EntryState::withReconnect);
    }

    /// The agent hands the call over.
    void handedOff(Handoff handoff, Instant now) {
        state.updateAndGet(is -> is.with(handoff, now));
    }

    /// The same when there is no agent.
    ///
    /// @return whether this is the first handoff: of two at once only one counts
    boolean firstHandedOff(Handoff handoff, Instant now) {
        return state.getAndUpdate(is -> is.handoff().isPresent() ? is : is.with(handoff, now))
                .handoff()
                .isEmpty();
    }

    void stepped(Route.Result result) {
        state.updateAndGet(is -> is.with(result));
    }

    void recorded() {
        state.updateAndGet(EntryState::withRecording);
    }

    // --- its end ---

    /// It is known how the call ended.
    void ended(Disposition disposition, Instant now) {
        plan().toolbox().forget(id());
        state.updateAndGet(is -> is.with(new End(disposition, now)));
    }

    /// The provider says that the call is over. How it ended may not be known yet: its word on the last step of the
    /// route is another request, and may come later.
    void providerSaysOver(Instant now) {
        plan().toolbox().forget(id());
        state.updateAndGet(is -> is.overAt(now));
    }

    /// Whether the provider's last word came this long ago and nobody has written down how the call ended.
    boolean unsettled(Duration since, Instant now) {
        return state.get().unsettled(since, now);
    }

    /// Whether nothing that may still come could change how the call ended.
    boolean decided() {
        return state.get().trip().decided();
    }

    /// Settles how a call ended that is over.
    ///
    /// @return the end, when it is news
    Optional<End> settle(Instant now) {
        while (true) {
            var is = state.get();
            if (!is.over()) {
                return Optional.empty();
            }
            var known = is.end();
            var disposition = is.disposition();
            if (known.filter(end -> end.disposition().equals(disposition)).isPresent()) {
                return Optional.empty();
            }
            var end = new End(disposition, known.map(End::at).or(is::overAt).orElse(now));
            if (state.compareAndSet(is, is.with(end))) {
                return Optional.of(end);
            }
        }
    }
}
