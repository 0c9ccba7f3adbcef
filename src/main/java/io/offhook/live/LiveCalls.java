package io.offhook.live;

import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallMachine;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.store.CallLog;
import io.offhook.telephony.Hold;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.offhook.telephony.Waiting;
import io.offhook.telephony.Whisper;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The calls of this node, from their first webhook to the provider's last word: the door through which the provider
/// and the server come in. Behind it, `KnownCalls` has an `Entry` for each call, whichever node began it; `Streams` lets
/// a `LiveCall` run a stream; `BetweenStreams` says where a caller without one goes; `WarmTransfers` calls humans for
/// callers who stay with the agent; `Endings` ends calls. Any thread; nothing here waits.
public final class LiveCalls implements Switchboard {
    private final Recognition recognition;
    private final CallCounters counters;
    private final CallClock clock;
    private final CallLog store;
    private final boolean storeIsShared;
    private final StreamTokens tokens;
    private final LookUps lookUps;
    private final Logbook log;
    private final KnownCalls known;
    private final Streams streams;
    private final WarmTransfers warm;
    private final Endings endings;
    private final BetweenStreams between;
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
            WarmTransfers warm,
            Executor workers) {
        this.recognition = recognition;
        this.counters = counters;
        this.clock = clock;
        this.store = store;
        this.storeIsShared = storeIsShared;
        this.warm = warm;
        tokens = new StreamTokens(tokenSecrets, System::currentTimeMillis);
        lookUps = new LookUps(record, counters, workers);
        log = new Logbook(record, clock);
        known = new KnownCalls(agents, machine, store, storeIsShared, lookUps, log, clock, counters);
        var admission = new Admission(counters);
        streams = new Streams(
                vertx, machine, clock, greetings, tokens::hash, admission, log, warm, counters, watchers, workers);
        endings = new Endings(known, admission, warm, log, clock);
        between = new BetweenStreams(tokens, admission, endings, log, clock);
        vertx.setPeriodic(1_000, _ -> endings.sweep());
    }

    // --- a call rings ---

    @Override
    public CompletionStage<Instruction> incoming(IncomingCall call) {
        var fresh = known.fresh(call);
        var before = known.find(call.id());
        var finished = before.filter(Entry::overWithoutHandoff);
        if (call.over() || finished.filter(entry -> entry.rangWith(call)).isPresent()) {
            // A late repetition. Its answer harms nobody: the provider has no call to play it to.
            return CompletableFuture.completedStage(
                    RouteAnswers.hangUp(before.orElse(fresh).standing()));
        }
        finished.ifPresent(endings::forget);
        var entry = known.add(fresh);
        if (entry.isEmpty()) {
            return CompletableFuture.completedStage(
                    RouteAnswers.sorry(fresh.standing(), Apologies::allLinesBusy));
        }
        if (entry.get() == fresh) {
            log.started(fresh);
            recognise(fresh);
        }
        return between.first(entry.get());
    }

    /// Begins to find out who calls, once.
    private void recognise(Entry entry) {
        entry.unrecognised().ifPresent(call -> recognition.begin(entry.plan(), call, entry::recognised, slug -> {
            counters.noticed(slug);
            log.happened(entry, slug);
        }));
    }

    // --- its stream ---

    @Override
    public CompletionStage<Boolean> redeem(CallId call, String token) {
        return tokens.redeem(call, token)
                .map(proof -> firstUse(proof).thenApply(first -> {
                    if (first) {
                        meet(proof.call());
                    }
                    return first;
                }))
                .orElseGet(() -> CompletableFuture.completedStage(false));
    }

    /// A store that is down must not keep callers out; then this node's own memory has to do.
    private CompletionStage<Boolean> firstUse(StreamTokens.Proof proof) {
        var call = proof.call().id();
        return storeIsShared
                ? lookUps.ask(
                        () -> {
                            known.catchUp(call);
                            return store.redeem(call, proof.nonce());
                        },
                        true)
                : CompletableFuture.completedStage(true);
    }

    /// The webhook may have come to another node, and the store not have heard of the call yet.
    private void meet(IncomingCall call) {
        known.find(call.id()).or(() -> known.add(known.fresh(call))).ifPresent(this::recognise);
    }

    @Override
    public Optional<Consumer<CallEvent>> connect(CallId id, Leg leg) {
        return known.find(id).filter(Entry::free).flatMap(entry -> streams.open(entry, leg));
    }

    // --- what comes next ---

    @Override
    public CompletionStage<Instruction> next(Progress progress) {
        var current = progress.step().isPresent()
                ? known.current(progress.id())
                : known.left(progress.id(), warm::agentGone);
        return current.thenCompose(found -> {
            var entry = found.orElseGet(() -> stranger(progress));
            if (!progress.over()) {
                recognise(entry);
            }
            return between.next(entry, progress);
        });
    }

    /// A call of which nothing is known. It is answered even if there is no room to remember it.
    private Entry stranger(Progress progress) {
        var fresh = known.fresh(
                IncomingCall.elsewhere(progress.id(), progress.from(), progress.to(), IncomingCall.UNTOLD));
        return known.add(fresh).orElse(fresh);
    }

    @Override
    public CompletionStage<Hold> waiting(Waiting waiting) {
        return known.current(waiting.call())
                .thenCompose(found -> found.map(entry -> between.waiting(entry, waiting))
                        .orElseGet(() -> CompletableFuture.completedStage(Hold.usual())));
    }

    @Override
    public CompletionStage<Whisper> whisper(CallId id) {
        var usual = known.find(id).map(entry -> entry.standing().language());
        return handoff(id).thenApply(handoff -> whisper(handoff, usual));
    }

    private static Whisper whisper(Optional<Handoff> handoff, Optional<String> usual) {
        var words = Apologies.in(handoff.map(Handoff::language).or(() -> usual).orElse("en"));
        var ask = new Whisper.Ask(words.takeIt(), words.language());
        return handoff.map(found -> Whisper.of(found, ask)).orElseGet(() -> new Whisper("", "", ask));
    }

    @Override
    public CompletionStage<Boolean> accepted(CallId id, OptionalInt step) {
        return known.current(id).thenCompose(found -> found.map(entry -> {
                    entry.accepted(step.orElse(Entry.ANY_STEP));
                    return log.accepted(entry, step).thenApply(_ -> true);
                })
                .orElse(Logbook.NO_NEWS));
    }

    /// What a human is to know of a call, from any node. Completes within a second, and never exceptionally.
    public CompletionStage<Optional<Handoff>> handoff(CallId id) {
        var here = known.find(id).flatMap(Entry::handoff);
        return here.isPresent() && !storeIsShared
                ? CompletableFuture.completedStage(here)
                : lookUps.ask(() -> latest(here, store.handoff(id)), here);
    }

    /// The caller may have been handed over once more, on another node.
    private static Optional<Handoff> latest(Optional<Handoff> here, Optional<Handoff> stored) {
        return stored.filter(there -> here.filter(mine -> !mine.at().isBefore(there.at())).isEmpty())
                .or(() -> here);
    }

    // --- the end ---

    @Override
    public void over(CallId id, String status) {
        var _ = known.current(id).thenAccept(found -> endings.over(id, found));
    }

    @Override
    public CompletionStage<Boolean> recorded(CallId call, String recording, int seconds, Optional<String> mailbox) {
        var kept = log.voicemail(call, recording, seconds, mailbox);
        // Another node may have had the call, or it is long over: the end that is stored does not know of the message.
        var corrected = known.current(call)
                .thenCompose(found -> found.map(endings::recorded).orElse(Logbook.NO_NEWS));
        return kept.thenCombine(corrected, Boolean::logicalAnd);
    }

    /// Writes down how those calls ended whose last word is still out. For the end of the server.
    public void settle() {
        endings.settle();
    }

    // --- for the server ---

    /// Calls with an open stream on this node.
    public long onLine() {
        return known.all().stream().filter(Entry::onLine).count();
    }

    /// Those of one agent.
    public long onLine(String agent) {
        return known.all().stream()
                .filter(Entry::onLine)
                .filter(entry -> entry.plan().rules().agent().equals(agent))
                .count();
    }

    /// Whether callers are on the line, or off it with their provider about to ask this server where they go.
    public boolean needed() {
        var now = clock.now();
        return known.all().stream().anyMatch(entry -> entry.onLine() || entry.aboutToGo(now));
    }

    /// The calls that this node knows and that have not ended, and whether they have a stream here.
    public Map<CallId, Boolean> inHand() {
        return known.all().stream()
                .filter(entry -> !entry.over())
                .collect(Collectors.toMap(Entry::id, Entry::onLine));
    }

    /// The call as it stands, if this node knows it.
    public Optional<Call> find(CallId id) {
        return known.find(id).flatMap(Entry::live).map(LiveCall::call);
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
        known.all().forEach(entry -> entry.live()
                .filter(LiveCall::onLine)
                .ifPresent(live -> live.post(new CallEvent.DrainDeadlineReached())));
    }
}
