package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallMachine;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.Signals;
import io.offhook.call.StreamEnd;
import io.offhook.call.Transcript;
import io.offhook.live.RouteAnswers.Answer;
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
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
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
    private final Admission admission;
    private volatile boolean draining;

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
        this.admission = new Admission(counters);
        vertx.setPeriodic(1_000, _ -> sweep());
    }

    // --- a call rings ---

    @Override
    public CompletionStage<Instruction> incoming(IncomingCall call) {
        var now = clock.now();
        var known = entries.get(call.id());
        if (known != null && !known.over()) {
            return CompletableFuture.completedStage(
                    call.over() ? RouteAnswers.hangUp(known.plan()) : connectOrRoute(known, true));
        }
        if (known != null) {
            // A late repetition. Its answer harms nobody: the provider has no call to play it to.
            entries.remove(call.id(), known);
        }
        var plan = agents.apply(call.to());
        if (call.over()) {
            return CompletableFuture.completedStage(RouteAnswers.hangUp(plan));
        }
        if (entries.size() >= MAX_ENTRIES) {
            counters.refused("capacity");
            return CompletableFuture.completedStage(
                    RouteAnswers.goTo(plan, 0, List.of(Apologies.ALL_LINES_BUSY), Optional.empty()));
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
        var plan = entry.plan();
        if (entry.handoff().isPresent()) {
            return RouteAnswers.goTo(plan, 0, List.of(plan.rules().announcement()), entry.handoff());
        }
        var refusal = first
                ? admission.atTheDoor(plan, onLineWith(plan, entry), clock.now())
                : admission.again(clock.now());
        return refusal.map(why -> handOffHere(entry, why.cause(), why.apology()))
                .orElseGet(() -> new Instruction.ConnectAgent(
                        first ? plan.notices() : List.of(), plan.rules().language(), tokens.issue(entry.id())));
    }

    /// Calls that hold or are about to hold an engine session.
    private long onLineWith(AgentPlan plan, Entry besides) {
        return entries.values().stream()
                .filter(other -> other != besides
                        && other.plan().rules().agent().equals(plan.rules().agent())
                        && (other.onLine()
                                || (other.live().isEmpty()
                                        && other.handoff().isEmpty()
                                        && other.ended().isEmpty())))
                .count();
    }

    /// A handoff that happens between streams: the agent is not there to announce it.
    private Instruction handOffHere(Entry entry, HandoffCause cause, String apology) {
        var now = clock.now();
        var rules = entry.plan().rules();
        var place = rules.escalation().place(Signals.NONE, rules.circumstances());
        var handoff = new Handoff(
                entry.id(),
                cause,
                "",
                "",
                place.urgency().orElse(Handoff.Urgency.NORMAL),
                place.to(),
                entry.from(),
                entry.plan().rules().language(),
                entry.live().isPresent() ? entry.history().turns() : List.of(),
                now);
        entry.handedOff(handoff, now);
        record.keep(CallRecorder.handedOff(handoff, entry.plan().keepTurns()));
        record.keep(new Fact.PhaseChanged(entry.id(), now, "transferred"));
        happened(entry, cause.slug());
        return RouteAnswers.goTo(entry.plan(), 0, List.of(apology, Apologies.ONE_MOMENT), entry.handoff());
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
        if (!entry.free()) {
            return Optional.empty();
        }
        var plan = entry.plan();
        var listeners = new ArrayList<>(watchers.of(plan));
        listeners.add(new CallRecorder(record, plan.keepTurns(), entry.sequence()));
        var owner = entry;
        listeners.add((before, event, step, now) -> watch(owner, before, event, step.call(), now));
        var live = new LiveCall(
                vertx.getOrCreateContext(),
                machine,
                clock,
                plan,
                Call.ringing(id, plan.rules(), entry.from(), entry.since(), clock.now()),
                entry.from().map(from -> tokens.hash(from.e164())).orElse(""),
                leg,
                (handoff, then) -> file(handoff, plan.keepTurns(), then),
                workers,
                listeners);
        return entry.attach(live, clock.now()).map(history -> {
            List<AudioFrame> greeting = plan.greetCached() && history.isEmpty()
                    ? greetings.recorded(plan).orElse(List.of())
                    : List.of();
            live.begin(history, greeting);
            return live::accept;
        });
    }

    private void watch(Entry entry, Call before, CallEvent event, Call after, Instant now) {
        if (event instanceof CallEvent.EngineLost(var fault)
                && fault.kind() == EngineFault.Kind.RATE
                && !before.engine().ready()) {
            admission.engineRests(now.plus(fault.retryAfter().orElse(Duration.ofSeconds(1))));
        }
        if (!before.phase().equals(after.phase())) {
            switch (after.phase()) {
                case Phase.HandingOff(var handoff, _, _) -> entry.handedOff(handoff, now);
                case Phase.Transferred(var handoff, _) -> entry.handedOff(handoff, now);
                case Phase.Ended(var disposition, _) -> entry.ended(disposition, now);
                default -> entry.touched(now);
            }
        }
    }

    private void file(Handoff handoff, boolean keepTurns, Runnable then) {
        var _ = record.keepDurably(CallRecorder.handedOff(handoff, keepTurns))
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
            var fresh = Entry.adopted(
                    id,
                    agents.apply(stored.to()),
                    stored.from(),
                    store.handoff(id),
                    stored.disposition(),
                    Transcript.of(store.turns(id)),
                    !stored.phase().equals("ringing"),
                    clock.now());
            return entries.computeIfAbsent(id, _ -> fresh);
        });
    }

    private Entry stranger(Progress progress) {
        var fresh = new Entry(progress.id(), agents.apply(progress.to()), progress.from(), clock.now());
        return entries.computeIfAbsent(progress.id(), _ -> fresh);
    }

    private Instruction next(Entry entry, Progress progress) {
        entry.touched(clock.now());
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
        var cause = entry.handoff().map(h -> h.cause().slug());
        over(
                entry.id(),
                cause.<Disposition>map(slug -> new Disposition(
                                taken ? Disposition.Outcome.TRANSFERRED : Disposition.Outcome.ABANDONED, slug))
                        .orElse(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
        return RouteAnswers.hangUp(entry.plan());
    }

    private Instruction afterStep(Entry entry, int step, Route.Result result) {
        stepped(entry, step, result);
        if (result == Route.Result.ACCEPTED) {
            entry.ended(new Disposition(Disposition.Outcome.TRANSFERRED, cause(entry)), clock.now());
        }
        return RouteAnswers.afterStep(entry.standing(), step, result);
    }

    private static String cause(Entry entry) {
        return entry.handoff().map(h -> h.cause().slug()).orElse("unknown");
    }

    private void stepped(Entry entry, int step, Route.Result result) {
        var name = RouteAnswers.name(entry.plan(), entry.handoff(), step);
        record.keep(new Fact.RouteStepped(entry.id(), clock.now(), step, name, Optional.of(result)));
    }

    private Instruction afterStream(Entry entry) {
        // The provider may ask before its socket's end has reached us.
        entry.live().filter(LiveCall::onLine).ifPresent(live -> {
            if (live.call().phase() instanceof Phase.Conversing) {
                live.post(new CallEvent.StreamEnded(StreamEnd.LOST));
            }
        });
        return switch (RouteAnswers.afterStream(entry.standing())) {
            case Answer.Tell(var instruction) -> instruction;
            case Answer.Reconnect _ -> connectOrRoute(entry, false);
            case Answer.HandOver(var cause, var apology) -> handOffHere(entry, cause, apology);
        };
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
                entry.handoff()
                        .map(handoff -> new Disposition(
                                Disposition.Outcome.TRANSFERRED, handoff.cause().slug()))
                        .orElse(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
    }

    private void over(CallId id, Disposition otherwise) {
        var entry = entries.get(id);
        if (entry == null) {
            return;
        }
        var now = clock.now();
        entry.touched(now);
        var live = entry.live().filter(l -> !(l.call().phase() instanceof Phase.Ended));
        if (live.isPresent() && live.get().onLine()) {
            live.get().post(new CallEvent.CallOver("completed"));
            return;
        }
        boolean first = entry.ended().isEmpty() || (live.isPresent() && entry.ended().isPresent());
        var disposition = entry.ended().orElse(otherwise);
        entry.ended(disposition, now);
        if (first || live.isEmpty()) {
            CallRecorder.ended(id, disposition, now).forEach(record::keep);
        }
    }

    @Override
    public void recorded(CallId call, String recording, int seconds) {
        var now = clock.now();
        record.keep(new Fact.Voicemail(call, now, recording, seconds));
        Optional.ofNullable(entries.get(call))
                .ifPresent(entry ->
                        entry.ended(new Disposition(Disposition.Outcome.VOICEMAIL, cause(entry)), now));
    }

    /// Ends what nobody will ask about any more.
    private void sweep() {
        var now = clock.now();
        for (var entry : entries.values()) {
            var idle = entry.idle(now);
            if (entry.over()) {
                if (idle.compareTo(ENDED_LIFE) > 0) {
                    entries.remove(entry.id(), entry);
                }
                continue;
            }
            boolean detached = entry.live()
                    .map(l -> l.call().phase() instanceof Phase.Detached)
                    .orElse(false);
            if (detached && idle.compareTo(DETACHED_LIFE) > 0) {
                over(entry.id(), new Disposition(Disposition.Outcome.FAILED, "stream_lost"));
            } else if (entry.live().isEmpty()
                    && entry.handoff().isEmpty()
                    && idle.compareTo(RINGING_LIFE) > 0) {
                over(entry.id(), new Disposition(Disposition.Outcome.FAILED, "stream_failed"));
            } else if (!entry.onLine() && idle.compareTo(LONGEST_CALL) > 0) {
                over(entry.id(), new Disposition(Disposition.Outcome.FAILED, "forgotten"));
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
        return Optional.ofNullable(entries.get(id)).flatMap(Entry::live).map(LiveCall::call);
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
        entries.values().forEach(entry -> entry.live()
                .filter(LiveCall::onLine)
                .ifPresent(live -> live.post(new CallEvent.DrainDeadlineReached())));
    }

    private void happened(Entry entry, String kind) {
        record.keep(new Fact.Happened(
                entry.id(), clock.now(), entry.sequence().getAndIncrement(), kind, "{}"));
    }

    private <T> CompletionStage<T> onWorker(java.util.concurrent.Callable<T> work, T otherwise) {
        if (!record.answers()) {
            counters.noticed("store_failed");
            return CompletableFuture.completedStage(otherwise);
        }
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
