package io.offhook.cli;

import io.offhook.agent.AgentFile;
import picocli.CommandLine.Command;

@Command(
        name = "schema",
        description = "Prints the JSON Schema of agent.yaml, for editors.",
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Runnable {
    @Override
    public void run() {
        System.out.println(AgentFile.schema().strip());
    }
}
