package io.offhook.engine.openai;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/// Who may speak next. The engine makes one reply at a time and refuses a second one, so wishes wait here: texts to be
/// said in their order, and at most one plain reply, after them. Pure; one per session.
///
/// ```
///   idle --wish sent--> asked --response.created--> running --response.done--> idle, next wish
///     ^                   |                            ^
///     |                   +--refused: another runs-----+  (the wish goes back to the head of the queue)
///     +--refused for any other reason
/// ```
///
/// A plain reply is not asked for while the caller speaks: the engine answers the caller's turn by itself, and that
/// answer is the reply that was wished for.
final class Replies {
    /// A reply that we want.
    sealed interface Wish {}

    /// @param language to put it into first; empty to leave it as it is
    record SayExactly(String text, Optional<String> language) implements Wish {
        SayExactly(String text) {
            this(text, Optional.empty());
        }
    }

    record PlainReply() implements Wish {}

    /// A wish to be sent at once, and the event id to send it with.
    record Order(String eventId, Wish wish) {}

    private static final int MAX_WAITING = 16;
    private static final String UNKNOWN = "";

    private final Deque<SayExactly> says = new ArrayDeque<>();
    private boolean plain;
    /// The caller has taken the turn since the plain reply was wished for.
    private boolean turnTaken;

    private boolean callerSpeaks;
    private boolean open;
    private int orders;
    private Optional<Order> sent = Optional.empty();
    private boolean asked;
    private Optional<String> running = Optional.empty();
    private String lastEnded = "";

    /// The session is ready; before that nothing is sent.
    Optional<Order> open() {
        open = true;
        return next();
    }

    Optional<Order> say(String text) {
        return say(new SayExactly(text));
    }

    Optional<Order> sayIn(String language, String text) {
        return say(new SayExactly(text, Optional.of(language)));
    }

    private Optional<Order> say(SayExactly wish) {
        if (says.size() == MAX_WAITING) {
            says.removeFirst();
        }
        says.addLast(wish);
        return next();
    }

    Optional<Order> respond() {
        plain = true;
        turnTaken = callerSpeaks;
        return next();
    }

    void callerStarted() {
        callerSpeaks = true;
        turnTaken = true;
    }

    void callerStopped() {
        callerSpeaks = false;
    }

    /// The engine has begun a reply, asked for or of its own.
    void began(String reply) {
        if (!asked && turnTaken) {
            plain = false;
        }
        asked = false;
        running = Optional.of(reply);
    }

    /// Whether this end of a reply is news.
    boolean endIsNews(String reply) {
        return !reply.equals(lastEnded);
    }

    Optional<Order> ended(String reply) {
        lastEnded = reply;
        if (running.isEmpty()) {
            // We send only when nothing runs, so this was ours, and its beginning got lost.
            asked = false;
        }
        if (!asked) {
            sent = Optional.empty();
        }
        if (running.filter(id -> id.equals(reply) || id.equals(UNKNOWN)).isPresent()) {
            running = Optional.empty();
        }
        return next();
    }

    /// The engine refused an event because a reply runs that we may not know of.
    void refusedAsAnotherRuns(String eventId) {
        var back = sent.filter(order -> eventId.isEmpty() || order.eventId().equals(eventId));
        if (back.isEmpty()) {
            return;
        }
        sent = Optional.empty();
        if (asked) {
            asked = false;
            running = Optional.of(UNKNOWN);
        }
        switch (back.get().wish()) {
            case SayExactly say -> says.addFirst(say);
            case PlainReply _ -> {
                plain = true;
                // The reply that runs began before this wish arrived, so it can't be the answer to it.
                turnTaken = callerSpeaks;
            }
        }
    }

    /// The engine refused an event for good; if it was our wish, it is given up.
    Optional<Order> refused(String eventId) {
        if (!asked || sent.filter(order -> order.eventId().equals(eventId)).isEmpty()) {
            return Optional.empty();
        }
        asked = false;
        sent = Optional.empty();
        return next();
    }

    /// The engine had nothing to cancel.
    Optional<Order> nothingRan() {
        if (running.filter(UNKNOWN::equals).isPresent()) {
            running = Optional.empty();
        }
        return next();
    }

    /// Whether a reply runs or has been asked for.
    boolean busy() {
        return asked || running.isPresent();
    }

    private Optional<Order> next() {
        if (!open || busy()) {
            return Optional.empty();
        }
        if (!says.isEmpty()) {
            return order(says.removeFirst());
        }
        if (plain && !turnTaken) {
            plain = false;
            return order(new PlainReply());
        }
        return Optional.empty();
    }

    private Optional<Order> order(Wish wish) {
        asked = true;
        sent = Optional.of(new Order("ask_" + ++orders, wish));
        return sent;
    }
}
