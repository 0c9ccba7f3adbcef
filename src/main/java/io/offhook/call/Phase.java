package io.offhook.call;

import java.util.Optional;

/// Where a call stands. A phase carries the data that exists only in it.
public sealed interface Phase {

    /// The name in the store.
    default String slug() {
        return switch (this) {
            case Ringing _ -> "ringing";
            case Conversing _ -> "conversing";
            case SayingGoodbye _ -> "goodbye";
            case HandingOff _ -> "handing-off";
            case Transferred _ -> "transferred";
            case Detached _ -> "detached";
            case Ended _ -> "ended";
        };
    }

    /// Answered, but the stream is not up yet.
    record Ringing() implements Phase {}

    /// @param warm the human who is being called meanwhile, or was
    record Conversing(Optional<WarmTransfer> warm) implements Phase {
        Conversing() {
            this(Optional.empty());
        }
    }

    /// The goodbye is being said; the stream closes when it was heard.
    record SayingGoodbye(String reason, LastWords words) implements Phase {}

    /// On the way to a human; the stream closes when the announcement was heard and the handoff is stored.
    record HandingOff(Handoff handoff, boolean filed, LastWords words) implements Phase {}

    /// Our stream is closed; the provider takes the caller along the route.
    ///
    /// @param announced whether the agent told the caller; otherwise the provider's voice must
    record Transferred(Handoff handoff, boolean announced) implements Phase {}

    /// The stream was lost, the call may live: the provider will ask what comes next.
    record Detached(StreamEnd why) implements Phase {}

    /// @param goodbyeHeard whether the caller may be hung up on without another word
    record Ended(Disposition disposition, boolean goodbyeHeard) implements Phase {
        Ended(Disposition disposition) {
            this(disposition, true);
        }
    }

    /// The agent's last words before the stream closes.
    enum LastWords {
        /// Nothing is to be said, or nothing came of it.
        NONE,
        /// Nothing is to be said; what the agent was saying is being played.
        RUNNING_OUT,
        /// Asked for; not a sound of them has come.
        AWAITED,
        /// Coming, and being played.
        BEGUN,
        /// Sent in full; being played.
        SENT,
        /// Heard to the end, or as far as they came.
        OVER;

        boolean open() {
            return this == AWAITED || this == BEGUN || this == SENT;
        }

        /// Whether the caller may still hear something of the agent.
        boolean toBeHeard() {
            return open() || this == RUNNING_OUT;
        }

        public boolean said() {
            return this == BEGUN || this == SENT || this == OVER;
        }

        /// What they are when nobody waits for them any more.
        LastWords givenUp() {
            return said() ? OVER : NONE;
        }

        /// @param heard whether everything that was sent is known to be heard
        boolean over(boolean heard) {
            return this == NONE || this == OVER || ((this == SENT || this == RUNNING_OUT) && heard);
        }
    }
}
