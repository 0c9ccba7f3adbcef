package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.Handoff;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import io.offhook.telephony.IncomingCall;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

/// What this node writes down of its calls beside their streams; a stream has its own recorder. Any thread; nothing
/// here waits.
final class Logbook {
    /// The steps of the second route that a caller takes are counted from here.
    private static final int SECOND_ROUTE = 100;

    private final CallBook book;
    private final CallClock clock;

    Logbook(CallBook book, CallClock clock) {
        this.book = book;
        this.clock = clock;
    }

    void started(Entry entry, IncomingCall call) {
        book.keep(new Fact.Started(
                call.id(), entry.since(), entry.plan().rules().agent(), call.from(), call.to(), call.verstat()));
    }

    /// What happens on a stream of this call.
    CallListener recorder(Entry entry) {
        return new CallRecorder(book, entry.plan().keepTurns(), entry.sequence());
    }

    void happened(Entry entry, String kind) {
        book.keep(new Fact.Happened(
                entry.id(), clock.now(), entry.sequence().getAndIncrement(), kind, "{}"));
    }

    void phase(CallId call, Instant at, String phase) {
        book.keep(new Fact.PhaseChanged(call, at, phase));
    }

    /// Keeps the handoff as far as the plan allows.
    ///
    /// @param then run on any thread when the handoff is safe
    void file(Handoff handoff, AgentPlan plan, Runnable then) {
        var _ = book.keepDurably(CallRecorder.handedOff(handoff, plan.keepTurns()))
                .whenComplete((_, _) -> then.run());
    }

    /// Completes when the fact is on disk, or after a short while.
    CompletionStage<String> keepSoon(Fact fact) {
        return book.keepDurably(fact)
                .toCompletableFuture()
                .thenApply(_ -> "stored")
                .exceptionally(_ -> "lost")
                .completeOnTimeout("late", LookUps.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }

    void stepped(Entry entry, int step, Route.Result result) {
        var destination = RouteAnswers.name(entry.plan(), entry.handoff(), step);
        int place = entry.cameBack() && entry.handoff().isPresent() ? SECOND_ROUTE + step : step;
        book.keep(new Fact.RouteStepped(entry.id(), clock.now(), place, destination, Optional.of(result)));
    }

    void voicemail(CallId call, String recording, int seconds, Optional<String> mailbox) {
        book.keep(new Fact.Voicemail(call, clock.now(), recording, seconds, mailbox));
    }

    void ended(CallId call, Entry.End end) {
        phase(call, end.at(), "ended");
        book.keep(new Fact.Ended(call, end.at(), end.disposition()));
    }
}
