package io.offhook.call;

import java.time.Instant;

/// The call's side of its engine session.
///
/// @param losses   sessions lost in this call
/// @param attempts tries at the present session
/// @param wantedAt when the first of these tries began
/// @param replies  what is expected of the session
public record EngineLink(State state, int losses, int attempts, Instant wantedAt, ReplyWatch replies) {

    public enum State {
        NONE,
        OPENING,
        /// A session that worked is being replaced before its own end.
        RENEWING,
        READY
    }

    static EngineLink none(Instant now) {
        return new EngineLink(State.NONE, 0, 0, now, ReplyWatch.none(now));
    }

    public boolean ready() {
        return state == State.READY;
    }

    /// Whether there is a session that orders reach, at once or when it is ready.
    boolean exists() {
        return state != State.NONE;
    }

    /// Whether the conversation was under way on this session or the one that it replaces.
    boolean worked() {
        return state == State.READY || state == State.RENEWING;
    }

    EngineLink opening(Instant now) {
        var next = state == State.READY ? State.RENEWING : State.OPENING;
        return new EngineLink(next, losses, attempts + 1, attempts == 0 ? now : wantedAt, replies.anew(now));
    }

    EngineLink readied(Instant now) {
        return new EngineLink(State.READY, losses, 0, wantedAt, replies.anew(now));
    }

    EngineLink lost(Instant now) {
        return worked()
                ? new EngineLink(State.NONE, losses + 1, 0, wantedAt, replies.anew(now))
                : new EngineLink(State.NONE, losses, attempts, wantedAt, replies.anew(now));
    }

    EngineLink with(ReplyWatch next) {
        return new EngineLink(state, losses, attempts, wantedAt, next);
    }
}
