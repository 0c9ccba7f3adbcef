package io.offhook.live;

import io.offhook.store.Fact;
import java.util.concurrent.CompletionStage;

/// Where the running calls write down what happened. Never blocks; any thread.
public interface CallBook {
    void keep(Fact fact);

    /// Completes when the fact is on disk, in the database or beside it.
    CompletionStage<?> keepDurably(Fact fact);

    /// Whether a look-up in the database is worth its wait: not while the database is known to fail.
    boolean answers();
}
