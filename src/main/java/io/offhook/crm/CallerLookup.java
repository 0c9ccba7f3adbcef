package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks callers up while the phone rings, and never makes anybody wait: a look-up that fails or is late has found
/// nobody. Any thread; `start` does not block.
///
/// Whoever calls again within the hour is known by the last contact too, also when no record has the number.
public final class CallerLookup {
    /// Found nobody in time.
    public static final String TIMEOUT = "crm_timeout";
    /// Could not be asked, or answered nonsense.
    public static final String FAILED = "crm_failed";
    /// Was not asked, because it failed too often.
    public static final String PAUSED = "crm_paused";
    /// Was not asked, because the network says that the number is not the caller's.
    public static final String NUMBER_FAILED = "caller_number_failed";

    private static final Logger log = LoggerFactory.getLogger(CallerLookup.class);
    private static final Duration RETURNING = Duration.ofHours(1);
    private static final int AT_ONCE = 100;

    private final Crm crm;
    private final Contacts contacts;
    private final Duration deadline;
    private final Executor workers;
    private final InstantSource clock;
    private final Breaker breaker;
    private final RecentCallers recent;
    private final Semaphore running = new Semaphore(AT_ONCE);

    /// @param contacts this server's own memory, asked after the CRM and within the same deadline
    /// @param deadline when the caller counts as unknown
    /// @param workers  virtual threads
    public CallerLookup(Crm crm, Contacts contacts, Duration deadline, Executor workers, InstantSource clock) {
        this(crm, contacts, deadline, workers, clock, System::nanoTime);
    }

    CallerLookup(
            Crm crm,
            Contacts contacts,
            Duration deadline,
            Executor workers,
            InstantSource clock,
            LongSupplier nanos) {
        this.crm = crm;
        this.contacts = contacts;
        this.deadline = deadline;
        this.workers = workers;
        this.clock = clock;
        this.breaker = new Breaker(nanos);
        this.recent = new RecentCallers(nanos);
    }

    /// Begins to look; `getNow` says what is known at any time. The future always comes to an end, and never to a bad
    /// one.
    ///
    /// @param remark told at most once, on any thread, with one of the slugs above
    public CompletableFuture<Optional<Caller>> start(
            Optional<PhoneNumber> from, StirVerdict verdict, Consumer<String> remark) {
        var number = from.filter(given -> !CallerNumber.withheld(given));
        if (number.isEmpty()) {
            return nobody();
        }
        if (verdict == StirVerdict.FAILED) {
            remark.accept(NUMBER_FAILED);
            return nobody();
        }
        var fresh = new CompletableFuture<Optional<Caller>>();
        var found = recent.orElse(number.get(), fresh);
        if (found == fresh) {
            new Search(number.get(), fresh, remark).begin();
        }
        return found;
    }

    /// The next call from this number is looked up afresh.
    public void forget(PhoneNumber number) {
        recent.forget(number);
    }

    private static CompletableFuture<Optional<Caller>> nobody() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /// One question to the CRM, which ends once: with its answer, its failure, or the deadline.
    private final class Search {
        private final PhoneNumber number;
        private final CompletableFuture<Optional<Caller>> found;
        private final Consumer<String> remark;
        private final AtomicBoolean over = new AtomicBoolean();
        private final FutureTask<Boolean> task = new FutureTask<>(this::ask, true);

        Search(PhoneNumber number, CompletableFuture<Optional<Caller>> found, Consumer<String> remark) {
            this.number = number;
            this.found = found;
            this.remark = remark;
        }

        void begin() {
            // A thread that hangs beyond its deadline keeps its permit, so that hanging threads are bounded.
            if (!running.tryAcquire()) {
                nothing(FAILED);
            } else if (!breaker.allows()) {
                running.release();
                nothing(PAUSED);
            } else {
                try {
                    workers.execute(this::run);
                    CompletableFuture.delayedExecutor(deadline.toMillis(), TimeUnit.MILLISECONDS, workers)
                            .execute(this::late);
                } catch (RejectedExecutionException e) {
                    nothing(FAILED);
                }
            }
        }

        private void run() {
            try {
                task.run();
            } finally {
                running.release();
            }
        }

        private void ask() {
            try {
                var caller = look();
                if (over.compareAndSet(false, true)) {
                    breaker.succeeded();
                    found.complete(caller);
                }
            } catch (CrmFailure e) {
                failed(e.reason());
            } catch (InterruptedException e) {
                // The deadline has passed, and `late` has said so.
                failed("interrupted");
            } catch (RuntimeException e) {
                failed(e.getClass().getSimpleName());
            }
        }

        private Optional<Caller> look() throws CrmFailure, InterruptedException {
            var caller = crm.find(number);
            var contact = lastContact();
            return caller.isPresent()
                    ? caller.map(known -> known.withLastContact(contact))
                    : contact.map(Caller::returning);
        }

        private Optional<LastContact> lastContact() throws InterruptedException {
            try {
                return contacts.last(number, clock.instant().minus(RETURNING));
            } catch (CrmFailure e) {
                log.atWarn().addKeyValue("reason", e.reason()).log("earlier calls can't be read");
                return Optional.empty();
            }
        }

        private void failed(String reason) {
            if (nothing(FAILED)) {
                log.atWarn().addKeyValue("reason", reason).log("caller can't be looked up");
            }
        }

        private void late() {
            if (nothing(TIMEOUT)) {
                task.cancel(true);
            }
        }

        private boolean nothing(String slug) {
            boolean first = over.compareAndSet(false, true);
            if (first) {
                if (!slug.equals(PAUSED)) {
                    breaker.failed();
                }
                remark.accept(slug);
                // Before the future ends: the next call is to ask again.
                recent.forget(number);
                found.complete(Optional.empty());
            }
            return first;
        }
    }
}
