package io.offhook.simulator;

/// A REST request that the carrier answers with an error document.
final class CarrierRefusal extends Exception {
    private static final long serialVersionUID = 1L;
    private final int status;
    private final int code;

    CarrierRefusal(int status, int code, String message) {
        super(message, null, false, false);
        this.status = status;
        this.code = code;
    }

    int status() {
        return status;
    }

    int code() {
        return code;
    }

    String text() {
        return String.valueOf(getMessage());
    }
}
