package io.offhook.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/// Plays one quick call, so that a cache of what a server loads can be recorded from it.
@Command(name = "warm", hidden = true, description = "Plays one quick call for the start-up cache.")
final class WarmCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        return new CommandLine(new DemoCommand()).execute("--exit", "--speed", "12", "--caller", "order-status");
    }
}
