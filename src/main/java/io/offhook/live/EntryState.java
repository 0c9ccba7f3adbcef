package io.offhook.live;

import io.offhook.call.Call;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;

/// What changes of an `Entry`: a value, replaced whole.
///
/// @param live        the call's latest stream on this node
/// @param earlier     what another node has left
/// @param reconnected whether a second stream was asked for
/// @param back        present once the caller has come back from a route
/// @param trip        the way to a human
/// @param overAt      when the provider said that the call is over
record EntryState(
        Optional<LiveCall> live,
        Earlier earlier,
        boolean reconnected,
        Optional<Back> back,
        Trip trip,
        Optional<Instant> overAt,
        Optional<Entry.End> end,
        Instant changedAt) {

    /// @param past  what was said before this node met the call
    /// @param phase in which it was left
    record Earlier(Past past, Phase phase) {
        static final Earlier NOTHING = new Earlier(Past.NOTHING, new Phase.Ringing());
    }

    /// @param handoff  present once the caller is on the way
    /// @param results  of the steps of the route, in their order
    /// @param recorded whether the caller left a message
    record Trip(Optional<Handoff> handoff, List<Route.Result> results, boolean recorded) {
        static final Trip NONE = new Trip(Optional.empty(), List.of(), false);

        Trip with(Handoff next) {
            return new Trip(Optional.of(next), results, recorded);
        }

        Trip with(Route.Result next) {
            var more = new ArrayList<>(results);
            more.add(next);
            return new Trip(handoff, List.copyOf(more), recorded);
        }

        /// The same trip as another node saw it, which may have seen more of it, and less.
        Trip with(List<Route.Result> others, boolean message) {
            var all = new LinkedHashSet<>(results);
            all.addAll(others);
            return new Trip(handoff, List.copyOf(all), recorded || message);
        }

        /// Whether nothing that may still come could change how it ended.
        boolean decided() {
            return handoff.isEmpty() || recorded || results.stream().anyMatch(Trip::last);
        }

        private static boolean last(Route.Result result) {
            return result == Route.Result.ACCEPTED
                    || result == Route.Result.VOICEMAIL
                    || result == Route.Result.CALLBACK
                    || result == Route.Result.CALLER_GONE;
        }
    }

    static EntryState fresh(Instant now) {
        return new EntryState(
                Optional.empty(),
                Earlier.NOTHING,
                false,
                Optional.empty(),
                Trip.NONE,
                Optional.empty(),
                Optional.empty(),
                now);
    }

    // --- how it stands ---

    Optional<Handoff> handoff() {
        return trip.handoff();
    }

    boolean onLine() {
        return live.map(LiveCall::onLine).orElse(false);
    }

    boolean over() {
        return end.isPresent() || overAt.isPresent() || endOfStream().isPresent();
    }

    /// The caller has hung up, or is elsewhere. One who has heard our goodbye is still there: the provider asks first.
    boolean gone() {
        boolean goodbye = endOfStream()
                .filter(how -> how.outcome() == Disposition.Outcome.RESOLVED)
                .isPresent();
        return over() && (!goodbye || overAt.isPresent());
    }

    /// Another node has had its latest stream.
    boolean elsewhere() {
        return live.isEmpty() && !(earlier.phase() instanceof Phase.Ringing);
    }

    /// It has no stream, and nobody has sent it elsewhere.
    boolean free() {
        return !over() && handoff().isEmpty() && !onLine();
    }

    /// What was said, has shown up and was charged so far, on whatever stream and node.
    Past past() {
        return live.map(LiveCall::call)
                .map(call -> new Past(call.transcript(), call.signals(), call.bill()))
                .orElse(earlier.past());
    }

    /// That the caller speaks; empty until it has shown.
    Optional<String> language() {
        return handoff().map(Handoff::language).or(() -> past().signals().language());
    }

    Phase phase() {
        var phase = live.map(LiveCall::call).map(Call::phase);
        if (phase.filter(Phase.Transferred.class::isInstance).isPresent() && backWithAgent()) {
            // The stream for the way back never opened.
            return new Phase.Detached(StreamEnd.FAILED);
        }
        return phase.orElseGet(() -> handoff().isEmpty() && end.isEmpty() ? earlier.phase() : new Phase.Ringing());
    }

    /// Whether the agent has the caller again, who was on a route.
    boolean backWithAgent() {
        return back.isPresent() && handoff().isEmpty();
    }

    private Optional<Disposition> endOfStream() {
        return live.map(stream -> stream.call().phase())
                .filter(Phase.Ended.class::isInstance)
                .map(phase -> ((Phase.Ended) phase).disposition());
    }

    /// How it ended, given that it is over.
    Disposition disposition() {
        return handoff()
                .map(handoff -> Disposition.after(handoff, trip.results(), trip.recorded()))
                .or(() -> end.map(Entry.End::disposition))
                .or(this::endOfStream)
                .orElse(Disposition.HUNG_UP);
    }

    /// Whether the provider's last word came this long ago and nobody has written down how the call ended.
    boolean unsettled(Duration since, Instant now) {
        return end.isEmpty()
                && overAt.filter(at -> Duration.between(at, now).compareTo(since) >= 0)
                        .isPresent();
    }

    // --- what becomes of it ---

    /// The same with what other nodes have made of the call since. What this node has itself stays.
    EntryState with(Elsewhere other) {
        if (onLine()) {
            return this;
        }
        var returned = back.or(other::back);
        var ours = handoff()
                .filter(mine -> returned.filter(from -> from.leaves(mine)).isEmpty())
                .map(mine -> further(mine, other));
        var theirs = other.handoff()
                .filter(_ -> ours.isEmpty())
                .filter(_ -> !other.assumed() || live.filter(mine -> !other.hasMoreThan(mine)).isEmpty())
                .filter(next -> returned.filter(from -> from.leaves(next)).isEmpty());
        boolean overtaken = theirs.isPresent() || live.filter(other::hasMoreThan).isPresent();
        var none = handoff().isEmpty() ? trip : new Trip(Optional.empty(), List.of(), trip.recorded());
        var kept = ours.map(trip::with).orElse(none);
        var next = theirs.map(kept::with).orElse(kept).with(other.results(), other.recorded());
        return new EntryState(
                overtaken ? Optional.empty() : live,
                new Earlier(other.past(), other.phase()),
                reconnected,
                returned,
                next,
                overAt,
                end.or(other::end),
                changedAt);
    }

    /// The same handoff may have come further along its route.
    private static Handoff further(Handoff mine, Elsewhere other) {
        return other.handoff()
                .filter(theirs -> Back.same(mine, theirs.at()) && theirs.way().further(mine.way()))
                .map(theirs -> mine.with(theirs.way()))
                .orElse(mine);
    }

    EntryState with(LiveCall next, Instant now) {
        return new EntryState(Optional.of(next), earlier, reconnected, back, trip, overAt, end, now);
    }

    EntryState with(Handoff next, Instant now) {
        return new EntryState(live, earlier, reconnected, back, trip.with(next), overAt, end, now);
    }

    EntryState with(Route.Result next) {
        return new EntryState(live, earlier, reconnected, back, trip.with(next), overAt, end, changedAt);
    }

    EntryState with(Entry.End next) {
        return new EntryState(live, earlier, reconnected, back, trip, overAt, Optional.of(next), next.at());
    }

    EntryState back(Back from, Instant now) {
        var none = new Trip(Optional.empty(), List.of(), trip.recorded());
        return new EntryState(live, earlier, reconnected, Optional.of(from), none, overAt, end, now);
    }

    EntryState withRecording() {
        var recorded = new Trip(trip.handoff(), trip.results(), true);
        return new EntryState(live, earlier, reconnected, back, recorded, overAt, end, changedAt);
    }

    EntryState withReconnect() {
        return new EntryState(live, earlier, true, back, trip, overAt, end, changedAt);
    }

    EntryState overAt(Instant at) {
        var first = overAt.or(() -> Optional.of(at));
        return new EntryState(live, earlier, reconnected, back, trip, first, end, at);
    }

    EntryState touched(Instant now) {
        return new EntryState(live, earlier, reconnected, back, trip, overAt, end, now);
    }
}
