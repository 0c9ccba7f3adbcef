package io.offhook.cli;

import io.offhook.call.Call;
import io.offhook.call.CallEffect;
import io.offhook.call.CallEvent;
import io.offhook.call.CallListener;
import io.offhook.call.Phase;
import io.offhook.call.Step;
import io.offhook.call.Turn;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Prints a call as it happens, for a person at a terminal or a program behind a pipe.
final class CallLogPrinter implements CallListener {
    private final Output output;
    /// The agent was interrupted, or the server has stopped its reply; what still comes of it is a beginning.
    private boolean stopped;

    CallLogPrinter(Output output) {
        this.output = output;
    }

    @Override
    public void on(Call before, CallEvent event, Step step, Instant now) {
        var call = step.call();
        var at = Duration.between(call.since(), now);
        stopped = !(event instanceof CallEvent.ReplyStarted) && (stopped || stops(event, step));
        switch (event) {
            case CallEvent.StreamOpened(var greeting) when !greeting.isEmpty() ->
                print(at, "agent", call.rules().greeting(), Terminal.dim("(from the cache)"), Map.of("cached", true));
            case CallEvent.StreamOpened _ -> told(before).ifPresent(note -> print(at, "note", note.text()));
            case CallEvent.AgentWords(_, var text) -> print(at, "agent", CallReport.said(text, stopped));
            case CallEvent.CallerWords(_, var text) ->
                print(at, "caller", text.isEmpty() ? "(not understood)" : text);
            case CallEvent.ToolFinished(var request, var outcome) ->
                print(
                        at,
                        "tool",
                        request.name() + " " + request.arguments() + " -> " + outcome.answer() + " "
                                + outcome.result() + ", " + Terminal.millis(outcome.took()),
                        "",
                        Map.of(
                                "name", request.name(),
                                "arguments", request.arguments(),
                                "answer", outcome.answer(),
                                "result", outcome.result(),
                                "ms", outcome.took().toMillis()));
            case CallEvent.DigitPressed(char digit) -> print(at, "key", String.valueOf(digit));
            case CallEvent.HumanAccepted _ -> print(at, "human", "takes the call; the agent brings the caller");
            case CallEvent.HumanLost(_, var why) -> print(at, "human", "does not take the call: " + why.slug());
            case CallEvent.EngineLost(var fault) -> print(at, "engine", "lost: " + fault.slug());
            default -> {}
        }
        for (var remark : step.remarks()) {
            switch (remark) {
                case "barge_in" -> print(at, "caller", Terminal.dim("(interrupts; the agent falls silent)"));
                case "human_called" -> print(at, "human", Terminal.dim("(is called; the caller stays with the agent)"));
                case "engine_reconnected" -> print(at, "engine", "back, with the whole conversation");
                default -> {}
            }
        }
        if (call.phase() instanceof Phase.HandingOff(var handoff, _, _)
                && !(before.phase() instanceof Phase.HandingOff)) {
            var urgency = handoff.urgency().name().toLowerCase(Locale.ROOT);
            print(
                    at,
                    "handoff",
                    handoff.cause().slug() + " · " + urgency
                            + (handoff.reason().isEmpty() ? "" : " · " + handoff.reason())
                            + (handoff.summary().isEmpty() ? "" : " · " + handoff.summary())
                            + " · " + handoff.transcript().size() + " turns",
                    "",
                    Map.of(
                            "cause", handoff.cause().slug(),
                            "urgency", urgency,
                            "reason", handoff.reason(),
                            "summary", handoff.summary(),
                            "turns", handoff.transcript().size()));
        }
    }

    private static boolean stops(CallEvent event, Step step) {
        return event instanceof CallEvent.CallerStartedSpeaking
                || step.effects().stream().anyMatch(CallEffect.CancelReply.class::isInstance);
    }

    /// What an agent that has its caller back is told first.
    private static Optional<Turn> told(Call call) {
        var turns = call.transcript().turns();
        return turns.isEmpty()
                ? Optional.empty()
                : Optional.of(turns.getLast()).filter(turn -> turn.item().equals("returned"));
    }

    private void print(Duration at, String who, String text) {
        print(at, who, text, "", Map.of());
    }

    /// @param more facts for programs beside the text
    private void print(Duration at, String who, String text, String aside, Map<String, ?> more) {
        var event = new LinkedHashMap<String, Object>();
        event.put("at_ms", at.toMillis());
        event.put("who", who);
        event.put("text", text);
        event.putAll(more);
        output.entry(
                "  " + Terminal.clock(at) + "  " + String.format("%-8s", who),
                aside.isEmpty() ? text : text + " " + aside,
                "event",
                event);
    }
}
