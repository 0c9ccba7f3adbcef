package io.offhook.cli;

/// A command can't go on: why, what to do, and the exit code that says so.
final class Halt extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private final int exitCode;

    Halt(int exitCode, String why) {
        super(why, null, false, false);
        this.exitCode = exitCode;
    }

    int exitCode() {
        return exitCode;
    }

    String why() {
        return String.valueOf(getMessage());
    }
}
