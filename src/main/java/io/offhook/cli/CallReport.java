package io.offhook.cli;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/// What a simulated call came to: what the network did, and how long the caller waited.
final class CallReport {
    private CallReport() {}

    /// Prints the network's own part of the call as it happens.
    static void network(Output output, CallStep step) {
        switch (step) {
            case CallStep.Said(var at, var text) -> line(output, at, "network", "says: " + text);
            case CallStep.Dialled(var at, var to, _, _) ->
                line(
                        output,
                        at,
                        "network",
                        "dials " + to.stream().map(CallReport::masked).collect(Collectors.joining(", ")));
            case CallStep.Enqueued(var at, _, var workflow, _) ->
                line(output, at, "network", "puts the caller in the queue of " + workflow.orElse("the team"));
            case CallStep.Bridged(var at, _) -> line(output, at, "human", "takes the caller");
            case CallStep.DialEnded(var at, var status, boolean bridged, _)
            when !bridged -> line(output, at, "network", unanswered(status));
            case CallStep.Recorded(var at, var length, _) ->
                line(output, at, "network", "records a message of " + Terminal.millis(length));
            case CallStep.Ended(var at, var reason) ->
                line(output, at, "network", "call over: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            default -> {}
        }
    }

    /// What the agent said, as one says it whom somebody has interrupted.
    static String said(String text, boolean interrupted) {
        if (!interrupted) {
            return text;
        }
        var words = text.strip().replaceAll("[\\s.,;:…-]+$", "");
        return words.isEmpty() ? "(interrupted before the first word)" : words + "… (interrupted)";
    }

    private static String unanswered(String status) {
        return switch (status) {
            case "no-answer" -> "nobody answers";
            case "busy" -> "the line is busy";
            default -> "nobody is reached (" + status + ")";
        };
    }

    /// Prints what becomes of a human whom the server has called.
    ///
    /// @param at on the caller's clock
    static void human(Output output, Duration at, CallStep step) {
        switch (step) {
            case CallStep.Answered _ -> line(output, at, "human", "picks up");
            case CallStep.Said(_, var text) -> line(output, at, "human", "hears: " + text);
            case CallStep.Gathered(_, var digits) -> line(output, at, "human", "presses " + digits);
            case CallStep.Joined _ -> line(output, at, "human", "is in the room where the two meet");
            case CallStep.Ended _ -> line(output, at, "human", "is off the phone");
            default -> {}
        }
    }

    private static String masked(String destination) {
        return destination.startsWith("+") ? "+***" + destination.substring(destination.length() - 2) : destination;
    }

    private static void line(Output output, Duration at, String who, String text) {
        output.entry(
                "  " + Terminal.clock(at) + "  " + String.format("%-8s", who),
                text,
                "event",
                Map.of("at_ms", at.toMillis(), "who", who, "text", text));
    }

    static void timings(Output output, SimulatedCall call) {
        var timings = call.timings();
        output.data("");
        output.data("  Timings     webhook to first sound       "
                + timings.ringToFirstSound().map(Terminal::millis).orElse("none"));
        output.data("              caller's last word to agent  " + all(timings.replies()));
        if (!timings.bargeIns().isEmpty()) {
            output.data("              barge-in to clear            " + all(timings.bargeIns()));
        }
    }

    /// The same, for programs.
    static Map<String, Object> timings(SimulatedCall call) {
        var timings = call.timings();
        var all = new LinkedHashMap<String, Object>();
        timings.ringToFirstSound().ifPresent(first -> all.put("first_sound_ms", first.toMillis()));
        all.put("reply_ms", millis(timings.replies()));
        all.put("barge_in_ms", millis(timings.bargeIns()));
        return all;
    }

    private static List<Long> millis(List<Duration> times) {
        return times.stream().map(Duration::toMillis).toList();
    }

    private static String all(List<Duration> times) {
        return times.isEmpty()
                ? "none"
                : times.stream().map(Terminal::millis).collect(Collectors.joining(", "));
    }
}
