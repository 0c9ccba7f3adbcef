package io.offhook.live;

import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallListener;
import io.offhook.call.Handoff;
import io.offhook.call.Phase;
import io.offhook.call.Price;
import io.offhook.call.Step;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Transcript;
import io.offhook.call.Usage;
import io.offhook.store.Fact;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;

/// Turns the steps of one call into facts. One for each stream of a call; lives on the call's event loop.
final class CallRecorder implements CallListener {
    private static final Pattern CODE = Pattern.compile("[a-z0-9][a-z0-9_.-]{0,63}");

    private static final String RECONNECTED = "engine_reconnected";

    private final CallBook record;
    private final boolean keepTurns;
    private final AtomicLong sequence;

    /// @param keepTurns whether words may be stored: those of turns, handoffs and tools
    /// @param sequence  the next place in the call's timeline, shared by all streams of the call on this node
    CallRecorder(CallBook record, boolean keepTurns, AtomicLong sequence) {
        this.record = record;
        this.keepTurns = keepTurns;
        this.sequence = sequence;
    }

    @Override
    public void on(Call before, CallEvent event, Step step, Instant now) {
        var call = step.call();
        for (var remark : step.remarks()) {
            happened(call, now, remark, remark.equals(RECONNECTED) ? gap(before, now) : detail(event));
        }
        if (!before.phase().slug().equals(call.phase().slug())) {
            record.keep(new Fact.PhaseChanged(call.id(), now, call.phase().slug()));
        }
        if (keepTurns && !before.transcript().equals(call.transcript())) {
            turns(before.transcript(), call, now);
        }
        switch (event) {
            case CallEvent.ToolFinished(var request, var outcome) ->
                record.keep(ran(call, now, request, outcome));
            case CallEvent.ReplyEnded reply ->
                reply.usage().ifPresent(usage -> record.keep(charged(call, now, reply.reply(), usage)));
            case CallEvent.UsageCounted(var usage) ->
                record.keep(charged(call, now, "other-" + sequence.getAndIncrement(), usage));
            case CallEvent.EngineReady(var took, _) ->
                happened(call, now, "engine_connected", "{\"ms\":" + took.toMillis() + "}");
            case CallEvent.EngineComplained _ -> happened(call, now, "engine_complained", detail(event));
            case CallEvent.EngineLimited _ -> happened(call, now, "engine_limit", detail(event));
            case CallEvent.DigitPressed _ -> happened(call, now, "key_pressed", "{}");
            default -> {}
        }
        if (call.phase() instanceof Phase.Ended(var disposition, _) && !(before.phase() instanceof Phase.Ended)) {
            record.keep(new Fact.Ended(call.id(), now, disposition));
        }
    }

    private static Fact charged(Call call, Instant now, String key, Usage usage) {
        return new Fact.Charged(call.id(), now, key, usage, call.rules().cost(usage).map(Price.Cost::total));
    }

    /// How long there was no session.
    private static String gap(Call before, Instant now) {
        var gap = Duration.between(before.engine().wantedAt(), now);
        return "{\"gap_ms\":" + Math.max(0, gap.toMillis()) + "}";
    }

    /// The engine's own code for what went wrong. The adapters let nothing through but slugs.
    private static String detail(CallEvent event) {
        var code =
                switch (event) {
                    case CallEvent.ReplyEnded reply -> reply.code();
                    case CallEvent.EngineComplained(var complaint) -> complaint;
                    case CallEvent.EngineLimited(var limit) -> limit;
                    default -> "";
                };
        return CODE.matcher(code).matches() ? "{\"code\":\"" + code + "\"}" : "{}";
    }

    private void happened(Call call, Instant now, String kind, String detail) {
        record.keep(new Fact.Happened(call.id(), now, sequence.getAndIncrement(), kind, detail));
    }

    private Fact ran(Call call, Instant now, ToolRequest request, ToolOutcome outcome) {
        return keepTurns
                ? new Fact.ToolRan(call.id(), now, request, outcome)
                : new Fact.ToolRan(
                        call.id(),
                        now,
                        new ToolRequest(request.id(), request.name(), ""),
                        new ToolOutcome("", outcome.result(), outcome.took(), outcome.shortened()));
    }

    /// The handoff as it may be stored. What the human gets is the handoff itself.
    static Fact handedOff(Handoff handoff, boolean keepTurns) {
        var kept = keepTurns
                ? handoff
                : new Handoff(
                                handoff.call(),
                                handoff.cause(),
                                "",
                                "",
                                handoff.urgency(),
                                handoff.to(),
                                handoff.caller(),
                                handoff.language(),
                                List.of(),
                                handoff.at())
                        .with(handoff.way())
                        .with(handoff.identity());
        return new Fact.HandedOff(handoff.call(), handoff.at(), kept);
    }

    private void turns(Transcript before, Call call, Instant now) {
        var was = before.turns();
        var is = call.transcript().turns();
        for (int i = 0; i < is.size(); i++) {
            var turn = is.get(i);
            if (!was.contains(turn)) {
                record.keep(new Fact.Said(call.id(), now, call.transcript().place(turn.item()), turn));
            }
        }
    }
}
