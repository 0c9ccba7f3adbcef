package io.offhook.config;

/// One thing an operator got wrong: where it is (`agent.yaml:3:7`, `environment`), what is wrong, and how to put it
/// right. Both sentences are complete and hold no secret.
public record Mistake(String where, String what, String fix) {
    @Override
    public String toString() {
        return fix.isEmpty() ? where + ": " + what : where + ": " + what + "\n  " + fix;
    }
}
