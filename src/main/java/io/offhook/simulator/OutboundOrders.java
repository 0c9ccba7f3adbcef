package io.offhook.simulator;

import io.vertx.core.MultiMap;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// Takes orders for calls by REST, checks them as Twilio does, and lets them ring.
final class OutboundOrders {
    private static final Set<String> KNOWN = Set.of(
            "To", "From", "Method", "FallbackUrl", "FallbackMethod", "StatusCallback", "StatusCallbackEvent",
            "StatusCallbackMethod", "SendDigits", "Timeout", "Record", "RecordingChannels",
            "RecordingStatusCallback", "RecordingStatusCallbackMethod", "SipAuthUsername", "SipAuthPassword",
            "MachineDetection", "MachineDetectionTimeout", "RecordingStatusCallbackEvent", "Trim", "CallerId",
            "MachineDetectionSpeechThreshold", "MachineDetectionSpeechEndThreshold",
            "MachineDetectionSilenceTimeout", "AsyncAmd", "AsyncAmdStatusCallback", "AsyncAmdStatusCallbackMethod",
            "Byoc", "CallReason", "CallToken", "RecordingTrack", "TimeLimit", "ClientNotificationUrl", "Url",
            "Twiml", "ApplicationSid");
    private static final Set<String> EVENTS = Set.of("initiated", "ringing", "answered", "completed");
    private static final String PHONE = "\\+[1-9]\\d{6,14}";
    private static final int MAX_TWIML = 4_000;

    private final SimulatedCarrier carrier;

    OutboundOrders(SimulatedCarrier carrier) {
        this.carrier = carrier;
    }

    SimulatedCall place(MultiMap parameters) throws CarrierRefusal {
        var form = RestForm.of(parameters, KNOWN);
        parties(form);
        var order = order(form);
        var caller = Caller.of(
                        form.filled("From").orElseThrow(), form.filled("To").orElseThrow())
                .with("Direction", "outbound-api");
        return carrier.place(caller, order);
    }

    private void parties(RestForm form) throws CarrierRefusal {
        var to = form.filled("To").orElseThrow(() -> new CarrierRefusal(400, 21201, "No 'To' number is specified"));
        var from = form.filled("From")
                .orElseThrow(() -> new CarrierRefusal(400, 21213, "No 'From' number is specified"));
        if (!to.matches(PHONE + "|sips?:\\S+@\\S+|client:\\S+")) {
            throw new CarrierRefusal(
                    400, 21211, "The phone number you are attempting to call, " + to + ", is not valid.");
        }
        if (!from.matches(PHONE)) {
            throw new CarrierRefusal(400, 21212, "The phone number provided for From, " + from + ", is not valid.");
        }
        if (!carrier.account().mayCallFrom(from)) {
            throw new CarrierRefusal(
                    400,
                    21210,
                    "The source phone number provided, " + from + ", is not yet verified for your account.");
        }
        if (!carrier.account().mayCall(to)) {
            throw new CarrierRefusal(
                    400, 21219, "The number " + to + " is unverified. Trial accounts may only call verified numbers.");
        }
    }

    private static OutboundLife.Order order(RestForm form) throws CarrierRefusal {
        var url = form.filled("Url");
        var twiml = form.filled("Twiml");
        if (url.isPresent() && twiml.isPresent()) {
            throw new CarrierRefusal(400, 21218, "Url and Twiml exclude each other");
        }
        if (url.isEmpty() && twiml.isEmpty()) {
            throw new CarrierRefusal(400, 21205, "Url parameter is required.");
        }
        if (twiml.filter(text -> text.length() > MAX_TWIML).isPresent()) {
            throw new CarrierRefusal(400, 32018, "Twiml parameter above 4,000 characters");
        }
        var events = form.all("StatusCallbackEvent").stream()
                .flatMap(each -> List.of(each.split(" ", -1)).stream())
                .collect(Collectors.toSet());
        if (!EVENTS.containsAll(events)) {
            throw new CarrierRefusal(400, 20001, "StatusCallbackEvent must be one of " + EVENTS);
        }
        var detection = form.filled("MachineDetection");
        if (!detection.map(Set.of("Enable", "DetectMessageEnd")::contains).orElse(true)) {
            throw new CarrierRefusal(400, 20001, "MachineDetection must be Enable or DetectMessageEnd");
        }
        var document = url.<TwimlSource>map(at ->
                        new TwimlSource.At(at, form.filled("Method").orElse("POST")))
                .orElseGet(() -> new TwimlSource.Inline(twiml.orElseThrow()));
        return new OutboundLife.Order(
                document,
                Duration.ofSeconds(form.number("Timeout", 60, 1, 600)),
                form.filled("StatusCallback"),
                form.filled("StatusCallbackMethod").orElse("POST"),
                events.isEmpty() ? Set.of("completed") : events,
                detection.isPresent());
    }
}
