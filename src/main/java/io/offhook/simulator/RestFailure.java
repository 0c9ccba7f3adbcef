package io.offhook.simulator;

/// How REST fails when it is told to.
public enum RestFailure {
    UNAUTHORIZED(401, 20003, "Authenticate"),
    FORBIDDEN(403, 20403, "Forbidden"),
    NOT_FOUND(404, 20404, "The requested resource was not found"),
    TOO_MANY_REQUESTS(429, 20429, "Too Many Requests"),
    SERVER_ERROR(500, 20500, "An internal server error has occurred"),
    UNAVAILABLE(503, 20503, "Service unavailable"),

    /// Takes the request and never answers.
    HANG(0, 0, ""),

    /// Drops the connection.
    CUT(0, 0, "");

    private final int status;
    private final int code;
    private final String message;

    RestFailure(int status, int code, String message) {
        this.status = status;
        this.code = code;
        this.message = message;
    }

    int status() {
        return status;
    }

    int code() {
        return code;
    }

    String message() {
        return message;
    }
}
