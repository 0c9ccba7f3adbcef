package io.offhook.live;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import io.offhook.telephony.Callees;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.Whisper;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The humans that are called for callers who stay with the agent meanwhile. What becomes of the caller is decided by
/// the call itself; here each attempt is stored, carried out once, and cleaned up. Any thread; nothing here waits but
/// on a worker.
///
/// A human's leg is ended as long as the two have not met, and never again after that.
public final class WarmTransfers implements Callees {
    private static final Logger LOG = LoggerFactory.getLogger(WarmTransfers.class);
    private static final Duration STORE_PATIENCE = Duration.ofMillis(600);
    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final int TRIES = 3;
    private static final int LATER = 200;
    private static final char TAKE = '1';
    private static final char DECLINE = '2';
    private static final Answer NOBODY_WAITS = leave(CalleeWords.in("en"));

    private final HumanLegs legs;
    private final CallBook record;
    private final CallClock clock;
    private final CallCounters counters;
    private final Executor workers;
    private final ConcurrentHashMap<CallId, Map<Integer, Attempt>> attempts = new ConcurrentHashMap<>();

    public WarmTransfers(
            HumanLegs legs, CallBook record, CallClock clock, CallCounters counters, Executor workers) {
        this.legs = legs;
        this.record = record;
        this.clock = clock;
        this.counters = counters;
        this.workers = workers;
    }

    private enum State {
        CALLING,
        /// The human has taken the call and waits in the room.
        ACCEPTED,
        MET,
        OVER
    }

    /// One human who is called for one caller.
    private static final class Attempt {
        private final Entry entry;
        private final CallHuman order;
        private final Meeting meeting;
        private final AtomicReference<State> state = new AtomicReference<>(State.CALLING);
        private volatile Optional<String> leg = Optional.empty();
        private final Set<String> inTheRoom = ConcurrentHashMap.newKeySet();
        private volatile boolean legOver;

        Attempt(Entry entry, CallHuman order) {
            this.entry = entry;
            this.order = order;
            this.meeting = new Meeting(entry.id(), order.attempt());
        }

        CalleeWords words() {
            return CalleeWords.in(order.handoff().language());
        }

        boolean is(State wanted) {
            return state.get() == wanted;
        }

        boolean becomes(State from, State to) {
            return state.compareAndSet(from, to);
        }

        /// Whether the two have met, now that this one has come.
        boolean seesBoth(String newcomer) {
            inTheRoom.add(newcomer);
            boolean both = inTheRoom.contains(meeting.caller().value())
                    && leg.filter(inTheRoom::contains).isPresent();
            return both && becomes(State.ACCEPTED, State.MET);
        }

        void tell(CallEvent event) {
            entry.live().ifPresent(live -> live.post(event));
        }
    }

    // --- what the call orders ---

    /// Carries out the orders of this call.
    LiveCall.Consulting of(Entry entry) {
        return new LiveCall.Consulting() {
            @Override
            public void call(CallHuman order) {
                begin(new Attempt(entry, order));
            }

            @Override
            public void letGo(LetHumanGo order) {
                WarmTransfers.this.letGo(entry, order);
            }

            @Override
            public void recall() {
                WarmTransfers.this.recall(entry);
            }
        };
    }

    private void begin(Attempt attempt) {
        var all = attempts.computeIfAbsent(attempt.entry.id(), _ -> new ConcurrentHashMap<>());
        if (all.putIfAbsent(attempt.order.attempt(), attempt) == null) {
            var _ = durably(attempt, "human_ringing").thenRunAsync(() -> ring(attempt), workers);
        }
    }

    private void ring(Attempt attempt) {
        var from = Optional.ofNullable(attempt.entry.plan().facts().get("called.number"))
                .flatMap(PhoneNumber::parse);
        if (!attempt.is(State.CALLING)) {
            return;
        }
        var to = attempt.order.to();
        HumanLegs.Rung rung = from.isPresent()
                ? legs.ring(attempt.meeting, to.number(), from.get(), to.patience())
                : new HumanLegs.Rung.Failed("no_caller_id");
        switch (rung) {
            case HumanLegs.Rung.Ringing(var leg) -> {
                attempt.leg = Optional.of(leg);
                if (attempt.is(State.OVER)) {
                    dismiss(attempt);
                }
            }
            case HumanLegs.Rung.Failed(var reason) -> {
                LOG.atWarn()
                        .addKeyValue("call", attempt.entry.id())
                        .addKeyValue("reason", reason)
                        .log("human could not be called; the caller goes on along the route");
                counters.noticed("human_unreachable");
                record.keep(happened(attempt, "human_unreachable", "{\"code\":\"" + reason + "\"}"));
                if (attempt.becomes(State.CALLING, State.OVER)) {
                    attempt.tell(new CallEvent.HumanLost(attempt.order.attempt(), Route.Result.FAILED));
                }
            }
        }
    }

    private void letGo(Entry entry, LetHumanGo order) {
        find(new Meeting(entry.id(), order.attempt())).ifPresent(attempt -> {
            order.why().ifPresent(why -> record.keep(stepped(attempt, why)));
            end(attempt);
        });
    }

    /// The attempt is over, unless the two have met.
    private void end(Attempt attempt) {
        var was = attempt.state.getAndUpdate(is -> is == State.MET ? is : State.OVER);
        if (was == State.CALLING || was == State.ACCEPTED) {
            workers.execute(() -> dismiss(attempt));
        }
    }

    private void dismiss(Attempt attempt) {
        // A leg that is not known yet asks what to do as soon as somebody picks up.
        attempt.leg.filter(_ -> !attempt.legOver).ifPresent(leg -> {
            var words = attempt.words();
            insist(attempt, () -> legs.dismiss(leg, words.gone(), words.language()), "human_not_dismissed");
        });
    }

    private void recall(Entry entry) {
        attempts.getOrDefault(entry.id(), Map.of()).values().stream()
                .filter(attempt -> attempt.is(State.OVER))
                .reduce((_, last) -> last)
                .ifPresent(attempt -> workers.execute(
                        () -> insist(attempt, () -> legs.recall(attempt.meeting), "caller_not_recalled")));
    }

    private void insist(Attempt attempt, Supplier<Boolean> request, String otherwise) {
        for (int time = 1; time <= TRIES; time++) {
            if (request.get()) {
                return;
            }
            if (time < TRIES && !pause()) {
                return;
            }
        }
        counters.noticed(otherwise);
        LOG.atError()
                .addKeyValue("call", attempt.entry.id())
                .addKeyValue("reason", otherwise)
                .log("the provider did not do what it was asked for");
    }

    private boolean pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(clock.realMillis(AGAIN));
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    // --- what the human does ---

    @Override
    public CompletionStage<Answer> pickedUp(Callee callee) {
        return CompletableFuture.completedStage(find(callee.meeting())
                .map(attempt -> {
                    attempt.leg = Optional.of(callee.id());
                    return switch (attempt.state.get()) {
                        case CALLING -> ask(attempt);
                        case ACCEPTED, MET -> meet(attempt);
                        case OVER -> leave(attempt.words());
                    };
                })
                .orElse(NOBODY_WAITS));
    }

    @Override
    public CompletionStage<Answer> pressed(Callee callee, char key) {
        return find(callee.meeting())
                .map(attempt -> pressed(attempt, key))
                .orElseGet(() -> CompletableFuture.completedStage(NOBODY_WAITS));
    }

    private CompletionStage<Answer> pressed(Attempt attempt, char key) {
        if (key == TAKE && attempt.becomes(State.CALLING, State.ACCEPTED)) {
            return durably(attempt, "human_accepted").thenApply(_ -> {
                attempt.tell(new CallEvent.HumanAccepted(attempt.order.attempt()));
                return meet(attempt);
            });
        }
        if (key == DECLINE && attempt.becomes(State.CALLING, State.OVER)) {
            return kept(stepped(attempt, Route.Result.DECLINED)).thenApply(_ -> {
                attempt.tell(new CallEvent.HumanLost(attempt.order.attempt(), Route.Result.DECLINED));
                return new Answer.Leave(attempt.words().declined(), attempt.words().language());
            });
        }
        return CompletableFuture.completedStage(
                switch (attempt.state.get()) {
                    case CALLING -> ask(attempt);
                    case ACCEPTED, MET -> meet(attempt);
                    case OVER -> leave(attempt.words());
                });
    }

    @Override
    public void ended(Callee callee, Route.Result how) {
        find(callee.meeting()).ifPresent(attempt -> {
            attempt.leg = Optional.of(callee.id());
            attempt.legOver = true;
            boolean pickedUp = how == Route.Result.ACCEPTED;
            if (attempt.becomes(State.CALLING, State.OVER)) {
                lost(attempt, pickedUp ? Route.Result.NO_KEY : how);
            } else if (attempt.becomes(State.ACCEPTED, State.OVER)) {
                lost(attempt, Route.Result.HUMAN_GONE);
            }
        });
    }

    private static void lost(Attempt attempt, Route.Result why) {
        attempt.tell(new CallEvent.HumanLost(attempt.order.attempt(), why));
    }

    @Override
    public void joined(Meeting meeting, String leg) {
        find(meeting).filter(attempt -> attempt.seesBoth(leg)).ifPresent(attempt -> {
            attempt.entry.accepted();
            record.keep(happened(attempt, "human_met", "{}"));
        });
    }

    @Override
    public void left(Meeting meeting, String leg) {
        find(meeting).ifPresent(attempt -> attempt.inTheRoom.remove(leg));
    }

    // --- the end ---

    /// The caller's call is over: a human who still waits for it is told so.
    void callerLeft(CallId caller) {
        attempts.getOrDefault(caller, Map.of()).values().forEach(this::end);
    }

    void forget(CallId caller) {
        attempts.remove(caller);
    }

    // --- small words ---

    private Optional<Attempt> find(Meeting meeting) {
        return Optional.ofNullable(attempts.getOrDefault(meeting.caller(), Map.of()).get(meeting.attempt()));
    }

    private static Answer ask(Attempt attempt) {
        var words = attempt.words();
        return new Answer.Ask(
                Whisper.ofStory(attempt.order.handoff(), new Whisper.Ask(words.ask(), words.language())));
    }

    private static Answer meet(Attempt attempt) {
        return new Answer.Meet(attempt.words().accepted(), attempt.words().language());
    }

    private static Answer leave(CalleeWords words) {
        return new Answer.Leave(words.gone(), words.language());
    }

    private CompletionStage<Boolean> durably(Attempt attempt, String kind) {
        return kept(happened(attempt, kind, "{\"attempt\":" + attempt.order.attempt() + "}"));
    }

    /// A store that does not answer keeps nobody waiting.
    private CompletionStage<Boolean> kept(Fact fact) {
        var stored = new CompletableFuture<Boolean>();
        var _ = record.keepDurably(fact).whenComplete((_, _) -> stored.complete(true));
        return stored.completeOnTimeout(false, STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Fact happened(Attempt attempt, String kind, String detail) {
        return new Fact.Happened(
                attempt.entry.id(), clock.now(), attempt.entry.sequence().getAndIncrement(), kind, detail);
    }

    /// Where a step is stored: a destination that is tried once more has a place behind the whole route.
    static int place(int attempt, int step) {
        return attempt == step ? step : LATER + attempt;
    }

    private Fact stepped(Attempt attempt, Route.Result result) {
        var order = attempt.order;
        return new Fact.RouteStepped(
                attempt.entry.id(),
                clock.now(),
                place(order.attempt(), order.step()),
                order.to().slug(),
                Optional.of(result));
    }
}
