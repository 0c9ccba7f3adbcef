package io.offhook.callback;

import io.offhook.store.Fact;
import io.offhook.store.Wish;
import io.offhook.store.Wishes;
import io.offhook.telephony.CallbackDesk.Ring;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/// Writes down how far wishes have come, by the rules of their agent, in the store and on the timeline of their call.
/// Any thread; blocks.
///
/// @param rules   of the agent's file as it is at present
/// @param facts   for the timelines
/// @param counter told the slug of what happened
record Ledger(
        Wishes wishes,
        Function<Wish, CallbackRules> rules,
        InstantSource clock,
        Consumer<Fact> facts,
        Consumer<String> counter) {
    private static final String UNKNOWN = "unknown";

    /// The wish, while this ring is the latest for it and it is not settled.
    Optional<Wish> of(Ring ring) {
        return wishes.find(ring.wish())
                .filter(wish -> wish.tries() == ring.number() && wish.finishedAt().isEmpty());
    }

    Next due(Wish wish) {
        return rules.apply(wish).due(wish, clock.instant());
    }

    /// A try has ended.
    void ended(Wish wish, Result result) {
        var next = rules.apply(wish).after(wish, result, clock.instant());
        if (write(wish, next, result.slug())) {
            happened(wish, result.slug());
        }
    }

    /// Nobody was rung; the try does not count.
    void postponed(Wish wish, Duration pause) {
        write(wish, new Next.Wait(clock.instant().plus(pause)), wish.result());
    }

    void given(Wish wish, Next next) {
        if (write(wish, next, wish.result()) && next instanceof Next.End(_, var reason)) {
            happened(wish, reason);
        }
    }

    /// The human who took it was heard of no more.
    void lost(Wish wish) {
        given(wish, new Next.End(Wish.State.GIVEN_UP, UNKNOWN));
    }

    /// @return whether the wish stood as it was read
    private boolean write(Wish wish, Next next, String result) {
        return switch (next) {
            case Next.Ring _ -> false;
            case Next.Wait(var until) -> wishes.again(wish, until, wish.tries() - 1, result);
            case Next.Again(var at, int tries) -> wishes.again(wish, at, tries, result);
            case Next.End(var how, var reason) -> wishes.end(wish, how, reason, clock.instant());
        };
    }

    private void happened(Wish wish, String slug) {
        var now = clock.instant();
        var kind = "callback_" + slug.replace('-', '_');
        // Counted from the nanosecond, as everything on a timeline, so that places of two nodes never meet.
        long place = TimeUnit.SECONDS.toNanos(now.getEpochSecond()) + now.getNano();
        facts.accept(new Fact.Happened(wish.call(), now, place, kind, "{}"));
        counter.accept(kind);
    }
}
