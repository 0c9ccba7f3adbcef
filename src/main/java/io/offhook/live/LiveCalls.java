package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.Destination;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.Turn;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls of this node, from their first webhook to the provider's last word: admission, streams, and what comes
/// after a stream. A call whose stream is up is run by its `LiveCall`; between streams its entry here stands for it.
/// Any thread; nothing here waits.
public final class LiveCalls implements Switchboard {
    private static final Logger log = LoggerFactory.getLogger(LiveCalls.class);
    private static final Duration STORE_PATIENCE = Duration.ofMillis(600);
    private static final Duration DETACHED_LIFE = Duration.ofSeconds(15);
    private static final Duration RINGING_LIFE = Duration.ofMinutes(2);
    private static final Duration ENDED_LIFE = Duration.ofMinutes(1);
    private static final Duration LONGEST_CALL = Duration.ofHours(25);
    private static final int MAX_ENTRIES = 50_000;

    private final Vertx vertx;
    private final CallMachine machine;
    private final CallClock clock;
    private final Function<Optional<PhoneNumber>, AgentPlan> agents;
    private final Greetings greetings;
    private final StreamTokens tokens;
    private final CallLog store;
    private final boolean storeIsShared;
    private final CallBook record;
    private final CallCounters counters;
    private final Watchers watchers;
    private final Executor workers;

    private final ConcurrentHashMap<CallId, Entry> entries = new ConcurrentHashMap<>();
    private final AtomicReference<Instant> engineRestUntil = new AtomicReference<>(Instant.MIN);
    private volatile boolean draining;

    /// One call on this node. Guarded by its own monitor-free rules: fields change only through `volatile` writes by the
    /// thread that handles the one request that the provider has under way for the call.
    private static final class Entry {
        final CallId id;
        final AgentPlan plan;
        final Optional<PhoneNumber> from;
        final Instant since;
        final AtomicLong sequence = new AtomicLong();
        volatile Optional<LiveCall> live = Optional.empty();
        volatile Optional<Handoff> handoff = Optional.empty();
        volatile Optional<Disposition> ended = Optional.empty();
        volatile List<Turn> history = List.of();
        volatile Instant changedAt;
        final AtomicInteger streams = new AtomicInteger();

        Entry(CallId id, AgentPlan plan, Optional<PhoneNumber> from, Instant now) {
            this.id = id;
            this.plan = plan;
            this.from = from;
            this.since = now;
            this.changedAt = now;
        }

        boolean onLine() {
            return live.map(LiveCall::onLine).orElse(false);
        }

        boolean over() {
            return ended.isPresent()
                    || live.map(l -> l.call().phase() instanceof Phase.Ended).orElse(false);
        }
    }

    /// @param agents        the agent for a called number
    /// @param tokenSecrets  shared by all nodes; the first signs
    /// @param storeIsShared whether other nodes use the same store, so that one-time tokens must be checked there too
    public LiveCalls(
            Vertx vertx,
            CallMachine machine,
            CallClock clock,
            Function<Optional<PhoneNumber>, AgentPlan> agents,
            Greetings greetings,
            List<String> tokenSecrets,
            CallLog store,
            boolean storeIsShared,
            CallBook record,
            CallCounters counters,
            Watchers watchers,
            Executor workers) {
        this.vertx = vertx;
        this.machine = machine;
        this.clock = clock;
        this.agents = agents;
        this.greetings = greetings;
        this.tokens = new StreamTokens(tokenSecrets, System::currentTimeMillis);
        this.store = store;
        this.storeIsShared = storeIsShared;
        this.record = record;
        this.counters = counters;
        this.watchers = watchers;
        this.workers = workers;
        vertx.setPeriodic(1_000, _ -> sweep());
    }

    // --- a call rings ---

    @Override
    public CompletionStage<Instruction> incoming(IncomingCall call) {
        var now = clock.now();
        var known = entries.get(call.id());
        if (known != null && !known.over()) {
            return CompletableFuture.completedStage(
                    call.over() ? hangUp(known.plan) : connectOrRoute(known, true));
        }
        if (known != null) {
            // A late repetition. Its answer harms nobody: the provider has no call to play it to.
            entries.remove(call.id(), known);
        }
        var plan = agents.apply(call.to());
        if (call.over()) {
            return CompletableFuture.completedStage(hangUp(plan));
        }
        if (entries.size() >= MAX_ENTRIES) {
            counters.refused("capacity");
            return CompletableFuture.completedStage(
                    goTo(plan, 0, List.of(Apologies.ALL_LINES_BUSY), Optional.empty()));
        }
        var fresh = new Entry(call.id(), plan, call.from(), now);
        var entry = entries.computeIfAbsent(call.id(), _ -> fresh);
        if (entry == fresh) {
            record.keep(new Fact.Started(
                    call.id(), now, plan.rules().agent(), call.from(), call.to(), call.verstat()));
        }
        return CompletableFuture.completedStage(connectOrRoute(entry, true));
    }

    private Instruction connectOrRoute(Entry entry, boolean first) {
        var plan = entry.plan;
        if (entry.handoff.isPresent()) {
            return goTo(plan, 0, List.of(plan.rules().announcement()), entry.handoff);
        }
        if (first && onLineWith(plan, entry) >= plan.concurrent()) {
            counters.refused("capacity");
            return handOffHere(entry, new HandoffCause.NoCapacity(), Apologies.ALL_LINES_BUSY);
        }
        if (clock.now().isBefore(engineRestUntil.get())) {
            counters.refused("engine_rate");
            return handOffHere(
                    entry,
                    new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.RATE)),
                    Apologies.TECHNICAL);
        }
        return new Instruction.ConnectAgent(
                first ? plan.notices() : List.of(), plan.rules().language(), tokens.issue(entry.id));
    }

    /// Calls that hold or are about to hold an engine session.
    private long onLineWith(AgentPlan plan, Entry besides) {
        return entries.values().stream()
                .filter(other -> other != besides
                        && other.plan.rules().agent().equals(plan.rules().agent())
                        && (other.onLine()
                                || (other.live.isEmpty() && other.handoff.isEmpty() && other.ended.isEmpty())))
                .count();
    }

    /// A handoff that happens between streams: the agent is not there to announce it.
    private Instruction handOffHere(Entry entry, HandoffCause cause, String apology) {
        var now = clock.now();
        var transcript = entry.live.map(l -> l.call().transcript().turns()).orElse(List.of());
        var handoff = new Handoff(
                entry.id,
                cause,
                "",
                "",
                Handoff.Urgency.NORMAL,
                entry.from,
                entry.plan.rules().language(),
                transcript,
                now);
        entry.handoff = Optional.of(handoff);
        entry.changedAt = now;
        record.keep(new Fact.HandedOff(entry.id, now, handoff));
        record.keep(new Fact.PhaseChanged(entry.id, now, "transferred"));
        happened(entry, cause.slug());
        return goTo(entry.plan, 0, List.of(apology, Apologies.ONE_MOMENT), entry.handoff);
    }

    // --- its stream ---

    @Override
    public CompletionStage<Boolean> redeem(CallId call, String token) {
        var nonce = tokens.redeem(call, token);
        if (nonce.isEmpty() || !storeIsShared) {
            return CompletableFuture.completedStage(nonce.isPresent());
        }
        // A store that is down must not keep callers out; then this node's own memory has to do.
        return onWorker(
                () -> {
                    if (!entries.containsKey(call)) {
                        adopt(call);
                    }
                    return store.redeem(call, nonce.get());
                },
                true);
    }

    @Override
    public Optional<Consumer<CallEvent>> connect(CallId id, Leg leg) {
        var entry = entries.get(id);
        if (entry == null) {
            // The webhook was answered by another node, and the store could not be asked: the default agent answers.
            var now = clock.now();
            var fresh = new Entry(id, agents.apply(Optional.empty()), Optional.empty(), now);
            entry = entries.computeIfAbsent(id, _ -> fresh);
        }
        if (entry.over() || entry.handoff.isPresent() || entry.onLine()) {
            return Optional.empty();
        }
        var plan = entry.plan;
        var history = entry.live.map(l -> l.call().transcript().turns()).orElse(entry.history);
        entry.streams.incrementAndGet();
        var call = Call.ringing(id, plan.rules(), entry.from, history, entry.since, clock.now());
        var listeners = new ArrayList<>(watchers.of(plan));
        listeners.add(new CallRecorder(record, plan.keepTurns(), entry.sequence));
        var owner = entry;
        listeners.add((before, event, step, now) -> watch(owner, before, event, step.call(), now));
        var live = new LiveCall(
                vertx.getOrCreateContext(),
                machine,
                clock,
                plan,
                call,
                entry.from.map(from -> tokens.hash(from.e164())).orElse(""),
                leg,
                this::file,
                workers,
                listeners);
        entry.live = Optional.of(live);
        entry.changedAt = clock.now();
        List<AudioFrame> greeting = plan.greetCached() && history.isEmpty()
                ? greetings.recorded(plan).orElse(List.of())
                : List.of();
        live.accept(new CallEvent.StreamOpened(greeting));
        return Optional.of(live::accept);
    }

    private void watch(Entry entry, Call before, CallEvent event, Call after, Instant now) {
        if (event instanceof CallEvent.EngineLost(var fault)
                && fault.kind() == EngineFault.Kind.RATE
                && !before.engine().ready()) {
            var rest = fault.retryAfter().orElse(Duration.ofSeconds(1));
            engineRestUntil.accumulateAndGet(now.plus(rest), (a, b) -> a.isAfter(b) ? a : b);
        }
        if (!before.phase().equals(after.phase())) {
            entry.changedAt = now;
            switch (after.phase()) {
                case Phase.HandingOff(var handoff, _, _) -> entry.handoff = Optional.of(handoff);
                case Phase.Ended(var disposition) -> entry.ended = Optional.of(disposition);
                default -> {}
            }
        }
    }

    private void file(Handoff handoff, Runnable then) {
        var _ = record.keepDurably(new Fact.HandedOff(handoff.call(), handoff.at(), handoff))
                .whenComplete((_, _) -> then.run());
    }

    // --- what comes next ---

    @Override
    public CompletionStage<Instruction> next(Progress progress) {
        var entry = entries.get(progress.id());
        if (entry != null) {
            return CompletableFuture.completedStage(next(entry, progress));
        }
        return onWorker(() -> adopt(progress.id()), Optional.<Entry>empty())
                .thenApply(found -> next(found.orElseGet(() -> stranger(progress)), progress));
    }

    /// Takes over a call that another node has begun.
    private Optional<Entry> adopt(CallId id) {
        return store.find(id).map(stored -> {
            var fresh = new Entry(id, agents.apply(stored.to()), stored.from(), clock.now());
            fresh.handoff = store.handoff(id);
            fresh.ended = stored.disposition();
            fresh.history = store.turns(id);
            fresh.streams.set(stored.phase().equals("ringing") ? 0 : 1);
            // Far above what the other node can have used, since it may still be writing.
            fresh.sequence.set(1_000_000L);
            return entries.computeIfAbsent(id, _ -> fresh);
        });
    }

    private Entry stranger(Progress progress) {
        var fresh = new Entry(progress.id(), agents.apply(progress.to()), progress.from(), clock.now());
        return entries.computeIfAbsent(progress.id(), _ -> fresh);
    }

    private Instruction next(Entry entry, Progress progress) {
        entry.changedAt = clock.now();
        if (progress.over()) {
            return finished(entry, progress);
        }
        return progress.step().isPresent()
                ? afterStep(entry, progress.step().getAsInt(), progress.result().orElse(Route.Result.FAILED))
                : afterStream(entry);
    }

    private Instruction finished(Entry entry, Progress progress) {
        progress.result().ifPresent(result -> stepped(entry, progress.step().orElse(0), result));
        boolean taken = progress.result().filter(Route.Result.ACCEPTED::equals).isPresent();
        var cause = entry.handoff.map(h -> h.cause().slug());
        over(
                entry.id,
                cause.<Disposition>map(slug -> new Disposition(
                                taken ? Disposition.Outcome.TRANSFERRED : Disposition.Outcome.ABANDONED, slug))
                        .orElse(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
        return hangUp(entry.plan);
    }

    private Instruction afterStep(Entry entry, int step, Route.Result result) {
        stepped(entry, step, result);
        var plan = entry.plan;
        var here = plan.route().at(step);
        var next = plan.route().at(step + 1);
        if (result == Route.Result.ACCEPTED) {
            entry.ended = Optional.of(
                    new Disposition(Disposition.Outcome.TRANSFERRED, cause(entry)));
            return hangUp(plan);
        }
        if (result == Route.Result.CALLER_GONE) {
            return hangUp(plan);
        }
        if (here.filter(Destination.Voicemail.class::isInstance).isPresent() || next.isEmpty()) {
            return new Instruction.HangUp(List.of(Apologies.GOODBYE), plan.rules().language());
        }
        return goTo(plan, step + 1, List.of(Apologies.NOBODY_FREE), entry.handoff);
    }

    private static String cause(Entry entry) {
        return entry.handoff.map(h -> h.cause().slug()).orElse("unknown");
    }

    private void stepped(Entry entry, int step, Route.Result result) {
        var name = entry.plan
                .route()
                .at(step)
                .map(destination -> switch (destination) {
                    case Destination.Workflow _ -> "workflow";
                    case Destination.Phone _ -> "number";
                    case Destination.Voicemail _ -> "voicemail";
                })
                .orElse("unknown");
        record.keep(new Fact.RouteStepped(entry.id, clock.now(), step, name, Optional.of(result)));
    }

    private Instruction afterStream(Entry entry) {
        var plan = entry.plan;
        // The provider may ask before its socket's end has reached us.
        entry.live.filter(LiveCall::onLine).ifPresent(live -> {
            if (live.call().phase() instanceof Phase.Conversing) {
                live.post(new CallEvent.StreamEnded(StreamEnd.LOST));
            }
        });
        // A call adopted in mid-conversation lost its stream with its node.
        var phase = entry.live.<Phase>map(l -> l.call().phase())
                .orElseGet(() -> entry.streams.get() > 0 && entry.handoff.isEmpty() && entry.ended.isEmpty()
                        ? new Phase.Detached(StreamEnd.LOST)
                        : new Phase.Ringing());
        return switch (phase) {
            case Phase.Ended(var disposition)
            when disposition.outcome() == Disposition.Outcome.RESOLVED -> hangUp(plan);
            case Phase.SayingGoodbye _ -> hangUp(plan);
            case Phase.Transferred(var handoff, var announced) ->
                goTo(plan, 0, announced ? List.of() : words(handoff, plan), Optional.of(handoff));
            case Phase.HandingOff(var handoff, _, _) -> goTo(plan, 0, words(handoff, plan), Optional.of(handoff));
            case Phase.Conversing _ when entry.streams.get() == 1 -> connectOrRoute(entry, false);
            case Phase.Detached(var why)
            when entry.streams.get() == 1 && (why == StreamEnd.LOST || why == StreamEnd.SILENT) ->
                connectOrRoute(entry, false);
            case Phase.Detached(var why) ->
                handOffHere(entry, new HandoffCause.LostStream(why), Apologies.TECHNICAL);
            default ->
                entry.handoff.isPresent()
                        ? goTo(plan, 0, words(entry.handoff.get(), plan), entry.handoff)
                        : entry.ended.filter(e -> e.outcome() == Disposition.Outcome.RESOLVED).isPresent()
                                ? hangUp(plan)
                                : handOffHere(
                                        entry,
                                        new HandoffCause.LostStream(StreamEnd.LOST),
                                        Apologies.TECHNICAL);
        };
    }

    private static List<String> words(Handoff handoff, AgentPlan plan) {
        return switch (handoff.cause()) {
            // Short: nobody who pressed a key or lost the agent wants to hear a speech before the phone rings.
            case HandoffCause.CallerPressedZero _ -> List.of(Apologies.ONE_MOMENT);
            case HandoffCause.LostEngine _, HandoffCause.LostStream _, HandoffCause.Fault _ ->
                List.of(Apologies.TECHNICAL, Apologies.ONE_MOMENT);
            default -> List.of(plan.rules().announcement());
        };
    }

    private static Instruction goTo(AgentPlan plan, int step, List<String> say, Optional<Handoff> handoff) {
        var destination = plan.route().at(step).orElse(plan.route().destinations().getLast());
        return new Instruction.GoTo(say, plan.rules().language(), step, destination, handoff);
    }

    private static Instruction hangUp(AgentPlan plan) {
        return new Instruction.HangUp(List.of(), plan.rules().language());
    }

    // --- the end ---

    @Override
    public void over(CallId id, String status) {
        var entry = entries.get(id);
        if (entry == null) {
            var now = clock.now();
            record.keep(new Fact.PhaseChanged(id, now, "ended"));
            record.keep(new Fact.Ended(
                    id, now, new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
            return;
        }
        over(
                id,
                entry.handoff
                        .map(handoff -> new Disposition(
                                Disposition.Outcome.TRANSFERRED, handoff.cause().slug()))
                        .orElse(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
    }

    private void over(CallId id, Disposition otherwise) {
        var entry = entries.get(id);
        if (entry == null) {
            return;
        }
        entry.changedAt = clock.now();
        var live = entry.live.filter(l -> !(l.call().phase() instanceof Phase.Ended));
        if (live.isPresent() && live.get().onLine()) {
            live.get().post(new CallEvent.CallOver("completed"));
            return;
        }
        boolean first = entry.ended.isEmpty() || (live.isPresent() && entry.ended.isPresent());
        if (entry.ended.isEmpty()) {
            entry.ended = Optional.of(otherwise);
        }
        if (first || live.isEmpty()) {
            CallRecorder.ended(id, entry.ended.get(), clock.now()).forEach(record::keep);
        }
    }

    @Override
    public void recorded(CallId call, String recording, int seconds) {
        var now = clock.now();
        record.keep(new Fact.Voicemail(call, now, recording, seconds));
        Optional.ofNullable(entries.get(call))
                .ifPresent(entry -> entry.ended =
                        Optional.of(new Disposition(Disposition.Outcome.VOICEMAIL, cause(entry))));
    }

    /// Ends what nobody will ask about any more.
    private void sweep() {
        var now = clock.now();
        for (var entry : entries.values()) {
            var idle = Duration.between(entry.changedAt, now);
            if (entry.over()) {
                if (idle.compareTo(ENDED_LIFE) > 0) {
                    entries.remove(entry.id, entry);
                }
                continue;
            }
            boolean detached = entry.live
                    .map(l -> l.call().phase() instanceof Phase.Detached)
                    .orElse(false);
            if (detached && idle.compareTo(DETACHED_LIFE) > 0) {
                over(entry.id, new Disposition(Disposition.Outcome.FAILED, "stream_lost"));
            } else if (entry.live.isEmpty()
                    && entry.handoff.isEmpty()
                    && idle.compareTo(RINGING_LIFE) > 0) {
                over(entry.id, new Disposition(Disposition.Outcome.FAILED, "stream_failed"));
            } else if (!entry.onLine() && idle.compareTo(LONGEST_CALL) > 0) {
                over(entry.id, new Disposition(Disposition.Outcome.FAILED, "forgotten"));
            }
        }
    }

    // --- for the server ---

    /// Calls with an open stream on this node.
    public long onLine() {
        return entries.values().stream().filter(Entry::onLine).count();
    }

    /// The call as it stands, if this node knows it.
    public Optional<Call> find(CallId id) {
        return Optional.ofNullable(entries.get(id)).flatMap(entry -> entry.live).map(LiveCall::call);
    }

    public boolean draining() {
        return draining;
    }

    /// Stops being ready for new calls; those that still come are served.
    public void startDraining() {
        draining = true;
    }

    /// Hands every call that is still on the line to a human.
    public void handOffAll() {
        entries.values().forEach(entry -> entry.live
                .filter(LiveCall::onLine)
                .ifPresent(live -> live.post(new CallEvent.DrainDeadlineReached())));
    }

    private void happened(Entry entry, String kind) {
        record.keep(new Fact.Happened(
                entry.id, clock.now(), entry.sequence.getAndIncrement(), kind, "{}"));
    }

    private <T> CompletionStage<T> onWorker(java.util.concurrent.Callable<T> work, T otherwise) {
        var result = new CompletableFuture<T>();
        workers.execute(() -> {
            try {
                result.complete(work.call());
            } catch (Exception e) {
                log.atWarn().addKeyValue("error", e.getClass().getSimpleName()).log("store does not answer");
                counters.noticed("store_failed");
                result.complete(otherwise);
            }
        });
        return result.completeOnTimeout(otherwise, STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
