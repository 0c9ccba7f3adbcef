package io.offhook.simulator;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;

/// One call from the ring to the last status callback, on its own virtual thread.
final class CallLife implements Runnable {
    private final SimulatedCarrier carrier;
    private final SimulatedCall call;

    CallLife(SimulatedCarrier carrier, SimulatedCall call) {
        this.carrier = carrier;
        this.call = call;
    }

    @Override
    public void run() {
        var reason = EndReason.APPLICATION_ERROR;
        try {
            reason = documents();
        } catch (RuntimeException e) {
            call.notice(0, "the simulator failed: " + e);
        } finally {
            end(reason);
        }
    }

    private EndReason documents() {
        var voiceUrl = carrier.voiceUrl(call);
        if (voiceUrl.isEmpty()) {
            call.over("busy");
            return EndReason.NO_VOICE_URL;
        }
        TwimlSource next = new TwimlSource.At(voiceUrl.get(), "POST");
        while (true) {
            try {
                var leg = new Leg(call.line(), Leg.Role.CALLER, call::parameters, Optional.empty());
                return switch (new TwimlRunner(call, leg).run(next, Map.of())) {
                    case Outcome.Over(var reason) -> reason;
                    default -> EndReason.END_OF_TWIML;
                };
            } catch (Line.Broken broken) {
                switch (broken.why()) {
                    case Line.Break.HungUp(var reason) -> {
                        return reason;
                    }
                    case Line.Break.Redirected(var to) -> next = to;
                }
            }
        }
    }

    private void end(EndReason reason) {
        call.hush();
        if (reason == EndReason.APPLICATION_ERROR) {
            call.over("failed");
        } else if (reason != EndReason.REJECTED && reason != EndReason.NO_VOICE_URL) {
            call.over(call.pickedUp() ? "completed" : "no-answer");
        }
        if (reason == EndReason.CARRIER_CLOSED) {
            call.finished(reason);
            return;
        }
        carrier.reportCompleted(call).join();
        if (call.has(CarrierFault.LateWebhook.class)) {
            carrier.voiceUrl(call).ifPresent(url -> {
                var form = call.parameters();
                form.put("CallStatus", "ringing");
                carrier.ask(call, "POST", url, form).join();
            });
        }
        call.finished(reason);
    }

    static CompletableFuture<Boolean> completed(SimulatedCarrier carrier, SimulatedCall call) {
        var url = carrier.statusCallback(call);
        if (url.isEmpty()) {
            return CompletableFuture.completedFuture(false);
        }
        var form = new LinkedHashMap<>(call.parameters());
        form.put("CallDuration", String.valueOf(call.secondsSinceAnswer()));
        form.put("Duration", String.valueOf((call.secondsSinceAnswer() + 59) / 60));
        form.put("SipResponseCode", call.status().equals("busy") ? "486" : "200");
        form.put("Timestamp", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.RFC_1123_DATE_TIME));
        form.put("CallbackSource", "call-progress-events");
        form.put("SequenceNumber", "0");
        var late = call.faults().stream()
                .filter(CarrierFault.LateStatus.class::isInstance)
                .map(CarrierFault.LateStatus.class::cast)
                .map(CarrierFault.LateStatus::by)
                .findFirst()
                .orElse(Duration.ZERO);
        var due = new CompletableFuture<Boolean>();
        if (late.isZero()) {
            due.complete(true);
        } else {
            carrier.later(late, () -> due.complete(true));
        }
        return due.thenCompose(_ -> carrier.report(call, "POST", url.get(), form))
                .thenApply(_ -> true);
    }
}
