package io.offhook.call;

import java.time.Instant;
import java.util.Optional;

/// What the call expects of its engine: the reply that runs, and those that were asked for.
///
/// The engine makes one reply at a time, texts that it was told to say first; so a reply that ends answers the wish it
/// began with, and the wishes behind it are still owed.
///
/// @param running  the reply that the engine is making
/// @param sounded  whether the running reply has made a sound
/// @param owed     a reply is expected
/// @param says     texts to be said whose reply has not begun
/// @param plain    whether a plain reply was asked for and has not begun
/// @param asked    how often the owed reply was asked for again
/// @param failures replies failed in a row
/// @param lastAt   when the engine last gave a sign of life
/// @param dropped  the reply whose late audio is thrown away
public record ReplyWatch(
        Optional<String> running,
        boolean sounded,
        boolean owed,
        int says,
        boolean plain,
        int asked,
        int failures,
        Instant lastAt,
        Optional<String> dropped) {

    static ReplyWatch none(Instant now) {
        return new ReplyWatch(Optional.empty(), false, false, 0, false, 0, 0, now, Optional.empty());
    }

    /// Another session: what was asked of the last one is forgotten, what is owed to the caller is not.
    ReplyWatch anew(Instant now) {
        return new ReplyWatch(Optional.empty(), false, owed, 0, false, 0, failures, now, dropped);
    }

    ReplyWatch owing(Instant now) {
        return new ReplyWatch(running, sounded, true, says, plain, 0, failures, now, dropped);
    }

    ReplyWatch saying() {
        return new ReplyWatch(running, sounded, owed, says + 1, plain, asked, failures, lastAt, dropped);
    }

    ReplyWatch asking() {
        return new ReplyWatch(running, sounded, owed, says, true, asked, failures, lastAt, dropped);
    }

    /// Nothing came; the reply is asked for once more.
    ReplyWatch askedAgain(Instant now) {
        return new ReplyWatch(Optional.empty(), false, true, says, true, asked + 1, failures, now, dropped)
                .dropping(running);
    }

    /// A sign of life, unless it was asked for again: then only sound is one.
    ReplyWatch started(String reply, Instant now) {
        var sign = asked == 0 ? now : lastAt;
        return new ReplyWatch(
                Optional.of(reply), false, true, Math.max(0, says - 1), plain && says > 0, asked, failures, sign, dropped);
    }

    ReplyWatch heardFrom(String reply, Instant now) {
        boolean itself = running.filter(reply::equals).isPresent();
        return new ReplyWatch(running, sounded || itself, owed, says, plain, asked, failures, now, dropped);
    }

    /// The running reply is over; what was asked for behind it is still owed.
    ReplyWatch ended(boolean failed, Instant now) {
        return new ReplyWatch(
                Optional.empty(), false, says > 0 || plain, says, plain, 0, failed ? failures + 1 : 0, now, dropped);
    }

    ReplyWatch dropping(Optional<String> reply) {
        return reply.isEmpty()
                ? this
                : new ReplyWatch(running, sounded, owed, says, plain, asked, failures, lastAt, reply);
    }

    /// Whether a reply that the caller is to hear is being made.
    boolean speaking() {
        return running.isPresent() && !running.equals(dropped);
    }

    boolean isDropped(String reply) {
        return dropped.filter(reply::equals).isPresent();
    }

    boolean isRunning(String reply) {
        return running.filter(reply::equals).isPresent();
    }
}
