package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;

/// One attempt to bring a human to a caller who stays with the agent meanwhile, as far as it has come. What may become of
/// it is said here and nowhere else: each method is a rule, and leaves alone what it does not suit, so that it may be
/// applied twice. Pure.
///
/// ```
/// CALLING --taken--> ACCEPTED --both in the room--> MET
///    |                  |
///    +-------end--------+--> OVER
/// ```
///
/// @param number    tells this attempt from every other for the same caller
/// @param handoff   when the handoff was made that it is for; of one call, no two were made at one time
/// @param step      of the route, counted from 0
/// @param result    how it ended; empty while it has not, and where the caller went another way
/// @param leg       the provider's id of the human's leg, once that is known
/// @param caller    whether the caller is in the room
/// @param human     whether the human is
/// @param recalled  whether a caller who would have met nobody was taken out of the room
public record Attempt(
        CallId call,
        int number,
        Instant handoff,
        int step,
        State state,
        Optional<Route.Result> result,
        Optional<String> leg,
        boolean caller,
        boolean human,
        boolean recalled) {

    public Attempt {
        // As it is stored.
        handoff = handoff.truncatedTo(ChronoUnit.MILLIS);
    }

    /// How far it has come, in this order.
    public enum State {
        /// The human's phone rings, or the human hears what it is about.
        CALLING,
        /// The human has taken the call and waits in the room.
        ACCEPTED,
        OVER,
        /// The two are no affair of ours any more.
        MET;

        /// For example `calling`.
        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }

        public static State of(String slug) {
            return valueOf(slug.toUpperCase(Locale.ROOT));
        }
    }

    public static Attempt fresh(CallId call, int number, Instant handoff, int step) {
        return new Attempt(
                call,
                number,
                handoff,
                step,
                State.CALLING,
                Optional.empty(),
                Optional.empty(),
                false,
                false,
                false);
    }

    public boolean is(State wanted) {
        return state == wanted;
    }

    /// Whether something may still become of it.
    public boolean open() {
        return state == State.CALLING || state == State.ACCEPTED;
    }

    // --- the rules ---

    /// The human's leg is known.
    public Attempt on(String humanLeg) {
        return new Attempt(
                call, number, handoff, step, state, result, Optional.of(humanLeg), caller, human, recalled);
    }

    /// The human takes the call.
    public Attempt taken() {
        return is(State.CALLING) ? with(State.ACCEPTED, Optional.empty()) : this;
    }

    /// The human does not.
    public Attempt declined() {
        return is(State.CALLING) ? with(State.OVER, Optional.of(Route.Result.DECLINED)) : this;
    }

    /// The human's leg is over.
    ///
    /// @param how `ACCEPTED` stands for a leg that was picked up
    public Attempt legOver(Route.Result how) {
        return switch (state) {
            case CALLING ->
                end(Optional.of(how == Route.Result.ACCEPTED ? Route.Result.NO_KEY : how));
            case ACCEPTED -> end(Optional.of(Route.Result.HUMAN_GONE));
            case OVER, MET -> this;
        };
    }

    /// Nobody waits for this human any more.
    public Attempt end(Optional<Route.Result> why) {
        return open() ? with(State.OVER, why) : this;
    }

    /// The caller's call is over. Two of whom it is not known that they met may have done so.
    public Attempt callerGone() {
        return end(is(State.CALLING) ? Optional.of(Route.Result.CALLER_GONE) : Optional.empty());
    }

    /// The caller is not with the agent any more who would have brought the two together. A human who has taken the call
    /// waits on: the caller can still come.
    public Attempt agentGone() {
        return is(State.CALLING) ? end(Optional.empty()) : this;
    }

    /// A leg has come to the room.
    public Attempt joined(String newcomer) {
        return inTheRoom(newcomer, true);
    }

    /// It has left.
    public Attempt left(String leaving) {
        return inTheRoom(leaving, false);
    }

    /// The caller is to leave a room to which nobody comes: once.
    public Attempt recall() {
        return is(State.OVER)
                ? new Attempt(call, number, handoff, step, state, result, leg, caller, human, true)
                : this;
    }

    /// What two know of the same attempt, of whom one could not be told of everything.
    ///
    /// @param other counts for who is in the room
    public Attempt with(Attempt other) {
        var further = state.compareTo(other.state) > 0 ? this : other;
        return new Attempt(
                call,
                number,
                handoff,
                step,
                further.state,
                further.result.or(() -> is(other.state) ? result : Optional.empty()),
                other.leg.or(() -> leg),
                other.caller,
                other.human,
                recalled || other.recalled);
    }

    private Attempt inTheRoom(String who, boolean there) {
        boolean callerThere = who.equals(call.value()) ? there : caller;
        boolean humanThere = leg.filter(who::equals).isPresent() ? there : human;
        boolean met = is(State.ACCEPTED) && callerThere && humanThere;
        return new Attempt(
                call,
                number,
                handoff,
                step,
                met ? State.MET : state,
                result,
                leg,
                callerThere,
                humanThere,
                recalled);
    }

    private Attempt with(State next, Optional<Route.Result> why) {
        return new Attempt(call, number, handoff, step, next, why, leg, caller, human, recalled);
    }
}
