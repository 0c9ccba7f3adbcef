package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.Handoff;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// What this node writes down of its calls beside their streams; a stream has its own recorder. Any thread; nothing
/// here waits.
final class Logbook {
    /// The steps of the second route that a caller takes are counted from here.
    static final int SECOND_ROUTE = 100;

    // Entries of the timeline by which other nodes know how the call stands.
    static final String RETURNED = "returned";
    static final String ACCEPTED = "human_accepted";
    static final String MET = "human_met";
    /// Of an event of which there is nothing more to say.
    static final String NOTHING = "{}";
    private static final Map<RouteAnswers.Wish, String> WISHES =
            Map.of(RouteAnswers.Wish.MESSAGE, "message_wanted", RouteAnswers.Wish.CALLBACK, "callback_wanted");

    /// How long a caller waits for something to be stored. Together with a look-up beforehand, this leaves the answer
    /// within its second.
    private static final Duration STORING = Duration.ofMillis(200);

    /// What is to be said when there was nothing to write down.
    static final CompletionStage<Boolean> NO_NEWS = CompletableFuture.completedStage(true);

    private final CallBook book;
    private final CallClock clock;

    Logbook(CallBook book, CallClock clock) {
        this.book = book;
        this.clock = clock;
    }

    void started(Entry entry) {
        var call = entry.ring();
        book.keep(new Fact.Started(
                call.id(), entry.since(), entry.plan().rules().agent(), call.from(), call.to(), call.verstat()));
    }

    /// What happens on a stream of this call.
    CallListener recorder(Entry entry) {
        return new CallRecorder(book, entry.plan().keepTurns(), entry.sequence());
    }

    void happened(Entry entry, String kind) {
        book.keep(event(entry, kind, NOTHING));
    }

    /// Completes when other nodes can know.
    CompletionStage<String> returned(Entry entry, Back from) {
        return keepSoon(event(entry, RETURNED, from.detail()));
    }

    /// Completes when other nodes can know.
    CompletionStage<String> accepted(Entry entry, OptionalInt step) {
        var detail = step.isPresent() ? "{\"step\":" + place(entry, step.getAsInt()) + "}" : NOTHING;
        return keepSoon(event(entry, ACCEPTED, detail));
    }

    /// Completes when other nodes can know.
    CompletionStage<String> wanted(Entry entry, RouteAnswers.Wish wish) {
        return keepSoon(event(entry, event(wish), NOTHING));
    }

    /// The entry of the timeline that says so.
    static String event(RouteAnswers.Wish wish) {
        return WISHES.getOrDefault(wish, "nothing_wanted");
    }

    private Fact event(Entry entry, String kind, String detail) {
        return new Fact.Happened(entry.id(), clock.now(), entry.sequence().getAndIncrement(), kind, detail);
    }

    void phase(CallId call, Instant at, String phase) {
        book.keep(new Fact.PhaseChanged(call, at, phase));
    }

    /// Keeps the handoff as far as the plan allows.
    ///
    /// @return completes when the handoff is safe
    CompletionStage<?> file(Handoff handoff, AgentPlan plan) {
        return book.keepDurably(CallRecorder.handedOff(handoff, plan.keepTurns()));
    }

    /// Completes when the fact is on disk, or after a short while.
    CompletionStage<String> keepSoon(Fact fact) {
        return soon(book.keepDurably(fact));
    }

    /// Completes with what is kept, or after a short while, and never exceptionally.
    static CompletionStage<String> soon(CompletionStage<?> kept) {
        return kept.toCompletableFuture()
                .thenApply(_ -> "stored")
                .exceptionally(_ -> "lost")
                .completeOnTimeout("late", STORING.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Completes when other nodes can know.
    CompletionStage<String> stepped(Entry entry, int step, Route.Result result) {
        var destination = RouteAnswers.name(entry.plan(), entry.handoff(), step);
        int place = RouteAnswers.attempt(entry.standing(), step)
                .map(attempt -> WarmTransfers.place(attempt, step))
                .orElseGet(() -> place(entry, step));
        return keepSoon(new Fact.RouteStepped(entry.id(), clock.now(), place, destination, Optional.of(result)));
    }

    private static int place(Entry entry, int step) {
        return entry.cameBack() && entry.handoff().isPresent() ? SECOND_ROUTE + step : step;
    }

    /// Completes with whether the message is on disk, however long that takes.
    CompletionStage<Boolean> voicemail(CallId call, String recording, int seconds, Optional<String> mailbox) {
        return stored(new Fact.Voicemail(call, clock.now(), recording, seconds, mailbox));
    }

    /// Completes with whether the end is on disk, however long that takes.
    CompletionStage<Boolean> ended(CallId call, Entry.End end) {
        phase(call, end.at(), "ended");
        return stored(new Fact.Ended(call, end.at(), end.disposition()));
    }

    private CompletionStage<Boolean> stored(Fact fact) {
        return book.keepDurably(fact).handle((_, lost) -> lost == null);
    }
}
