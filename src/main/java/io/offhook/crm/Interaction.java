package io.offhook.crm;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.util.Optional;

/// One contact with a caller, for the operator's records. Texts are cut to what a record can bear.
///
/// @param number   empty when withheld
/// @param caller   the customer's id in the CRM; empty when nobody was found
/// @param channel  `phone`
/// @param topic    what it was about, in a few words, such as `order AB7492`
/// @param outcome  slug of the call's disposition; empty while it lasts
/// @param closedAt empty while it lasts
public record Interaction(
        CallId call,
        Optional<PhoneNumber> number,
        Optional<String> caller,
        String channel,
        String topic,
        String outcome,
        String summary,
        Instant openedAt,
        Optional<Instant> closedAt) {
    private static final int TOPIC = 120;
    private static final int SUMMARY = 2_000;

    public Interaction {
        topic = PlainText.line(topic, TOPIC);
        outcome = PlainText.line(outcome, TOPIC);
        summary = PlainText.line(summary, SUMMARY);
        caller = caller.map(id -> PlainText.line(id, Caller.ID)).filter(id -> !id.isEmpty());
    }

    /// A call that has just begun.
    public static Interaction begun(
            CallId call, Optional<PhoneNumber> number, Optional<String> caller, Instant openedAt) {
        return new Interaction(call, number, caller, "phone", "", "", "", openedAt, Optional.empty());
    }

    /// The same, over.
    public Interaction closed(String topic, String outcome, String summary, Instant at) {
        return new Interaction(call, number, caller, channel, topic, outcome, summary, openedAt, Optional.of(at));
    }

    /// A note as records can bear it: one line, not too long.
    public static String note(String text) {
        return PlainText.line(text, SUMMARY);
    }

    @Override
    public String toString() {
        return "Interaction[" + call.value() + ", " + outcome + "]";
    }
}
