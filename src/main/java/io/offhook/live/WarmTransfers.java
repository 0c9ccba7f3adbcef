package io.offhook.live;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.live.SharedAttempts.Held;
import io.offhook.store.Attempt;
import io.offhook.store.Attempt.State;
import io.offhook.store.Attempts;
import io.offhook.store.Attempts.Change;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.store.StoredCall;
import io.offhook.telephony.Callees;
import io.offhook.telephony.HumanLegs;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.Whisper;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The humans that are called for callers who stay with the agent meanwhile. What becomes of the caller is decided by
/// the call itself, and how far an attempt has come by [SharedAttempts], on whichever node the provider speaks of it; here
/// each attempt is carried out once, and cleaned up. Any thread; nothing here waits but on a worker.
///
/// A human's leg is ended as long as the two have not met, and never again after that.
///
/// Long, because what is asked of the provider about a human, and what it says of one, are to be read in one place.
public final class WarmTransfers implements Callees {
    private static final Logger LOG = LoggerFactory.getLogger(WarmTransfers.class);
    /// Together with a look-up beforehand, this leaves the answer within its second.
    private static final Duration STORING = Duration.ofMillis(200);

    private static final Duration AGAIN = Duration.ofSeconds(1);
    private static final int TRIES = 3;
    private static final int LATER = 200;
    private static final char TAKE = '1';
    private static final char DECLINE = '2';
    /// Every attempt is to such a destination.
    private static final String DESTINATION = "warm";

    private final HumanLegs legs;
    private final CallBook record;
    private final CallClock clock;
    private final CallCounters counters;
    private final Executor workers;
    private final CallLog store;
    private final LookUps lookUps;
    private final SharedAttempts attempts;

    /// @param storeIsShared whether other nodes may be told of the humans that this one has called
    public WarmTransfers(
            HumanLegs legs,
            CallBook record,
            CallLog store,
            Attempts attempts,
            boolean storeIsShared,
            CallClock clock,
            CallCounters counters,
            Executor workers) {
        this.legs = legs;
        this.record = record;
        this.store = store;
        this.clock = clock;
        this.counters = counters;
        this.workers = workers;
        lookUps = new LookUps(record, counters, workers);
        this.attempts = new SharedAttempts(attempts, storeIsShared, lookUps, this::write, clock, workers);
    }

    // --- what the call orders ---

    /// Carries out the orders of this call.
    LiveCall.Consulting of(Entry entry) {
        return new LiveCall.Consulting() {
            @Override
            public void call(CallHuman order) {
                attempts.hold(entry, order).ifPresent(WarmTransfers.this::begin);
            }

            @Override
            public void letGo(LetHumanGo order) {
                end(new Meeting(entry.id(), order.attempt()), is -> is.end(order.why()), over -> {
                    dismiss(over);
                    empty(over);
                });
            }

            @Override
            public void recall() {
                attempts.held(entry.id()).stream()
                        .map(Held::known)
                        .filter(attempt -> attempt.is(State.OVER))
                        .max(Comparator.comparingInt(Attempt::number))
                        // A caller who is not in the room yet is taken out of it on coming there.
                        .ifPresent(WarmTransfers.this::empty);
            }
        };
    }

    private void begin(Held held) {
        var ringing = kept(happened(held.known(), "human_ringing", number(held.known())));
        var _ = ringing.thenCombine(attempts.begin(held), (_, mine) -> mine)
                .thenAcceptAsync(
                        mine -> {
                            if (mine) {
                                ring(held);
                            } else {
                                failed(held, "number_taken");
                            }
                        },
                        workers);
    }

    private void ring(Held held) {
        if (!held.known().is(State.CALLING)) {
            return;
        }
        var from = called(held.entry());
        var to = held.order().to();
        HumanLegs.Rung rung = from.isPresent()
                ? legs.ring(held.meeting(), to.number(), from.get(), to.patience())
                : new HumanLegs.Rung.Failed("no_caller_id");
        switch (rung) {
            case HumanLegs.Rung.Ringing(var leg) -> {
                var _ = attempts.change(held.meeting(), is -> is.on(leg))
                        .thenAccept(change -> change.map(Change::after)
                                .filter(is -> is.is(State.OVER) && !endedByHuman(is))
                                .ifPresent(this::dismiss));
            }
            case HumanLegs.Rung.Failed(var reason) -> failed(held, reason);
        }
    }

    /// What the caller has called. A node to which only the stream came may not have been told in time.
    private Optional<PhoneNumber> called(Entry entry) {
        return Optional.ofNullable(entry.plan().facts().get("called.number"))
                .flatMap(PhoneNumber::parse)
                .or(() -> lookUps.ask(
                                () -> store.find(entry.id()).flatMap(StoredCall::to), Optional.<PhoneNumber>empty())
                        .toCompletableFuture()
                        .join());
    }

    private void failed(Held held, String reason) {
        LOG.atWarn()
                .addKeyValue("call", held.entry().id())
                .addKeyValue("reason", reason)
                .log("human could not be called; the caller goes on along the route");
        counters.noticed("human_unreachable");
        record.keep(happened(held.known(), "human_unreachable", "{\"code\":\"" + reason + "\"}"));
        var _ = attempts.change(held.meeting(), is -> is.end(Optional.of(Route.Result.FAILED)));
    }

    /// Whether there is no leg any more.
    private static boolean endedByHuman(Attempt attempt) {
        return attempt.result()
                .filter(why -> why == Route.Result.BUSY || why == Route.Result.NO_KEY || why == Route.Result.HUMAN_GONE)
                .isPresent();
    }

    private void end(Meeting meeting, UnaryOperator<Attempt> rule, Consumer<Attempt> then) {
        var _ = attempts.change(meeting, rule)
                .thenAccept(change -> change.filter(made -> made.to(State.OVER))
                        .map(Change::after)
                        .ifPresent(then));
    }

    /// A leg that is not known yet asks what to do as soon as somebody picks up.
    private void dismiss(Attempt attempt) {
        attempt.leg().ifPresent(leg -> {
            var _ = words(meeting(attempt))
                    .thenAcceptAsync(
                            words -> insist(
                                    attempt,
                                    () -> legs.dismiss(leg, words.gone(), words.language()),
                                    "human_not_dismissed"),
                            workers);
        });
    }

    /// A caller is not left alone in a room.
    private void empty(Attempt attempt) {
        if (attempt.is(State.OVER) && attempt.caller()) {
            recall(attempt);
        }
    }

    private void recall(Attempt attempt) {
        var _ = attempts.change(meeting(attempt), Attempt::recall)
                .thenAcceptAsync(
                        change -> {
                            if (change.filter(made -> made.after().recalled() && !made.before().recalled())
                                    .isPresent()) {
                                insist(attempt, () -> legs.recall(meeting(attempt)), "caller_not_recalled");
                            }
                        },
                        workers);
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
                .addKeyValue("call", attempt.call())
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
        return answer(callee, is -> is.on(callee.id()));
    }

    @Override
    public CompletionStage<Answer> pressed(Callee callee, char key) {
        return answer(
                callee,
                is -> switch (key) {
                    case TAKE -> is.on(callee.id()).taken();
                    case DECLINE -> is.on(callee.id()).declined();
                    default -> is.on(callee.id());
                });
    }

    /// A human of whom nothing is known at present may well be waited for: where the store does not answer, by another
    /// node.
    private CompletionStage<Answer> answer(Callee callee, UnaryOperator<Attempt> rule) {
        return attempts.change(callee.meeting(), rule)
                .thenCompose(change -> change.isPresent()
                        ? handoff(callee.meeting()).thenApply(story -> answer(change.get().after(), story))
                        : CompletableFuture.completedStage(hold(CalleeWords.in("en"))));
    }

    private static Answer answer(Attempt attempt, Optional<Handoff> story) {
        var words = words(story);
        return switch (attempt.state()) {
            case CALLING -> {
                var key = new Whisper.Ask(words.ask(), words.language());
                yield new Answer.Ask(story.map(known -> Whisper.ofStory(known, key))
                        .orElseGet(() -> new Whisper("", "", key)));
            }
            case ACCEPTED, MET -> new Answer.Meet(words.accepted(), words.language());
            case OVER -> attempt.result().filter(why -> why == Route.Result.DECLINED).isPresent()
                    ? new Answer.Leave(words.declined(), words.language())
                    : leave(words);
        };
    }

    private static Answer hold(CalleeWords words) {
        return new Answer.Wait(words.hold(), words.language(), leave(words));
    }

    private static Answer.Leave leave(CalleeWords words) {
        return new Answer.Leave(words.gone(), words.language());
    }

    @Override
    public void ended(Callee callee, Route.Result how) {
        // A call that has the caller to itself takes care of the caller, too.
        happens(
                callee.meeting(),
                is -> is.on(callee.id()).legOver(how),
                over -> {
                    if (attempts.held(callee.meeting()).isEmpty()) {
                        empty(over);
                    }
                },
                TRIES);
    }

    @Override
    public void joined(Meeting meeting, String leg) {
        happens(meeting, is -> is.joined(leg), this::empty, TRIES);
    }

    @Override
    public void left(Meeting meeting, String leg) {
        happens(meeting, is -> is.left(leg), _ -> {}, TRIES);
    }

    /// Whoever waits for nobody is helped out, as often as this is asked: a provider that did not take the order before is
    /// given it again for as long as it matters, by whichever node.
    @Override
    public CompletionStage<Comfort> alone(Meeting meeting, String leg) {
        return attempts.change(meeting, UnaryOperator.identity()).thenCompose(change -> {
            var over = change.map(Change::after).filter(attempt -> attempt.is(State.OVER));
            over.ifPresent(attempt -> helpOut(attempt, leg));
            return over.isPresent()
                    ? words(meeting).thenApply(words -> new Comfort(words.hold(), words.language()))
                    : CompletableFuture.completedStage(Comfort.NONE);
        });
    }

    private void helpOut(Attempt attempt, String leg) {
        if (leg.equals(attempt.call().value())) {
            workers.execute(() -> legs.recall(meeting(attempt)));
        } else {
            dismiss(attempt);
        }
    }

    /// Said once by the provider: where it can't be stored, it is tried a little longer.
    private void happens(Meeting meeting, UnaryOperator<Attempt> rule, Consumer<Attempt> then, int tries) {
        var _ = attempts.change(meeting, rule)
                .thenAcceptAsync(
                        change -> {
                            if (change.isPresent()) {
                                then.accept(change.get().after());
                            } else if (tries > 1 && pause()) {
                                happens(meeting, rule, then, tries - 1);
                            }
                        },
                        workers);
    }

    // --- the end ---

    /// The caller's call is over: a human who still waits for it is told so.
    ///
    /// @param handedOver whether another node may have called one
    void callerLeft(CallId caller, boolean handedOver) {
        attempts.held(caller).forEach(held -> noLonger(held.known()));
        if (handedOver) {
            var _ = attempts.of(caller).thenAccept(stored -> stored.stream()
                    .filter(attempt -> attempts.held(meeting(attempt)).isEmpty())
                    .forEach(this::noLonger));
        }
    }

    private void noLonger(Attempt attempt) {
        if (attempt.open()) {
            end(meeting(attempt), Attempt::callerGone, this::dismiss);
        }
    }

    /// The caller is no longer with the agent for whom this human was called. Blocks while the store is asked.
    void agentGone(Attempt attempt) {
        var made = attempts.changeStored(meeting(attempt), Attempt::agentGone);
        made.filter(change -> change.to(State.OVER)).ifPresent(change -> dismiss(change.after()));
    }

    void forget(CallId caller) {
        attempts.forget(caller);
    }

    // --- what is written down ---

    /// What has become of an attempt, by the node that was told.
    private CompletionStage<?> write(Change change) {
        var after = change.after();
        if (change.to(State.ACCEPTED)) {
            return kept(happened(after, Logbook.ACCEPTED, number(after)));
        }
        if (change.to(State.MET)) {
            record.keep(happened(after, Logbook.MET, number(after)));
        }
        return change.to(State.OVER) && after.result().isPresent()
                ? kept(stepped(after))
                : CompletableFuture.completedStage(true);
    }

    /// A store that does not answer keeps nobody waiting.
    private CompletionStage<Boolean> kept(Fact fact) {
        var stored = new CompletableFuture<Boolean>();
        var _ = record.keepDurably(fact).whenComplete((_, _) -> stored.complete(true));
        return stored.completeOnTimeout(false, STORING.toMillis(), TimeUnit.MILLISECONDS);
    }

    private Fact happened(Attempt attempt, String kind, String detail) {
        var now = clock.now();
        long place = attempts.held(meeting(attempt))
                .map(held -> held.entry().sequence().getAndIncrement())
                .orElseGet(() -> Entry.place(now));
        return new Fact.Happened(attempt.call(), now, place, kind, detail);
    }

    private static String number(Attempt attempt) {
        return "{\"attempt\":" + attempt.number() + "}";
    }

    /// Where a step is stored: a destination that is tried once more has a place behind the whole route.
    static int place(int attempt, int step) {
        return attempt == step ? step : LATER + attempt;
    }

    private Fact stepped(Attempt attempt) {
        return new Fact.RouteStepped(
                attempt.call(),
                clock.now(),
                place(attempt.number(), attempt.step()),
                DESTINATION,
                attempt.result());
    }

    // --- small words ---

    private static Meeting meeting(Attempt attempt) {
        return new Meeting(attempt.call(), attempt.number());
    }

    /// What the human is told.
    private CompletionStage<Optional<Handoff>> handoff(Meeting meeting) {
        return attempts.held(meeting)
                .map(held -> CompletableFuture.completedStage(Optional.of(held.order().handoff())))
                .orElseGet(() -> lookUps.ask(() -> store.handoff(meeting.caller()), Optional.empty()));
    }

    private CompletionStage<CalleeWords> words(Meeting meeting) {
        return handoff(meeting).thenApply(WarmTransfers::words);
    }

    private static CalleeWords words(Optional<Handoff> story) {
        return CalleeWords.in(story.map(Handoff::language).orElse("en"));
    }
}
