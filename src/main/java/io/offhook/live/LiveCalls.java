package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.Signals;
import io.offhook.call.Story;
import io.offhook.call.StreamEnd;
import io.offhook.call.Transcript;
import io.offhook.call.Turn;
import io.offhook.live.RouteAnswers.Answer;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.telephony.Hold;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.offhook.telephony.Waiting;
import io.offhook.telephony.Whisper;
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
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The calls of this node, from their first webhook to the provider's last word: admission, streams, and what comes
/// after a stream. A call whose stream is up is run by its `LiveCall`; between streams its entry here stands for it.
/// Any thread; nothing here waits.
public final class LiveCalls implements Switchboard {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCalls.class);
    private static final Duration STORE_PATIENCE = Duration.ofMillis(600);
    private static final Duration DETACHED_LIFE = Duration.ofSeconds(15);
    private static final Duration RINGING_LIFE = Duration.ofMinutes(2);
    private static final Duration ENDED_LIFE = Duration.ofMinutes(1);
    /// After the provider's last word on a call, its word on the last step of the route may still be on its way.
    private static final Duration LATE_WORD = Duration.ofMillis(1_500);

    private static final Duration LONGEST_CALL = Duration.ofHours(25);
    /// The steps of the second route that a caller takes are counted from here.
    private static final int SECOND_ROUTE = 100;

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
    private final Recognition recognition;
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
            Recognition recognition,
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
        this.recognition = recognition;
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
        var plan = known == null ? agents.apply(call.to()) : known.plan();
        var finished = Optional.ofNullable(known)
                .filter(entry -> entry.over() && entry.handoff().isEmpty());
        if (call.over() || finished.filter(entry -> entry.rangWith(call.request())).isPresent()) {
            // A late repetition. Its answer harms nobody: the provider has no call to play it to.
            return CompletableFuture.completedStage(RouteAnswers.hangUp(plan));
        }
        finished.ifPresent(entry -> entries.remove(call.id(), entry));
        var fresh = new Entry(call.id(), plan, call.from(), now);
        var entry = register(fresh);
        if (entry.isEmpty()) {
            return CompletableFuture.completedStage(
                    RouteAnswers.sorry(plan, Apologies::allLinesBusy, Optional.empty()));
        }
        if (entry.get() == fresh) {
            fresh.rang(call.request());
            record.keep(new Fact.Started(
                    call.id(), now, plan.rules().agent(), call.from(), call.to(), call.verstat()));
            fresh.expects(recognition.begin(plan, call, slug -> {
                counters.noticed(slug);
                happened(fresh, slug);
            }));
        }
        return connectOrRoute(entry.get(), true);
    }

    /// The call's entry, this one or the one that it has; empty when there is no room for more.
    private Optional<Entry> register(Entry fresh) {
        if (entries.size() >= MAX_ENTRIES && !entries.containsKey(fresh.id())) {
            counters.refused("capacity");
            return Optional.empty();
        }
        return Optional.of(entries.computeIfAbsent(fresh.id(), _ -> fresh));
    }

    private CompletionStage<Instruction> connectOrRoute(Entry entry, boolean first) {
        var plan = entry.plan();
        if (entry.handoff().isPresent()) {
            return CompletableFuture.completedStage(
                    RouteAnswers.announced(plan, entry.handoff().get()));
        }
        var refusal =
                first ? admission.atTheDoor(entry, clock.now()) : admission.again(entry, clock.now());
        return refusal.map(why -> handOffHere(entry, why.cause(), why.apology()))
                .orElseGet(() -> CompletableFuture.completedStage(new Instruction.ConnectAgent(
                        first ? plan.notices() : List.of(), plan.rules().language(), tokens.issue(entry.id()))));
    }

    /// A handoff that happens between streams: the agent is not there to announce it. The caller goes on when it is
    /// stored, or after a short while.
    private CompletionStage<Instruction> handOffHere(
            Entry entry, HandoffCause cause, Function<Apologies, String> apology) {
        var now = clock.now();
        var plan = entry.plan();
        var rules = plan.rules();
        var place = rules.escalation().place(Signals.NONE, rules.circumstances());
        var turns = entry.history().turns();
        var handoff = new Handoff(
                entry.id(),
                cause,
                "",
                "",
                place.urgency().orElse(Handoff.Urgency.NORMAL),
                place.to(),
                entry.from(),
                plan.rules().language(),
                turns,
                now,
                Story.of(turns, Signals.NONE, rules.escalation().lexicon(), cause, ""));
        if (!entry.firstHandedOff(handoff, now)) {
            return CompletableFuture.completedStage(RouteAnswers.sorry(plan, apology, entry.handoff()));
        }
        admission.leave(entry);
        record.keep(new Fact.PhaseChanged(entry.id(), now, "transferred"));
        happened(entry, cause.slug());
        var answer = RouteAnswers.sorry(plan, apology, Optional.of(handoff));
        var answered = new CompletableFuture<Instruction>();
        file(handoff, plan.keepTurns(), () -> answered.complete(answer));
        return answered.completeOnTimeout(answer, STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
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
        // Without an entry the webhook was answered by another node, and the store could not be asked: then the default
        // agent answers.
        return Optional.ofNullable(entries.get(id))
                .or(() -> register(new Entry(id, agents.apply(Optional.empty()), Optional.empty(), clock.now())))
                .filter(Entry::free)
                .flatMap(entry -> connect(entry, leg));
    }

    private Optional<Consumer<CallEvent>> connect(Entry entry, Leg leg) {
        entry.recognise();
        var plan = entry.plan();
        var live = new LiveCall(
                vertx.getOrCreateContext(),
                machine,
                clock,
                plan,
                Call.ringing(entry.id(), plan.rules(), entry.from(), entry.since(), clock.now()),
                entry.from().map(from -> tokens.hash(from.e164())).orElse(""),
                leg,
                (handoff, then) -> file(handoff, plan.keepTurns(), then),
                workers,
                counters,
                listeners(entry));
        return entry.attach(live, clock.now()).map(past -> {
            admission.enter(entry);
            var history = past.history();
            if (past.returned().isPresent()) {
                live.begin(history, past.returned().get());
                return live::accept;
            }
            List<AudioFrame> greeting = plan.greetCached() && history.isEmpty()
                    ? greetings.recorded(plan).orElse(List.of())
                    : List.of();
            live.begin(history, greeting);
            return live::accept;
        });
    }

    /// Our own come first: what is stored does not depend on what others make of it.
    private List<CallListener> listeners(Entry entry) {
        var listeners = new ArrayList<CallListener>();
        listeners.add(new CallRecorder(record, entry.plan().keepTurns(), entry.sequence()));
        listeners.add((before, event, step, now) -> watch(entry, before, event, step.call(), now));
        try {
            listeners.addAll(watchers.of(entry.plan()));
        } catch (RuntimeException fault) {
            counters.noticed("watcher_failed");
            LOG.atError().addKeyValue("call", entry.id()).setCause(fault).log("no watchers for this call");
        }
        return listeners;
    }

    private void watch(Entry entry, Call before, CallEvent event, Call after, Instant now) {
        if (event instanceof CallEvent.EngineLost(var fault)
                && fault.kind() == EngineFault.Kind.RATE
                && !before.engine().ready()) {
            admission.engineRests(entry.plan().engine(), now.plus(fault.retryAfter().orElse(Duration.ofSeconds(1))));
        }
        if (!before.phase().equals(after.phase())) {
            switch (after.phase()) {
                case Phase.HandingOff(var handoff, _, _) -> entry.handedOff(handoff, now);
                case Phase.Transferred(var handoff, _) -> {
                    entry.handedOff(handoff, now);
                    admission.leave(entry);
                }
                case Phase.Ended(var disposition, _) -> {
                    entry.ended(disposition, now);
                    admission.leave(entry);
                }
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
            return next(entry, progress);
        }
        return onWorker(() -> adopt(progress.id()), Optional.<Entry>empty())
                .thenCompose(found -> next(found.orElseGet(() -> stranger(progress)), progress));
    }

    /// Takes over a call that another node has begun.
    private Optional<Entry> adopt(CallId id) {
        return store.find(id)
                .flatMap(stored -> register(Entry.adopted(
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

    /// A call of which nothing is known. It is answered even if there is no room to remember it.
    private Entry stranger(Progress progress) {
        var fresh = new Entry(progress.id(), agents.apply(progress.to()), progress.from(), clock.now());
        return register(fresh).orElse(fresh);
    }

    private CompletionStage<Instruction> next(Entry entry, Progress progress) {
        entry.asked(clock.now());
        if (progress.step().isPresent() && entry.backWithAgent() && !progress.over()) {
            // Asked once more about the step that the caller came back from.
            return connectOrRoute(entry, false);
        }
        var result = RouteAnswers.result(entry.standing(), progress);
        progress.step().ifPresent(step -> stepped(entry, step, result));
        if (progress.over()) {
            over(entry);
            return CompletableFuture.completedStage(RouteAnswers.hangUp(entry.plan()));
        }
        return progress.step().isPresent()
                ? perform(entry, RouteAnswers.afterStep(entry.standing(), progress.step().getAsInt(), result))
                : afterStream(entry);
    }

    private void stepped(Entry entry, int step, Route.Result result) {
        var name = RouteAnswers.name(entry.plan(), entry.handoff(), step);
        int place = entry.cameBack() && entry.handoff().isPresent() ? SECOND_ROUTE + step : step;
        record.keep(new Fact.RouteStepped(entry.id(), clock.now(), place, name, Optional.of(result)));
        entry.stepped(result);
        if (entry.over()) {
            settle(entry);
        }
    }

    private CompletionStage<Instruction> afterStream(Entry entry) {
        // The provider may ask before its socket's end has reached us.
        entry.live().filter(LiveCall::onLine).ifPresent(live -> {
            if (live.call().phase() instanceof Phase.Conversing) {
                live.post(new CallEvent.StreamEnded(StreamEnd.LOST));
            }
        });
        return perform(entry, RouteAnswers.afterStream(entry.standing()));
    }

    private CompletionStage<Instruction> perform(Entry entry, Answer answer) {
        return switch (answer) {
            case Answer.Tell(var instruction) -> CompletableFuture.completedStage(instruction);
            case Answer.Reconnect _ -> {
                // Counted when it is asked for: a stream that the provider can't open must not be asked for again.
                entry.reconnected();
                yield connectOrRoute(entry, false);
            }
            case Answer.ComeBack(var note, var say, var otherwise) -> comeBack(entry, note, say, otherwise);
            case Answer.HandOver(var cause, var apology) -> handOffHere(entry, cause, apology);
        };
    }

    private CompletionStage<Instruction> comeBack(Entry entry, String note, String say, Instruction otherwise) {
        var now = clock.now();
        var turn = new Turn(Turn.Speaker.NOTE, "returned", note, false, now);
        boolean first = !entry.cameBack();
        if (!entry.comesBack(turn, now)) {
            return CompletableFuture.completedStage(otherwise);
        }
        if (first) {
            happened(entry, "returned");
        }
        return connectOrRoute(entry, false).thenApply(next -> next
                        instanceof Instruction.ConnectAgent(_, var language, var token)
                ? new Instruction.ConnectAgent(List.of(say), language, token)
                : next);
    }

    @Override
    public CompletionStage<Hold> waiting(Waiting waiting) {
        var id = waiting.call();
        var entry = entries.get(id);
        return entry != null
                ? CompletableFuture.completedStage(waiting(entry, waiting))
                : onWorker(() -> adopt(id), Optional.<Entry>empty())
                        .thenApply(found -> found.map(here -> waiting(here, waiting)).orElseGet(Hold::usual));
    }

    private Hold waiting(Entry entry, Waiting waiting) {
        entry.touched(clock.now());
        if (waiting.key().filter(key -> key == QueueWords.MESSAGE_KEY).isPresent()) {
            entry.wantsMessage();
        }
        return RouteAnswers.waiting(entry.standing(), waiting);
    }

    @Override
    public CompletionStage<Whisper> whisper(CallId id) {
        var usual = Optional.ofNullable(entries.get(id))
                .map(entry -> entry.plan().rules().language());
        return handoff(id).thenApply(handoff -> whisper(handoff, usual));
    }

    private static Whisper whisper(Optional<Handoff> handoff, Optional<String> usual) {
        var words = Apologies.in(handoff.map(Handoff::language).or(() -> usual).orElse("en"));
        var ask = new Whisper.Ask(words.takeIt(), words.language());
        return handoff.map(known -> Whisper.of(known, ask)).orElseGet(() -> new Whisper("", "", ask));
    }

    @Override
    public void accepted(CallId id) {
        Optional.ofNullable(entries.get(id)).ifPresent(entry -> {
            entry.accepted();
            happened(entry, "human_accepted");
        });
    }

    /// What a human is to know of a call, from any node. Completes within a second, and never exceptionally.
    public CompletionStage<Optional<Handoff>> handoff(CallId id) {
        var known = Optional.ofNullable(entries.get(id)).flatMap(Entry::handoff);
        return known.isPresent()
                ? CompletableFuture.completedStage(known)
                : onWorker(() -> store.handoff(id), Optional.<Handoff>empty());
    }

    // --- the end ---

    @Override
    public void over(CallId id, String status) {
        var entry = entries.get(id);
        if (entry != null) {
            over(entry);
            return;
        }
        var _ = onWorker(() -> adopt(id), Optional.<Entry>empty())
                .thenAccept(found -> found.ifPresentOrElse(
                        this::over, () -> endedWith(id, new Entry.End(Disposition.HUNG_UP, clock.now()))));
    }

    private void over(Entry entry) {
        var live = entry.live().filter(LiveCall::onLine);
        if (live.isPresent()) {
            entry.touched(clock.now());
            live.get().post(new CallEvent.CallOver("completed"));
            return;
        }
        boolean first = !entry.over();
        entry.providerSaysOver(clock.now());
        admission.leave(entry);
        if (entry.decided()) {
            settle(entry);
        } else if (first) {
            record.keep(new Fact.PhaseChanged(entry.id(), clock.now(), "ended"));
        }
    }

    private void settle(Entry entry) {
        entry.settle(clock.now()).ifPresent(end -> endedWith(entry.id(), end));
    }

    private void endedWith(CallId id, Entry.End end) {
        record.keep(new Fact.PhaseChanged(id, end.at(), "ended"));
        record.keep(new Fact.Ended(id, end.at(), end.disposition()));
    }

    /// Writes down how those calls ended whose last word is still out. For the end of the server.
    public void settle() {
        entries.values().stream()
                .filter(entry -> entry.unsettled(Duration.ZERO, clock.now()))
                .forEach(this::settle);
    }

    @Override
    public void recorded(CallId call, String recording, int seconds) {
        record.keep(new Fact.Voicemail(call, clock.now(), recording, seconds));
        Optional.ofNullable(entries.get(call)).ifPresentOrElse(this::recorded, () -> {
            // Another node has the call, or it is long over: the end that is stored does not know of the message.
            var _ = onWorker(() -> adopt(call), Optional.<Entry>empty())
                    .thenAccept(found -> found.ifPresent(this::recorded));
        });
    }

    private void recorded(Entry entry) {
        entry.recorded();
        if (entry.over()) {
            settle(entry);
        }
    }

    /// Ends what nobody will ask about any more.
    private void sweep() {
        entries.values().forEach(this::sweep);
    }

    private void sweep(Entry entry) {
        var now = clock.now();
        var idle = entry.idle(now);
        if (entry.unsettled(LATE_WORD, now)) {
            settle(entry);
        } else if (entry.over()) {
            if (idle.compareTo(ENDED_LIFE) > 0) {
                admission.leave(entry);
                entries.remove(entry.id(), entry);
            }
        } else if (entry.onLine()) {
            return;
        } else if (entry.handoff().isPresent()) {
            fail(entry, idle.compareTo(LONGEST_CALL) > 0, "forgotten");
        } else if (entry.live().isPresent()) {
            fail(entry, idle.compareTo(DETACHED_LIFE) > 0, "stream_lost");
        } else {
            fail(entry, idle.compareTo(RINGING_LIFE) > 0, "stream_failed");
        }
    }

    private void fail(Entry entry, boolean due, String reason) {
        if (due) {
            var now = clock.now();
            var disposition = new Disposition(Disposition.Outcome.FAILED, reason);
            entry.ended(disposition, now);
            admission.leave(entry);
            endedWith(entry.id(), new Entry.End(disposition, now));
        }
    }

    // --- for the server ---

    /// Calls with an open stream on this node.
    public long onLine() {
        return entries.values().stream().filter(Entry::onLine).count();
    }

    /// Whether callers are on the line, or off it with their provider about to ask this server where they go.
    public boolean needed() {
        var now = clock.now();
        return entries.values().stream().anyMatch(entry -> entry.onLine() || entry.aboutToGo(now));
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
                LOG.atWarn().addKeyValue("error", e.getClass().getSimpleName()).log("store does not answer");
                counters.noticed("store_failed");
                result.complete(otherwise);
            }
        });
        return result.completeOnTimeout(otherwise, STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
