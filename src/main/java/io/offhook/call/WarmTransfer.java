package io.offhook.call;

import java.util.Optional;

/// A human is called on a leg of their own while the caller stays with the agent.
///
/// @param handoff what the human is told
/// @param route   the way that the caller is on
/// @param step    the destination that is called, counted from 0
/// @param again   whether the agent has had the caller back before, from whatever way
/// @param attempt tells the present call of a human from every other for this caller
public record WarmTransfer(Handoff handoff, Route route, int step, boolean again, int attempt, State state) {

    /// How far it has come.
    public enum State {
        /// The handoff is being stored; nobody is called before it is.
        FILING,
        /// The human's phone rings, or the human hears what it is about.
        CALLING,
        /// Nobody has taken the call, and the agent has the caller again.
        OVER
    }

    static WarmTransfer begun(Handoff handoff, Route route, boolean again) {
        return new WarmTransfer(handoff, route, 0, again, 0, State.FILING);
    }

    /// Whether the caller is still on the way.
    public boolean underWay() {
        return state != State.OVER;
    }

    /// Who is called; empty when the route has gone on to something else.
    Optional<Destination.Warm> to() {
        return warm(step);
    }

    /// Who is called next, if that is a human who may be called in the same manner.
    Optional<Destination.Warm> next() {
        return warm(step + 1);
    }

    private Optional<Destination.Warm> warm(int at) {
        return route.at(at).filter(Destination.Warm.class::isInstance).map(Destination.Warm.class::cast);
    }

    /// Whether the agent is to have the caller back: where the operator wants it, once, and only in place of the
    /// voicemail.
    boolean returns() {
        return route.back()
                && !again
                && route.at(step + 1).filter(Destination.Voicemail.class::isInstance).isPresent();
    }

    WarmTransfer with(Handoff better) {
        return new WarmTransfer(better, route, step, again, attempt, state);
    }

    WarmTransfer calling(int nextAttempt) {
        return new WarmTransfer(handoff, route, step, again, nextAttempt, State.CALLING);
    }

    WarmTransfer onwards() {
        return new WarmTransfer(handoff, route, step + 1, again, attempt, state);
    }

    WarmTransfer over() {
        return new WarmTransfer(handoff, route, step, again, attempt, State.OVER);
    }
}
