package io.offhook.store;

/// The store could not be read or written. The message names the operation, never the data.
public final class StoreException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public StoreException(String operation, Throwable cause) {
        super(operation, cause);
    }
}
