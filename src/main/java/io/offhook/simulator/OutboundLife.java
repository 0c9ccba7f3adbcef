package io.offhook.simulator;

import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;

/// A call that the application placed by REST, from the first ring to the last status callback, on its own virtual
/// thread. Who is called behaves as the carrier's [Humans] say.
final class OutboundLife implements Runnable {
    /// What the request asked for.
    record Order(
            TwimlSource document,
            Duration ring,
            Optional<String> statusCallback,
            String statusMethod,
            Set<String> events,
            boolean detection) {}

    private final SimulatedCarrier carrier;
    private final SimulatedCall call;
    private final Order order;
    private final AtomicInteger sequence = new AtomicInteger();
    private String answeredBy = "";

    OutboundLife(SimulatedCarrier carrier, SimulatedCall call, Order order) {
        this.carrier = carrier;
        this.call = call;
        this.order = order;
    }

    @Override
    public void run() {
        var reason = EndReason.APPLICATION_ERROR;
        try {
            report("initiated", "initiated");
            report("ringing", "ringing");
            reason = ring();
        } catch (Line.Broken broken) {
            reason = broken.why() instanceof Line.Break.HungUp(var why) ? why : EndReason.ENDED_BY_REST;
            call.over(call.pickedUp() ? "completed" : "canceled");
        } finally {
            report("completed", call.status());
            call.finished(reason);
        }
    }

    private EndReason ring() {
        return switch (carrier.humans().of(call.caller().to())) {
            case Humans.Behaviour.Answers(var after, var key, var _) -> pickUp(after, key, "human");
            case Humans.Behaviour.Voicemail(var after) -> pickUp(after, Optional.empty(), "machine_start");
            case Humans.Behaviour.Refuses(var after) -> {
                var line = call.line();
                yield line.within(after.plus(Duration.ofSeconds(1)), () -> pickUp(after, Optional.empty(), "human"))
                        .orElseGet(() -> over("completed", EndReason.CALLER_HUNG_UP));
            }
            case Humans.Behaviour.Declines(var after) -> {
                call.line().sleep(after);
                yield over("busy", EndReason.REJECTED);
            }
            case Humans.Behaviour.Busy _ -> over("busy", EndReason.REJECTED);
            case Humans.Behaviour.NoAnswer _ -> unanswered();
            case Humans.Behaviour.Failed _, Humans.Behaviour.QueueFull _ -> over("failed", EndReason.REJECTED);
        };
    }

    private EndReason unanswered() {
        call.line().sleep(order.ring());
        return over("no-answer", EndReason.REJECTED);
    }

    private EndReason pickUp(Duration after, Optional<Character> key, String who) {
        if (after.compareTo(order.ring()) >= 0) {
            return unanswered();
        }
        call.line().sleep(after);
        call.pickUp();
        answeredBy = order.detection() ? who : "";
        report("answered", "in-progress");
        TwimlSource next = order.document();
        while (true) {
            try {
                var leg = new Leg(call.line(), Leg.Role.CALLER, this::parameters, key);
                var outcome = new TwimlRunner(call, leg).run(next, Map.of());
                return over("completed", outcome instanceof Outcome.Over(var why) ? why : EndReason.END_OF_TWIML);
            } catch (Line.Broken broken) {
                if (!(broken.why() instanceof Line.Break.Redirected(var to))) {
                    throw broken;
                }
                next = to;
            }
        }
    }

    private EndReason over(String status, EndReason reason) {
        call.over(status);
        return reason;
    }

    private Map<String, String> parameters() {
        var form = new LinkedHashMap<>(call.parameters());
        if (!answeredBy.isEmpty()) {
            form.put("AnsweredBy", answeredBy);
        }
        return form;
    }

    private void report(String event, String status) {
        if (order.statusCallback().isEmpty() || !order.events().contains(event)) {
            return;
        }
        var form = parameters();
        form.put("CallStatus", status);
        form.put("CallbackSource", "call-progress-events");
        form.put("SequenceNumber", String.valueOf(sequence.getAndIncrement()));
        form.put("Timestamp", ZonedDateTime.now(ZoneOffset.UTC).format(DateTimeFormatter.RFC_1123_DATE_TIME));
        if (event.equals("completed")) {
            form.put("CallDuration", String.valueOf(call.secondsSinceAnswer()));
        }
        var _ = carrier.report(call, order.statusMethod(), order.statusCallback().orElseThrow(), form);
    }
}
