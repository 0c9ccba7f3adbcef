package io.offhook.store;

/// The store could not be read or written. The message names the operation, never the data.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final boolean refused;

    public StoreException(String operation, Throwable cause) {
        this(operation, cause, false);
    }

    private StoreException(String operation, Throwable cause, boolean refused) {
        super(operation, cause);
        this.refused = refused;
    }

    /// The store works but will never take this fact: trying again is of no use.
    public static StoreException refusal(String operation, Throwable cause) {
        return new StoreException(operation, cause, true);
    }

    public boolean refused() {
        return refused;
    }
}
