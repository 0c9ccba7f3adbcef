package io.offhook.callback;

import io.offhook.call.PhoneNumber;
import io.offhook.store.StoreException;
import io.offhook.store.Wish;
import io.offhook.telephony.CallbackDesk;
import io.offhook.telephony.HumanLine;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Has people rung for the wishes whose time has come, for as long as it takes, and forgets the numbers of those that
/// were settled long ago. One thread makes the rounds; each order
/// runs on a worker. Nodes that share a store share the work by claims.
public final class CallbackRounds implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(CallbackRounds.class);
    private static final Duration LAST_ROUND = Duration.ofSeconds(3);
    private static final Duration ERASE_EVERY = Duration.ofHours(1);

    private final Ledger ledger;
    private final HumanLine line;
    private final Pace pace;
    private final Duration retention;
    private final BooleanSupplier resting;
    private final Executor workers;
    private final CountDownLatch stopped = new CountDownLatch(1);
    private final Thread rounds;
    private boolean outOfReach;
    private Instant nextErasure = Instant.MIN;

    /// @param pause   between rounds
    /// @param atOnce  wishes taken in one round
    /// @param lease   how long a claim holds; longer than somebody is rung and listens
    /// @param engaged how long a wish waits when all its people are on the phone, or the provider can't ring
    public record Pace(Duration pause, int atOnce, Duration lease, Duration engaged) {
        public static final Pace USUAL =
                new Pace(Duration.ofSeconds(1), 10, Duration.ofMinutes(5), Duration.ofSeconds(30));
    }

    CallbackRounds(
            Ledger ledger,
            HumanLine line,
            Pace pace,
            Duration retention,
            BooleanSupplier resting,
            Executor workers) {
        this.ledger = ledger;
        this.line = line;
        this.pace = pace;
        this.retention = retention;
        this.resting = resting;
        this.workers = workers;
        this.rounds = Thread.ofVirtual().name("callbacks").unstarted(this::makeRounds);
    }

    public CallbackRounds start() {
        rounds.start();
        return this;
    }

    /// Takes no more wishes. Those that people are being rung for go on by the provider's questions.
    @Override
    public void close() {
        stopped.countDown();
        try {
            if (rounds.getState() != Thread.State.NEW && !rounds.join(LAST_ROUND)) {
                LOG.atWarn().log("the last round of callbacks is not over");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private void makeRounds() {
        try {
            while (!stopped.await(pace.pause().toMillis(), TimeUnit.MILLISECONDS)) {
                if (!resting.getAsBoolean()) {
                    round();
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// A store that does not answer ends the round; nothing is lost by that.
    void round() {
        try {
            var now = ledger.clock().instant();
            ledger.wishes().unheardOf(now).forEach(wish -> work(wish, this::lookAfter));
            if (ledger.wishes().due(now)) {
                ledger.wishes().claim(pace.atOnce(), now, pace.lease()).forEach(wish -> work(wish, this::begin));
            }
            erase(now);
            outOfReach = false;
        } catch (StoreException e) {
            if (!outOfReach) {
                outOfReach = true;
                LOG.atWarn().setCause(e).log("wishes to be called back can't be read; they wait");
            }
        } catch (RuntimeException e) {
            LOG.atError().setCause(e).log("a round of callbacks broke");
        }
    }

    /// Each node does it for all: what is erased already costs nothing.
    private void erase(Instant now) {
        if (now.isBefore(nextErasure)) {
            return;
        }
        int erased = ledger.wishes().erase(now.minus(retention));
        nextErasure = now.plus(ERASE_EVERY);
        if (erased > 0) {
            LOG.atInfo().addKeyValue("wishes", erased).log("numbers of callers who were called back erased");
        }
    }

    /// What fails here is tried again when the claim has run out.
    private void work(Wish wish, Consumer<Wish> work) {
        workers.execute(() -> {
            try {
                work.accept(wish);
            } catch (RuntimeException e) {
                LOG.atError()
                        .addKeyValue("call", wish.call())
                        .addKeyValue("error", e.getClass().getSimpleName())
                        .log("a wish to be called back could not be worked on");
            }
        });
    }

    private void begin(Wish wish) {
        var next = ledger.wishes().askedAgain(wish)
                ? new Next.End(Wish.State.CANCELED, CallbackRules.ASKED_AGAIN)
                : ledger.due(wish);
        switch (next) {
            case Next.Ring(var humans) -> ring(wish, humans);
            case Next other -> ledger.given(wish, other);
        }
    }

    private void ring(Wish wish, List<PhoneNumber> humans) {
        var free = humans.stream()
                .filter(human -> ledger.wishes().rings(wish, human))
                .findFirst();
        if (free.isEmpty()) {
            ledger.postponed(wish, pace.engaged());
            return;
        }
        var placed = line.ring(free.get(), wish.called(), new CallbackDesk.Ring(wish.call(), wish.tries()));
        switch (placed) {
            // The provider asks on, or the claim runs out.
            case HumanLine.Placed.Ringing _, HumanLine.Placed.Unclear _ -> {}
            case HumanLine.Placed.Refused(var reason) -> {
                refused(wish, reason);
                ledger.ended(wish, Result.HUMAN_FAILED);
            }
            case HumanLine.Placed.Later(var reason, var wait) -> {
                refused(wish, reason);
                ledger.postponed(
                        wish,
                        wait.filter(asked -> asked.compareTo(pace.engaged()) > 0).orElse(pace.engaged()));
            }
        }
    }

    private static void refused(Wish wish, String reason) {
        LOG.atWarn()
                .addKeyValue("call", wish.call())
                .addKeyValue("reason", reason)
                .log("nobody could be rung for a caller who wants to be called back");
    }

    /// A human took it, and nothing was heard since: they may be talking still, or a node died with the news.
    private void lookAfter(Wish wish) {
        boolean over = wish.leg().flatMap(line::over).orElse(false);
        if (over) {
            ledger.lost(wish);
        } else {
            ledger.wishes().awaited(wish, ledger.clock().instant().plus(pace.lease()));
        }
    }
}
