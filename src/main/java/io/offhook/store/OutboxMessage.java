package io.offhook.store;

import io.offhook.call.CallId;
import java.time.Instant;
import java.util.Locale;

/// One message for one receiver about one thing that happened in a call. Prints without its body, which holds numbers
/// and words of a caller.
///
/// @param id          made from target and key, so that the same message put in twice is one
/// @param sequence    place among the things worth telling about this call; a receiver gets them in this order
/// @param event       what happened, such as `call.ended`
/// @param target      the receiver's name in the configuration; its address is looked up on delivery
/// @param key         the idempotency key: the same for every attempt, and for every receiver of this event
/// @param body        JSON
/// @param attempts    deliveries that were begun
/// @param createdAt   when it was put in, or was last sent for again by an operator
/// @param lastError   constant slug, empty before the first failure
public record OutboxMessage(
        String id,
        CallId call,
        long sequence,
        String event,
        Kind kind,
        String target,
        String key,
        String body,
        Instant createdAt,
        int attempts,
        Instant nextAttemptAt,
        State state,
        String lastError) {

    /// How the message travels.
    public enum Kind {
        WEBHOOK,
        MAIL,
        CRM;

        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// Where the message stands.
    public enum State {
        /// To be delivered, not before its next attempt.
        WAITING,
        /// On the way; counts as waiting again when the claim runs out.
        CLAIMED,
        DONE,
        /// Given up; only an operator sends it again.
        DEAD;

        public String slug() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// The receiver: messages of one kind for one target.
    public record Target(Kind kind, String name) {}

    public Target to() {
        return new Target(kind, target);
    }

    @Override
    public String toString() {
        return "OutboxMessage[" + id + " " + event + " of " + call + " to " + kind.slug() + " " + target + ", "
                + state.slug() + " after " + attempts + "]";
    }
}
