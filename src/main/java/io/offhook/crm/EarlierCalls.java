package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whoever calls again within the hour is known by the last contact, also when no record has the number. Any thread;
/// `start` does not block.
public final class EarlierCalls {
    private static final Logger log = LoggerFactory.getLogger(EarlierCalls.class);
    private static final Duration RETURNING = Duration.ofHours(1);
    private static final int AT_ONCE = 100;

    private final Contacts contacts;
    private final Executor workers;
    private final InstantSource clock;
    private final Semaphore running = new Semaphore(AT_ONCE);

    /// @param workers virtual threads
    public EarlierCalls(Contacts contacts, Executor workers, InstantSource clock) {
        this.contacts = contacts;
        this.workers = workers;
        this.clock = clock;
    }

    /// Begins to look. The future ends with the store, and never badly: a memory that fails remembers nothing. Neither a
    /// withheld number nor one that the network says is not the caller's is remembered.
    public CompletableFuture<Optional<LastContact>> start(Optional<PhoneNumber> from, StirVerdict verdict) {
        var found = new CompletableFuture<Optional<LastContact>>();
        var number = from.filter(given -> !CallerNumber.withheld(given)).filter(_ -> verdict != StirVerdict.FAILED);
        if (number.isEmpty() || !running.tryAcquire()) {
            found.complete(Optional.empty());
            return found;
        }
        try {
            workers.execute(() -> {
                var contact = last(number.get());
                running.release();
                found.complete(contact);
            });
        } catch (RejectedExecutionException e) {
            running.release();
            found.complete(Optional.empty());
        }
        return found;
    }

    private Optional<LastContact> last(PhoneNumber number) {
        try {
            return contacts.last(number, clock.instant().minus(RETURNING));
        } catch (CrmFailure e) {
            return nothing(e.reason());
        } catch (InterruptedException e) {
            return nothing("interrupted");
        } catch (RuntimeException e) {
            return nothing(e.getClass().getSimpleName());
        }
    }

    private static Optional<LastContact> nothing(String reason) {
        log.atWarn().addKeyValue("reason", reason).log("earlier calls can't be read");
        return Optional.empty();
    }
}
