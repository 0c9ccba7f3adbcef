package io.offhook.cli;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.SimulatedCall;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/// What a simulated call came to: what the network did, and how long the caller waited.
final class CallReport {
    private CallReport() {}

    /// Prints the network's own part of the call as it happens.
    static void network(PrintStream out, CallStep step) {
        switch (step) {
            case CallStep.Said(var at, var text) -> line(out, at, "network", "says: " + text);
            case CallStep.Dialled(var at, var to, _, _) ->
                line(out, at, "network", "dials " + to.stream().map(CallReport::masked).collect(Collectors.joining(", ")));
            case CallStep.Enqueued(var at, _, var workflow, _) ->
                line(out, at, "network", "puts the caller in the queue of " + workflow.orElse("the team"));
            case CallStep.Bridged(var at, _) -> line(out, at, "human", "takes the caller");
            case CallStep.Recorded(var at, var length, _) ->
                line(out, at, "network", "records a message of " + Terminal.millis(length));
            case CallStep.Ended(var at, var reason) ->
                line(out, at, "network", "call over: " + reason.name().toLowerCase(Locale.ROOT).replace('_', ' '));
            default -> {}
        }
    }

    private static String masked(String destination) {
        return destination.startsWith("+") ? "+***" + destination.substring(destination.length() - 2) : destination;
    }

    private static void line(PrintStream out, Duration at, String who, String text) {
        Terminal.entry(out, "  " + Terminal.clock(at) + "  " + String.format("%-8s", who), text);
    }

    static void timings(PrintStream out, SimulatedCall call) {
        var timings = call.timings();
        out.println();
        out.println("  Timings     webhook to first sound       "
                + timings.ringToFirstSound().map(Terminal::millis).orElse("none"));
        out.println("              caller's last word to agent  " + all(timings.replies()));
        if (!timings.bargeIns().isEmpty()) {
            out.println("              barge-in to clear            " + all(timings.bargeIns()));
        }
    }

    private static String all(List<Duration> times) {
        return times.isEmpty()
                ? "none"
                : times.stream().map(Terminal::millis).collect(Collectors.joining(", "));
    }
}
