package io.offhook.simulator;

/// A client event that the engine answers with an `error` event; `param` is "" where no field is to blame.
final class Refused extends Exception {
    private static final long serialVersionUID = 1L;
    private final String code;
    private final String param;

    Refused(String code, String param, String message) {
        super(message, null, false, false);
        this.code = code;
        this.param = param;
    }

    static Refused invalid(String param, String message) {
        return new Refused("invalid_value", param, message);
    }

    String code() {
        return code;
    }

    String param() {
        return param;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
