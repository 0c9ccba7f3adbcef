package io.offhook.live;

import io.offhook.call.Call;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.Transcript;
import io.offhook.call.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What changes of an `Entry`: a value, replaced whole.
///
/// @param live        the call's latest stream on this node
/// @param earlier     what another node has left
/// @param reconnected whether a second stream was asked for
/// @param note        for the agent to whom the caller has come back
/// @param trip        the way to a human
/// @param overAt      when the provider said that the call is over
record EntryState(
        Optional<LiveCall> live,
        Earlier earlier,
        boolean reconnected,
        Optional<Turn> note,
        Trip trip,
        Optional<Instant> overAt,
        Optional<Entry.End> end,
        Instant changedAt) {

    /// @param history  what happened before this node met the call
    /// @param streamed whether another node had it in conversation
    record Earlier(Transcript history, boolean streamed) {
        static final Earlier NOTHING = new Earlier(Transcript.EMPTY, false);
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
        return adopted(Earlier.NOTHING, Optional.empty(), Optional.empty(), now);
    }

    static EntryState adopted(Earlier earlier, Optional<Handoff> handoff, Optional<Entry.End> end, Instant now) {
        var trip = handoff.map(Trip.NONE::with).orElse(Trip.NONE);
        return new EntryState(Optional.empty(), earlier, false, Optional.empty(), trip, Optional.empty(), end, now);
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

    /// It has no stream, and nobody has sent it elsewhere.
    boolean free() {
        return !over() && handoff().isEmpty() && !onLine();
    }

    /// What happened so far, on whatever stream and node.
    Transcript history() {
        return live.map(stream -> stream.call().transcript()).orElse(earlier.history());
    }

    Phase phase() {
        var phase = live.map(LiveCall::call).map(Call::phase);
        if (phase.filter(Phase.Transferred.class::isInstance).isPresent() && backWithAgent()) {
            // The stream for the way back never opened.
            return new Phase.Detached(StreamEnd.FAILED);
        }
        // A call adopted in mid-conversation lost its stream with its node.
        return phase.orElseGet(() -> earlier.streamed() && handoff().isEmpty() && end.isEmpty()
                ? new Phase.Detached(StreamEnd.LOST)
                : new Phase.Ringing());
    }

    /// Whether the agent has the caller again, who was on a route.
    boolean backWithAgent() {
        return note.isPresent() && handoff().isEmpty();
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

    EntryState with(LiveCall next, Instant now) {
        return new EntryState(Optional.of(next), earlier, reconnected, note, trip, overAt, end, now);
    }

    EntryState with(Handoff next, Instant now) {
        return new EntryState(live, earlier, reconnected, note, trip.with(next), overAt, end, now);
    }

    EntryState with(Route.Result next) {
        return new EntryState(live, earlier, reconnected, note, trip.with(next), overAt, end, changedAt);
    }

    EntryState with(Entry.End next) {
        return new EntryState(live, earlier, reconnected, note, trip, overAt, Optional.of(next), next.at());
    }

    EntryState back(Turn told, Instant now) {
        var none = new Trip(Optional.empty(), List.of(), trip.recorded());
        return new EntryState(live, earlier, reconnected, Optional.of(told), none, overAt, end, now);
    }

    EntryState withRecording() {
        var recorded = new Trip(trip.handoff(), trip.results(), true);
        return new EntryState(live, earlier, reconnected, note, recorded, overAt, end, changedAt);
    }

    EntryState withReconnect() {
        return new EntryState(live, earlier, true, note, trip, overAt, end, changedAt);
    }

    EntryState overAt(Instant at) {
        var first = overAt.or(() -> Optional.of(at));
        return new EntryState(live, earlier, reconnected, note, trip, first, end, at);
    }

    EntryState touched(Instant now) {
        return new EntryState(live, earlier, reconnected, note, trip, overAt, end, now);
    }
}
