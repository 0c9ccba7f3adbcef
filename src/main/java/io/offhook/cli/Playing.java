package io.offhook.cli;

import io.offhook.simulator.CannedCaller;
import io.offhook.simulator.CannedCaller.Verdict;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;

/// Canned callers at the command line.
final class Playing {
    private Playing() {}

    /// @throws ParameterException with the names that there are
    static CannedCaller named(String name, CommandSpec spec) {
        return CannedCaller.named(name)
                .orElseThrow(() -> new ParameterException(
                        spec.commandLine(),
                        "There is no caller \"" + name + "\". There are: "
                                + CannedCaller.all().stream()
                                        .map(CannedCaller::name)
                                        .collect(Collectors.joining(", "))));
    }

    /// Plays the call to its end; one that never ends is hung up, and that is a problem.
    static Verdict of(CannedCaller caller, SimulatedCall call, Consumer<EngineFault> engine) {
        try {
            return caller.play(call, engine);
        } catch (IllegalStateException e) {
            call.hangUp();
            return new Verdict(List.of("the call did not end"));
        }
    }

    static boolean ends(SimulatedCall call, Duration patience) {
        try {
            var unused = call.ended().get(patience.toMillis(), TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } catch (ExecutionException e) {
            return true;
        }
    }
}
