package io.offhook.call;

import java.util.List;
import java.util.Optional;

/// Destinations in order. Never empty, and ends in a voicemail, so that it can't end in silence.
///
/// @param back whether a caller whom nobody took returns to the agent instead, once
public record Route(List<Destination> destinations, boolean back) {
    /// Item of the note for an agent who has the caller back. Each caller comes back once in a call, so whoever finds it
    /// among what was said knows that there is no second time.
    public static final String RETURNED = "returned";

    public Route(List<Destination> destinations) {
        this(destinations, false);
    }

    public Route {
        destinations = List.copyOf(destinations);
        if (destinations.isEmpty() || !(destinations.getLast() instanceof Destination.Voicemail)) {
            throw new IllegalArgumentException("a route ends in a voicemail");
        }
    }

    /// The destination with this number, counted from 0; empty past the end.
    public Optional<Destination> at(int step) {
        return step >= 0 && step < destinations.size() ? Optional.of(destinations.get(step)) : Optional.empty();
    }

    /// Whether it begins where nobody is rung, by asking for a message or for a number.
    public boolean ringsNobody() {
        return !destinations.getFirst().rings();
    }

    /// How one step of a route ended.
    public enum Result {
        ACCEPTED,
        DECLINED,
        BUSY,
        NO_ANSWER,
        /// Somebody or something picked up, and pressed no key: a mailbox, most likely.
        NO_KEY,
        /// The human had taken the call, and hung up before the caller came.
        HUMAN_GONE,
        VOICEMAIL,
        CALLBACK,
        QUEUE_FULL,
        CALLER_GONE,
        FAILED;

        /// For example `no-answer`; stored, and used as a metric tag.
        public String slug() {
            return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
        }
    }
}
