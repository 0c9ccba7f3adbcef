package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.time.Duration;
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

/// Looks callers up while the phone rings, and never makes anybody wait: whoever asks takes what is known by then, and
/// may use what comes later. Any thread; `start` does not block.
public final class CallerLookup {
    /// Found nobody in time; the answer may still come.
    public static final String TIMEOUT = "crm_timeout";
    /// Could not be asked, or answered nonsense, or not at all.
    public static final String FAILED = "crm_failed";
    /// Was not asked, because it failed too often.
    public static final String PAUSED = "crm_paused";
    /// Was not asked, because the network says that the number is not the caller's.
    public static final String NUMBER_FAILED = "caller_number_failed";
    /// How long a late answer is waited for: in a call that is so old, the agent has asked already.
    public static final Duration PATIENCE = Duration.ofSeconds(10);

    private static final Logger log = LoggerFactory.getLogger(CallerLookup.class);
    private static final int AT_ONCE = 100;

    private final Crm crm;
    private final Duration deadline;
    private final Duration patience;
    private final Executor workers;
    private final Breaker breaker;
    private final RecentCallers recent;
    private final Semaphore running = new Semaphore(AT_ONCE);

    /// @param deadline after which an answer is late
    /// @param workers  virtual threads
    public CallerLookup(Crm crm, Duration deadline, Executor workers) {
        this(crm, deadline, PATIENCE, workers, System::nanoTime);
    }

    CallerLookup(Crm crm, Duration deadline, Duration patience, Executor workers, LongSupplier nanos) {
        this.crm = crm;
        this.deadline = deadline;
        this.patience = patience;
        this.workers = workers;
        this.breaker = new Breaker(nanos);
        this.recent = new RecentCallers(nanos);
    }

    /// Begins to look. The future always comes to an end, and never to a bad one.
    ///
    /// @param remark told on any thread with one of the slugs above; at most twice, since a late answer may also fail
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

    private static CompletableFuture<Optional<Caller>> nobody() {
        return CompletableFuture.completedFuture(Optional.empty());
    }

    /// One question to the CRM, which ends once: with its answer, its failure, or the end of all patience.
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
            // A thread that hangs for ever keeps its permit, so that hanging threads are bounded.
            if (!running.tryAcquire()) {
                nothing(FAILED);
            } else if (!breaker.allows()) {
                running.release();
                nothing(PAUSED);
            } else {
                try {
                    workers.execute(this::run);
                    after(deadline, this::late);
                    after(patience, this::giveUp);
                } catch (RejectedExecutionException e) {
                    nothing(FAILED);
                }
            }
        }

        private void after(Duration time, Runnable work) {
            CompletableFuture.delayedExecutor(time.toMillis(), TimeUnit.MILLISECONDS, workers)
                    .execute(work);
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
                var caller = crm.find(number);
                if (over.compareAndSet(false, true)) {
                    breaker.succeeded();
                    found.complete(caller);
                }
            } catch (CrmFailure e) {
                failed(e.reason());
            } catch (InterruptedException e) {
                // All patience is over, and `giveUp` has said so.
                failed("interrupted");
            } catch (RuntimeException e) {
                failed(e.getClass().getSimpleName());
            }
        }

        private void failed(String reason) {
            if (nothing(FAILED)) {
                log.atWarn().addKeyValue("reason", reason).log("caller can't be looked up");
            }
        }

        /// A CRM that is slow for everybody is left alone like one that fails; its answer, if it comes, clears it.
        private void late() {
            if (!over.get()) {
                breaker.failed();
                remark.accept(TIMEOUT);
            }
        }

        private void giveUp() {
            if (nothing(FAILED)) {
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
