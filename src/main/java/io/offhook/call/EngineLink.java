package io.offhook.call;

import java.time.Instant;
import java.util.Optional;

/// The call's side of its engine session.
///
/// @param losses   sessions lost in this call
/// @param attempts tries at the present session
/// @param reply    the reply that the engine is making
/// @param owed     a reply is expected
/// @param asked    how often the owed reply was asked for again
/// @param failures replies failed in a row
/// @param lastAt   when the engine last gave a sign of life
/// @param dropped  the reply whose late audio is thrown away
public record EngineLink(
        State state,
        int losses,
        int attempts,
        Optional<String> reply,
        boolean owed,
        int asked,
        int failures,
        Instant lastAt,
        Optional<String> dropped) {

    public enum State {
        NONE,
        OPENING,
        READY
    }

    static EngineLink none(Instant now) {
        return new EngineLink(State.NONE, 0, 0, Optional.empty(), false, 0, 0, now, Optional.empty());
    }

    public boolean ready() {
        return state == State.READY;
    }

    EngineLink opening(Instant now) {
        return new EngineLink(State.OPENING, losses, attempts + 1, Optional.empty(), owed, 0, failures, now, dropped);
    }

    EngineLink readied(Instant now) {
        return new EngineLink(State.READY, losses, 0, Optional.empty(), owed, 0, failures, now, dropped);
    }

    EngineLink lost(Instant now) {
        return new EngineLink(State.NONE, losses + 1, attempts, Optional.empty(), owed, 0, failures, now, dropped);
    }

    EngineLink owing(Instant now) {
        return new EngineLink(state, losses, attempts, reply, true, 0, failures, now, dropped);
    }

    EngineLink askedAgain(Instant now) {
        return new EngineLink(state, losses, attempts, Optional.empty(), true, asked + 1, failures, now, dropped);
    }

    EngineLink replying(String id, Instant now) {
        return new EngineLink(state, losses, attempts, Optional.of(id), true, asked, failures, now, dropped);
    }

    EngineLink alive(Instant now) {
        return new EngineLink(state, losses, attempts, reply, owed, asked, failures, now, dropped);
    }

    EngineLink replied(boolean failed, Instant now) {
        return new EngineLink(
                state, losses, attempts, Optional.empty(), false, 0, failed ? failures + 1 : 0, now, dropped);
    }

    EngineLink dropping(Optional<String> id) {
        return id.isEmpty() ? this : new EngineLink(state, losses, attempts, reply, owed, asked, failures, lastAt, id);
    }
}
