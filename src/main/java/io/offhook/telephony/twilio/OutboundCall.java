package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A call to be placed. Twilio has no idempotency key for this: after a time-out it may be ringing, so it is never
/// placed twice by itself.
///
/// @param from one of the account's numbers
/// @param ring how long it rings, 5 s to 600 s
public record OutboundCall(
        PhoneNumber to,
        PhoneNumber from,
        Document document,
        Duration ring,
        Optional<URI> statusCallback,
        List<Event> events,
        Optional<Detection> detection) {

    /// What the person hears who picks up.
    public sealed interface Document {
        record At(URI url) implements Document {}

        /// At most 4,000 characters; whatever is longer needs a URL.
        record Twiml(String text) implements Document {
            public static final int MAX_CHARACTERS = 4_000;

            public Twiml {
                if (text.isBlank() || text.length() > MAX_CHARACTERS) {
                    throw new IllegalArgumentException("TwiML in a REST request has 1 to 4,000 characters");
                }
            }
        }
    }

    /// What the status callback tells.
    public enum Event {
        INITIATED("initiated"),
        RINGING("ringing"),
        ANSWERED("answered"),
        COMPLETED("completed");

        private final String word;

        Event(String word) {
            this.word = word;
        }
    }

    /// Whether Twilio listens if a machine has picked up: at once, or only after the greeting of a mailbox.
    public enum Detection {
        SOON("Enable"),
        AFTER_GREETING("DetectMessageEnd");

        private final String word;

        Detection(String word) {
            this.word = word;
        }
    }

    public OutboundCall {
        events = List.copyOf(events);
        if (ring.toSeconds() < 5 || ring.toSeconds() > 600) {
            throw new IllegalArgumentException("a call rings for 5 s to 600 s");
        }
    }

    /// Rings for 30 s and reports nothing.
    public static OutboundCall of(PhoneNumber to, PhoneNumber from, Document document) {
        return new OutboundCall(
                to, from, document, Duration.ofSeconds(30), Optional.empty(), List.of(), Optional.empty());
    }

    public OutboundCall ringing(Duration forThisLong) {
        return new OutboundCall(to, from, document, forThisLong, statusCallback, events, detection);
    }

    public OutboundCall reporting(URI callback, Event... which) {
        return new OutboundCall(to, from, document, ring, Optional.of(callback), List.of(which), detection);
    }

    public OutboundCall detecting(Detection machines) {
        return new OutboundCall(to, from, document, ring, statusCallback, events, Optional.of(machines));
    }

    List<RestTransport.Parameter> form() {
        var form = new ArrayList<RestTransport.Parameter>();
        form.add(new RestTransport.Parameter("To", to.e164()));
        form.add(new RestTransport.Parameter("From", from.e164()));
        form.addAll(form(document));
        form.add(new RestTransport.Parameter("Timeout", Long.toString(ring.toSeconds())));
        statusCallback.ifPresent(url -> {
            form.add(new RestTransport.Parameter("StatusCallback", url.toString()));
            form.add(new RestTransport.Parameter("StatusCallbackMethod", "POST"));
            events.forEach(event -> form.add(new RestTransport.Parameter("StatusCallbackEvent", event.word)));
        });
        detection.ifPresent(machines -> form.add(new RestTransport.Parameter("MachineDetection", machines.word)));
        return List.copyOf(form);
    }

    static List<RestTransport.Parameter> form(Document document) {
        return switch (document) {
            case Document.At(var url) ->
                List.of(
                        new RestTransport.Parameter("Url", url.toString()),
                        new RestTransport.Parameter("Method", "POST"));
            case Document.Twiml(var text) -> List.of(new RestTransport.Parameter("Twiml", text));
        };
    }
}
