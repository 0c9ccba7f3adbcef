package io.offhook.callback;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import io.offhook.store.Wish;
import io.offhook.store.Wish.State;
import io.offhook.store.Wishes;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.HumanLine;
import io.offhook.telephony.Whisper;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Callers are called back, a human first: the human hears what the caller wants and takes it by a key, and only then
/// the caller is dialled. Everything that must be known about it is in the store, so any node may be asked. Any thread;
/// nothing here waits.
public final class Callbacks implements CallbackDesk {
    private static final Logger LOG = LoggerFactory.getLogger(Callbacks.class);
    private static final Duration STORE_PATIENCE = Duration.ofMillis(700);
    /// How long the last word on a call may come after its end.
    private static final Duration LATE_WORD = Duration.ofMinutes(1);
    private static final Duration LOOK_AFTER = Duration.ofMinutes(5);

    private final Ledger ledger;
    private final Function<CallId, Optional<Handoff>> stories;
    private final Executor workers;

    /// @param rules   of the agent's file as it is at present
    /// @param stories what a human is to know of a call; may block
    /// @param facts   for the timelines of the calls
    /// @param counter told the slug of what happened
    public Callbacks(
            Wishes wishes,
            Function<Wish, CallbackRules> rules,
            Function<CallId, Optional<Handoff>> stories,
            InstantSource clock,
            Consumer<Fact> facts,
            Consumer<String> counter,
            Executor workers) {
        this.ledger = new Ledger(wishes, rules, clock, facts, counter);
        this.stories = stories;
        this.workers = workers;
    }

    /// What rings the people. Not started.
    ///
    /// @param retention how long the numbers of settled wishes are kept
    /// @param resting   while it is true, nobody else is rung
    public CallbackRounds rounds(
            HumanLine line, CallbackRounds.Pace pace, Duration retention, BooleanSupplier resting) {
        return new CallbackRounds(ledger, line, pace, retention, resting, workers);
    }

    @Override
    public CompletionStage<Answer> pickedUp(Ring ring) {
        return answer(ring, () -> ledger.of(ring)
                .filter(wish -> wish.state() == State.RINGING)
                .<Answer>map(this::offer)
                .orElseGet(() -> gone(ring)));
    }

    private Answer.Offer offer(Wish wish) {
        var words = CallbackWords.in(wish.language());
        var say = new ArrayList<Spoken>();
        say.add(new Spoken(words.intro(), words.language()));
        stories.apply(wish.call())
                .map(story -> Whisper.of(story, Whisper.Ask.ENGLISH))
                .filter(told -> !told.about().isEmpty())
                .ifPresent(told -> say.add(new Spoken(told.about(), told.language())));
        say.add(new Spoken(words.ask(), words.language()));
        return new Answer.Offer(say);
    }

    /// The wish is settled, or a later try has it.
    private Answer gone(Ring ring) {
        return words(ring)
                .<Answer>map(words -> new Answer.HangUp(List.of(new Spoken(words.gone(), words.language()))))
                .orElse(Answer.HangUp.SILENTLY);
    }

    private Optional<CallbackWords> words(Ring ring) {
        return ledger.wishes().find(ring.wish()).map(wish -> CallbackWords.in(wish.language()));
    }

    @Override
    public CompletionStage<Answer> taken(Ring ring, CallId leg) {
        var told = new CompletableFuture<Answer>();
        work(ring, told, () -> {
            var wish = ledger.wishes()
                    .taken(ring.wish(), ring.number(), leg, ledger.clock().instant(), LOOK_AFTER);
            var answer = wish.flatMap(taken ->
                            taken.number().<Answer>map(number -> new Answer.Connect(number, taken.called())))
                    .orElseGet(() -> gone(ring));
            if (!told.complete(answer)) {
                // The human was sent away meanwhile: nobody dials the caller.
                wish.ifPresent(taken -> ledger.ended(taken, Result.HUMAN_GONE));
            }
        });
        return soon(told);
    }

    @Override
    public CompletionStage<Answer> declined(Ring ring) {
        return ended(ring, State.RINGING, Result.HUMAN_DECLINED, _ -> Answer.HangUp.SILENTLY);
    }

    @Override
    public CompletionStage<Answer> silent(Ring ring) {
        return ended(ring, State.RINGING, Result.HUMAN_VOICEMAIL, _ -> Answer.HangUp.SILENTLY);
    }

    @Override
    public CompletionStage<Answer> dialled(Ring ring, Route.Result dialled) {
        var result = Result.ofCaller(dialled);
        return ended(
                ring,
                State.CONNECTING,
                result,
                words -> result == Result.CONNECTED
                        ? Answer.HangUp.SILENTLY
                        : new Answer.HangUp(List.of(new Spoken(words.late(), words.language()))));
    }

    private CompletionStage<Answer> ended(
            Ring ring, State in, Result result, Function<CallbackWords, Answer> answer) {
        return answer(ring, () -> {
            ledger.of(ring).filter(wish -> wish.state() == in).ifPresent(wish -> ledger.ended(wish, result));
            return words(ring).map(answer).orElse(Answer.HangUp.SILENTLY);
        });
    }

    @Override
    public void over(Ring ring, Route.Result leg) {
        work(ring, new CompletableFuture<>(), () -> ledger.of(ring).ifPresent(wish -> {
            if (wish.state() == State.RINGING) {
                ledger.ended(wish, Result.ofHuman(leg));
            } else if (wish.state() == State.CONNECTING) {
                // What became of the caller is said in a request of its own, which may come later.
                ledger.wishes().awaited(wish, ledger.clock().instant().plus(LATE_WORD));
            }
        }));
    }

    private CompletionStage<Answer> answer(Ring ring, Supplier<Answer> question) {
        var told = new CompletableFuture<Answer>();
        work(ring, told, () -> told.complete(question.get()));
        return soon(told);
    }

    /// Without an answer in time the human is let go.
    private static CompletionStage<Answer> soon(CompletableFuture<Answer> told) {
        return told.completeOnTimeout(Answer.HangUp.SILENTLY, STORE_PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    private void work(Ring ring, CompletableFuture<Answer> told, Runnable work) {
        workers.execute(() -> {
            try {
                work.run();
            } catch (RuntimeException e) {
                LOG.atWarn()
                        .addKeyValue("call", ring.wish())
                        .addKeyValue("error", e.getClass().getSimpleName())
                        .log("a callback could not be looked up");
                told.complete(Answer.HangUp.SILENTLY);
            }
        });
    }
}
