package io.offhook.store;

/// The store could not be read or written. The message names the operation, never the data.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private enum Blame {
        FACT,
        STORE,
        UNKNOWN
    }

    private final Blame blame;

    public StoreException(String operation, Throwable cause) {
        this(operation, cause, Blame.UNKNOWN);
    }

    private StoreException(String operation, Throwable cause, Blame blame) {
        super(operation, cause);
        this.blame = blame;
    }

    /// The store works but will never take this fact: trying again is of no use.
    public static StoreException refusal(String operation, Throwable cause) {
        return new StoreException(operation, cause, Blame.FACT);
    }

    /// The store itself is at fault and would have failed with any other fact, too.
    public static StoreException unavailable(String operation, Throwable cause) {
        return new StoreException(operation, cause, Blame.STORE);
    }

    public boolean refused() {
        return blame == Blame.FACT;
    }

    public boolean unavailable() {
        return blame == Blame.STORE;
    }
}
