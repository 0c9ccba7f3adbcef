package io.offhook.cli;

import java.util.Optional;

/// Ctrl-C while a command works: ends what it is told to end, and wakes the command's thread, so that it can clean up
/// behind itself. A second one ends the process at once.
final class Interruption {
    private final Thread command = Thread.currentThread();
    private volatile boolean happened;
    private volatile Optional<Runnable> ending = Optional.empty();

    private Interruption() {}

    static Interruption listen() {
        var interruption = new Interruption();
        Signals.on("INT", interruption::now);
        return interruption;
    }

    /// What is to be ended before the command can go on; until then its thread is woken.
    void ends(Runnable what) {
        ending = Optional.of(what);
        if (happened) {
            what.run();
        }
    }

    boolean happened() {
        return happened;
    }

    private void now() {
        if (happened) {
            Runtime.getRuntime().halt(OffhookCommand.INTERRUPTED);
        }
        happened = true;
        ending.ifPresentOrElse(Runnable::run, command::interrupt);
    }
}
