package io.offhook.call;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One place where a human can take the caller. All of them are the operator's own words: no model ever names one.
public sealed interface Destination {

    /// How long the caller waits there before the next destination is tried.
    Duration patience();

    /// Whether whoever picks up is told what it is about, and takes the call by a key.
    default boolean asks() {
        return switch (this) {
            case Phone(_, _, var whisper) -> whisper;
            case Sip(_, _, var whisper) -> whisper;
            case Warm _ -> true;
            case Workflow _, Queue _, Callback _, Voicemail _ -> false;
        };
    }

    /// Whether somebody is called there; otherwise the caller is asked for a message or for a number.
    default boolean rings() {
        return switch (this) {
            case Workflow _, Queue _, Phone _, Sip _, Warm _ -> true;
            case Callback _, Voicemail _ -> false;
        };
    }

    /// Constant word for the kind, stored and used as a metric tag.
    default String slug() {
        return switch (this) {
            case Workflow _ -> "workflow";
            case Queue _ -> "queue";
            case Phone _ -> "number";
            case Sip _ -> "sip";
            case Warm _ -> "warm";
            case Callback _ -> "callback";
            case Voicemail _ -> "voicemail";
        };
    }

    /// A TaskRouter workflow.
    ///
    /// @param priorities of the task; the higher is taken first
    record Workflow(String sid, Duration patience, Map<Handoff.Urgency, Integer> priorities) implements Destination {
        public static final Map<Handoff.Urgency, Integer> USUAL_PRIORITIES =
                Map.of(Handoff.Urgency.HIGH, 10, Handoff.Urgency.NORMAL, 5, Handoff.Urgency.LOW, 5);

        public Workflow {
            priorities = Map.copyOf(priorities);
            if (priorities.size() != Handoff.Urgency.values().length) {
                throw new IllegalArgumentException("each urgency has a priority");
            }
        }

        public Workflow(String sid, Duration patience) {
            this(sid, patience, USUAL_PRIORITIES);
        }

        public int priority(Handoff.Urgency urgency) {
            return priorities.getOrDefault(urgency, 0);
        }
    }

    /// A plain queue of the provider, by name; people take callers from it by dialling into it.
    record Queue(String name, Duration patience) implements Destination {}

    /// Phone numbers that ring together; who takes the call first has it.
    ///
    /// @param whisper whether the human hears what it is about, and takes the call by a key; without it a machine that
    ///                picks up counts as a human
    record Phone(List<PhoneNumber> numbers, Duration patience, boolean whisper) implements Destination {
        public Phone {
            numbers = List.copyOf(numbers);
            if (numbers.isEmpty() || numbers.size() > MOST_AT_ONCE) {
                throw new IllegalArgumentException("from 1 to " + MOST_AT_ONCE + " numbers ring together");
            }
        }

        public Phone(PhoneNumber number, Duration patience) {
            this(List.of(number), patience, true);
        }
    }

    /// A SIP address, such as `sip:desk@acme.example`.
    record Sip(String address, Duration patience, boolean whisper) implements Destination {
        @Override
        public String toString() {
            return "Sip[" + patience + "]";
        }
    }

    /// The caller is asked for leave to be called back, and for the number.
    ///
    /// @param humans    who is rung for it, one after the other; without any the wish is only kept
    /// @param attempts  how often all of them are tried
    /// @param every     from one attempt to the next, and twice as long after each
    /// @param within    after which a wish is too old
    /// @param countries where callers may be called, besides the country of the number that they have called
    record Callback(
            List<PhoneNumber> humans, int attempts, Duration every, Duration within, Set<String> countries)
            implements Destination {
        /// How long a caller may look for the next key.
        private static final Duration KEYPAD = Duration.ofSeconds(6);

        public Callback {
            humans = List.copyOf(humans);
            countries = Set.copyOf(countries);
            if (attempts < 1 || every.isNegative() || every.isZero()) {
                throw new IllegalArgumentException("a callback is tried at least once, and not all the time");
            }
        }

        @Override
        public Duration patience() {
            return KEYPAD;
        }

        public Callback by(List<PhoneNumber> others) {
            return new Callback(others, attempts, every, within, countries);
        }
    }

    /// A human who is called while the agent keeps the caller, and whom the caller meets when the human has taken the
    /// call by a key. Where the agent can't keep the caller, the number is dialled like any other.
    record Warm(PhoneNumber number, Duration patience) implements Destination {}

    /// The caller leaves a message; always the last.
    ///
    /// @param mailbox who is told about it
    record Voicemail(Duration patience, Optional<Mailbox> mailbox) implements Destination {
        public Voicemail(Duration patience) {
            this(patience, Optional.empty());
        }

        @Override
        public String toString() {
            return "Voicemail[" + patience + "]";
        }
    }

    /// Somebody's e-mail address, under the name that the destination has in agent.yaml.
    record Mailbox(String name, String address) {
        @Override
        public String toString() {
            return "Mailbox[" + name + "]";
        }
    }

    /// Twilio dials at most ten numbers at once ("TwiML Voice: Number").
    int MOST_AT_ONCE = 10;
}
