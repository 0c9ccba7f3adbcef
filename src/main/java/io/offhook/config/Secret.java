package io.offhook.config;

/// A value that must never be printed: a key, a token, a URL that may hold a password.
/// Prints masked, so that it can't leak through a log line; [#reveal] is the only way to read it.
public record Secret(String reveal) {
    @Override
    public String toString() {
        return "***";
    }
}
