package io.offhook.outbox;

import io.offhook.store.Outbox;
import io.offhook.store.OutboxMessage;
import io.offhook.store.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Delivers what is in the outbox, for as long as it takes.
///
/// One thread of its own makes rounds: it notes how deliveries ended, has new events addressed, and sends out what is
/// due, each message on a virtual thread. All state belongs to that thread; deliveries only put their receipt into its
/// inbox. So nothing is locked, and a receiver that hangs holds up nobody but itself. Nodes that share a store share
/// the work by claims.
public final class Postman implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Postman.class);
    private static final Duration COUNT_EVERY = Duration.ofSeconds(5);
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    private static final Duration LAST_RECEIPTS = Duration.ofSeconds(1);

    private final Outbox outbox;
    private final Mailroom mailroom;
    private final Map<OutboxMessage.Kind, Recipient> recipients;
    private final Rules rules;
    private final InstantSource clock;
    private final RandomGenerator random;
    private final BlockingQueue<Runnable> inbox = new LinkedBlockingQueue<>();
    private final Thread rounds;

    private volatile boolean stopping;
    private volatile Load load = new Load(0, 0, 0, Duration.ZERO);

    // Of the thread that makes the rounds.
    private final Map<OutboxMessage.Target, Lane> lanes = new HashMap<>();
    private final Set<Thread> deliveries = new HashSet<>();
    private final Deque<Ended> unnoted = new ArrayDeque<>();
    private long delivered;
    private boolean outOfReach;
    private @Nullable Instant counted;
    private @Nullable Instant forgotten;

    /// @param pause     between rounds when nothing happens
    /// @param perTarget messages on the way to one receiver at once
    /// @param lease     how long a claim holds; longer than any delivery takes
    /// @param attempts  after which a message is dead
    /// @param age       after which a message that could not be delivered is dead
    /// @param keep      how long finished messages are kept
    public record Rules(Duration pause, int perTarget, Duration lease, int attempts, Duration age, Duration keep) {
        /// Outlives a receiver that is dead for a weekend.
        public static final Rules USUAL = new Rules(
                Duration.ofMillis(500),
                4,
                Duration.ofMinutes(2),
                Integer.MAX_VALUE,
                Duration.ofDays(3),
                Duration.ofDays(14));
    }

    /// How the outbox fares, on all nodes that share it but for `delivered`, which is ours since the start.
    ///
    /// @param age of the oldest message that waits
    public record Load(long waiting, long dead, long delivered, Duration age) {}

    private record Ended(OutboxMessage message, Receipt receipt) {}

    /// @param recipients for each kind; messages of a kind without one wait
    public Postman(
            Outbox outbox,
            Mailroom mailroom,
            Map<OutboxMessage.Kind, Recipient> recipients,
            Rules rules,
            InstantSource clock) {
        this(outbox, mailroom, recipients, rules, clock, RandomGenerator.getDefault());
    }

    Postman(
            Outbox outbox,
            Mailroom mailroom,
            Map<OutboxMessage.Kind, Recipient> recipients,
            Rules rules,
            InstantSource clock,
            RandomGenerator random) {
        this.outbox = outbox;
        this.mailroom = mailroom;
        this.recipients = Map.copyOf(recipients);
        this.rules = rules;
        this.clock = clock;
        this.random = random;
        this.rounds = Thread.ofVirtual().name("outbox").unstarted(this::makeRounds);
    }

    public Postman start() {
        rounds.start();
        return this;
    }

    public Load load() {
        return load;
    }

    /// Makes no more rounds of its own, delivers what can be delivered at once, and lets go of the rest: it stays in
    /// the outbox for the next process.
    ///
    /// @return whether nothing was on the way any more when the time was over
    public boolean drain(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        stopRounds();
        boolean something = true;
        while (something && System.nanoTime() < end && !Thread.currentThread().isInterrupted()) {
            something = round() > 0;
            settle(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
        boolean calm = deliveries.isEmpty();
        deliveries.forEach(Thread::interrupt);
        settle(LAST_RECEIPTS);
        noteAll();
        recipients.values().forEach(Recipient::close);
        return calm;
    }

    @Override
    public void close() {
        drain(Duration.ZERO);
    }

    private void stopRounds() {
        stopping = true;
        // Not interrupted: it may be talking to the database.
        inbox.add(() -> {});
        if (rounds.getState() == Thread.State.NEW) {
            return;
        }
        try {
            rounds.join(rules.lease());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    // --- the rounds ---

    private void makeRounds() {
        while (!stopping) {
            try {
                round();
            } catch (RuntimeException e) {
                LOG.atError().setCause(e).log("a round of the outbox broke");
            }
            try {
                // A delivery that ended makes room for the next one, so it ends the pause.
                var first = inbox.poll(rules.pause().toMillis(), TimeUnit.MILLISECONDS);
                if (first != null) {
                    first.run();
                }
            } catch (InterruptedException e) {
                return;
            }
        }
    }

    /// One round. A store that does not answer ends it; nothing is lost by that.
    ///
    /// @return how many messages were sent out
    int round() {
        try {
            takeAll();
            noteAll();
            var now = clock.instant();
            mailroom.address(now);
            int sent = 0;
            for (var target : outbox.due(now)) {
                sent += send(lanes.computeIfAbsent(target, Lane::new), now);
            }
            count(now);
            forget(now);
            outOfReach = false;
            return sent;
        } catch (StoreException e) {
            if (!outOfReach) {
                outOfReach = true;
                LOG.atWarn().setCause(e).log("the outbox can't be reached; what is in it waits");
            }
            return 0;
        }
    }

    private int send(Lane lane, Instant now) {
        int room = lane.room(rules.perTarget(), now);
        if (room <= 0) {
            return 0;
        }
        var claimed = outbox.claim(lane.to(), room, now, rules.lease());
        claimed.forEach(message -> send(lane, message));
        return claimed.size();
    }

    private void send(Lane lane, OutboxMessage message) {
        lane.left();
        var delivery = Thread.ofVirtual()
                .name("outbox-" + message.id())
                .unstarted(() -> {
                    var receipt = receipt(message);
                    var self = Thread.currentThread();
                    inbox.add(() -> take(lane, message, receipt, self));
                });
        deliveries.add(delivery);
        delivery.start();
    }

    private Receipt receipt(OutboxMessage message) {
        var recipient = recipients.get(message.kind());
        if (recipient == null) {
            return Receipt.later("not_set_up");
        }
        try {
            return recipient.deliver(message);
        } catch (InterruptedException e) {
            return new Receipt.Later("stopped", Receipt.Blame.MESSAGE, Optional.empty());
        } catch (RuntimeException e) {
            LOG.atError()
                    .addKeyValue("call", message.call())
                    .addKeyValue("message", message.id())
                    .addKeyValue("target", message.target())
                    .setCause(e)
                    .log("delivery broke");
            return new Receipt.Later("fault", Receipt.Blame.MESSAGE, Optional.empty());
        }
    }

    // --- receipts ---

    /// Waits until nothing is on the way, and takes the receipts.
    ///
    /// @return whether that came true in time
    boolean settle(Duration patience) {
        long end = System.nanoTime() + patience.toNanos();
        try {
            while (!deliveries.isEmpty()) {
                var next = inbox.poll(end - System.nanoTime(), TimeUnit.NANOSECONDS);
                if (next == null) {
                    return false;
                }
                next.run();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        noteAll();
        return deliveries.isEmpty();
    }

    private void takeAll() {
        for (var next = inbox.poll(); next != null; next = inbox.poll()) {
            next.run();
        }
    }

    private void take(Lane lane, OutboxMessage message, Receipt receipt, Thread delivery) {
        deliveries.remove(delivery);
        lane.ended(receipt, clock.instant());
        unnoted.add(new Ended(message, receipt));
    }

    /// What the store does not take is noted in a later round; should the claim run out first, the receiver sees the
    /// same key again.
    private void noteAll() {
        try {
            for (var next = unnoted.peek(); next != null; next = unnoted.peek()) {
                note(next.message(), next.receipt(), clock.instant());
                unnoted.remove();
            }
        } catch (StoreException e) {
            LOG.atDebug().setCause(e).log("deliveries can't be noted yet");
        }
    }

    private void note(OutboxMessage message, Receipt receipt, Instant now) {
        switch (receipt) {
            case Receipt.Delivered _ -> {
                outbox.done(message, now);
                delivered++;
            }
            case Receipt.Refused(var error) -> bury(message, error, now);
            case Receipt.Later(var error, _, var pause) -> {
                boolean old = !now.isBefore(message.createdAt().plus(rules.age()));
                if (old || message.attempts() >= rules.attempts()) {
                    bury(message, error, now);
                } else {
                    var backoff = Backoff.USUAL.after(message.attempts(), random);
                    var asked = pause.orElse(Duration.ZERO);
                    outbox.retry(message, now.plus(asked.compareTo(backoff) > 0 ? asked : backoff), error);
                }
            }
        }
    }

    private void bury(OutboxMessage message, String error, Instant now) {
        outbox.bury(message, error, now);
        LOG.atError()
                .addKeyValue("call", message.call())
                .addKeyValue("message", message.id())
                .addKeyValue("target", message.target())
                .addKeyValue("reason", error)
                .addKeyValue("attempts", message.attempts())
                .log("message given up; 'offhook outbox retry' sends it again");
    }

    // --- looking after the outbox ---

    private void count(Instant now) {
        var before = counted;
        if (before != null && now.isBefore(before.plus(COUNT_EVERY)) && !now.isBefore(before)) {
            load = new Load(load.waiting(), load.dead(), delivered, load.age());
            return;
        }
        counted = now;
        var full = outbox.load();
        var age = full.oldest().map(oldest -> Duration.between(oldest, now)).orElse(Duration.ZERO);
        load = new Load(full.waiting(), full.dead(), delivered, age.isNegative() ? Duration.ZERO : age);
    }

    private void forget(Instant now) {
        var before = forgotten;
        if (before == null || !now.isBefore(before.plus(FORGET_EVERY))) {
            forgotten = now;
            outbox.forget(now.minus(rules.keep()));
        }
    }
}
