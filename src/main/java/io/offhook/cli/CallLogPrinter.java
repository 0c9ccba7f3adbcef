package io.offhook.cli;

import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallListener;
import io.offhook.call.Phase;
import io.offhook.call.Step;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Prints a call as it happens, for a person at a terminal.
final class CallLogPrinter implements CallListener {
    private final PrintStream out;

    CallLogPrinter(PrintStream out) {
        this.out = out;
    }

    @Override
    public void on(Call before, CallEvent event, Step step, Instant now) {
        var call = step.call();
        var at = Terminal.clock(Duration.between(call.since(), now));
        switch (event) {
            case CallEvent.StreamOpened(var greeting) when !greeting.isEmpty() ->
                line(at, "agent", call.rules().greeting() + " " + Terminal.dim("(from the cache)"));
            case CallEvent.AgentWords(_, var text) -> line(at, "agent", text);
            case CallEvent.CallerWords(_, var text) ->
                line(at, "caller", text.isEmpty() ? "(not understood)" : text);
            case CallEvent.ToolFinished(var request, var outcome) ->
                line(
                        at,
                        "tool",
                        request.name() + " " + request.arguments() + " -> " + outcome.answer() + " "
                                + outcome.result() + ", " + Terminal.millis(outcome.took()));
            case CallEvent.DigitPressed(char digit) -> line(at, "key", String.valueOf(digit));
            case CallEvent.EngineLost(var fault) -> line(at, "engine", "lost: " + fault.slug());
            default -> {}
        }
        for (var remark : step.remarks()) {
            switch (remark) {
                case "barge_in" -> line(at, "caller", Terminal.dim("(interrupts; the agent falls silent)"));
                case "engine_reconnected" -> line(at, "engine", "back, with the whole conversation");
                default -> {}
            }
        }
        if (call.phase() instanceof Phase.HandingOff(var handoff, _, _)
                && !(before.phase() instanceof Phase.HandingOff)) {
            line(
                    at,
                    "handoff",
                    handoff.cause().slug() + " · " + handoff.urgency().name().toLowerCase(Locale.ROOT)
                            + (handoff.reason().isEmpty() ? "" : " · " + handoff.reason())
                            + (handoff.summary().isEmpty() ? "" : " · " + handoff.summary())
                            + " · " + handoff.transcript().size() + " turns");
        }
    }

    private void line(String at, String who, String text) {
        Terminal.entry(out, "  " + at + "  " + String.format("%-8s", who), text);
    }
}
