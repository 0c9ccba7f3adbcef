package io.offhook.live;

import java.time.Duration;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Questions to the store, which a caller waits for: asked on a virtual thread, and given up after a short while. Any
/// thread; nothing here waits or throws.
final class LookUps {
    /// How long a caller may wait for the store, whatever it is asked or told.
    static final Duration PATIENCE = Duration.ofMillis(600);

    private static final Logger LOG = LoggerFactory.getLogger(LookUps.class);

    private final CallBook book;
    private final CallCounters counters;
    private final Executor workers;

    LookUps(CallBook book, CallCounters counters, Executor workers) {
        this.book = book;
        this.counters = counters;
        this.workers = workers;
    }

    /// Whether the store is known to answer at present.
    boolean worthwhile() {
        return book.answers();
    }

    /// @param otherwise the answer of a store that fails, is late, or is known to fail at present
    <T> CompletionStage<T> ask(Callable<T> question, T otherwise) {
        if (!worthwhile()) {
            counters.noticed("store_failed");
            return CompletableFuture.completedStage(otherwise);
        }
        var result = new CompletableFuture<T>();
        workers.execute(() -> {
            try {
                result.complete(question.call());
            } catch (Exception e) {
                LOG.atWarn().addKeyValue("error", e.getClass().getSimpleName()).log("store does not answer");
                counters.noticed("store_failed");
                result.complete(otherwise);
            }
        });
        return result.completeOnTimeout(otherwise, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
    }
}
