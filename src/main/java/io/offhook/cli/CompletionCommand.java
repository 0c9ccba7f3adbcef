package io.offhook.cli;

import java.util.Map;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

@Command(
        name = "completion",
        description = "Prints a script that completes commands and options in bash and zsh.",
        mixinStandardHelpOptions = true)
final class CompletionCommand implements Runnable {
    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    @Override
    public void run() {
        var script = AutoComplete.bash("offhook", spec.root().commandLine());
        output.data(script.stripTrailing());
        output.document("", Map.of("shell", "bash", "script", script));
        output.next("source <(./offhook completion -q)");
    }
}
