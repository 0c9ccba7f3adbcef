package io.offhook.cli;

/// One thing that `offhook check` found out by asking somebody.
///
/// @param exitCode what an error makes of the whole command; 0 otherwise
record Finding(Level level, String what, String text, String fix, int exitCode) {
    /// How bad it is.
    enum Level {
        OK,
        WARNING,
        ERROR
    }

    static Finding ok(String what, String text) {
        return new Finding(Level.OK, what, text, "", 0);
    }

    static Finding error(int exitCode, String what, String text, String fix) {
        return new Finding(Level.ERROR, what, text, fix, exitCode);
    }
}
