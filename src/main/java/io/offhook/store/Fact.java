package io.offhook.store;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import java.time.Instant;
import java.util.Objects;
import java.util.Optional;

/// One thing worth keeping about a call. Facts are appended in the order in which they happened; writing the same fact
/// twice does no harm.
public sealed interface Fact {
    CallId call();

    Instant at();

    /// The call came in. Creates the row in phase `ringing`; a second one changes nothing.
    record Started(
            CallId call, Instant at, String agent, Optional<PhoneNumber> from, Optional<PhoneNumber> to, String verstat)
            implements Fact {}

    /// The call is in another phase: `ringing`, `conversing`, `goodbye`, `handing-off`, `transferred`, `detached`,
    /// `ended`.
    record PhaseChanged(CallId call, Instant at, String phase) implements Fact {}

    /// An entry of the timeline.
    ///
    /// @param sequence place in the call's timeline; the pair of call and sequence is unique
    /// @param kind     constant slug, such as `engine_ready`, `barge_in`, `marks_missing`
    /// @param detail   numbers and slugs only, as JSON text; no words of a caller
    record Happened(CallId call, Instant at, long sequence, String kind, String detail) implements Fact {}

    /// A turn as heard; a later one with the same speaker and item replaces it.
    record Said(CallId call, Instant at, int place, Turn turn) implements Fact {}

    record ToolRan(CallId call, Instant at, ToolRequest request, ToolOutcome outcome) implements Fact {}

    /// @param key  unique within the call (the reply's id)
    /// @param cost empty when there is no price for it
    record Charged(CallId call, Instant at, String key, Usage usage, Optional<Money> cost) implements Fact {
        public Charged {
            // One that was written by an earlier version has none.
            cost = Objects.requireNonNullElse(cost, Optional.empty());
        }
    }

    record HandedOff(CallId call, Instant at, Handoff handoff) implements Fact {}

    record RouteStepped(CallId call, Instant at, int step, String destination, Optional<Route.Result> result)
            implements Fact {}

    /// @param mailbox name of the mailbox that is told about it; empty when there is none
    record Voicemail(CallId call, Instant at, String recording, int seconds, Optional<String> mailbox)
            implements Fact {
        public Voicemail {
            // One that was written by an earlier version has none.
            mailbox = Objects.requireNonNullElse(mailbox, Optional.empty());
        }
    }

    /// The caller wants to be called back, and has said so by key or by voice.
    ///
    /// @param called  the number that the caller has phoned, and will see
    /// @param route   the way to a human that the caller was on
    /// @param consent the words that the caller agreed to
    /// @param spoken  whether by voice, or to a number that was given by voice
    record CallbackAsked(
            CallId call,
            Instant at,
            PhoneNumber number,
            PhoneNumber called,
            String route,
            String consent,
            String language,
            Boolean spoken)
            implements Fact {
        public CallbackAsked {
            // One that was written by an earlier version was asked for by key.
            spoken = Objects.requireNonNullElse(spoken, false);
        }
    }

    /// The end, once: the earliest wins, and of two at one time the later word on how.
    record Ended(CallId call, Instant at, Disposition disposition) implements Fact {}
}
