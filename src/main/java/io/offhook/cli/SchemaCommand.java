package io.offhook.cli;

import io.offhook.agent.AgentFile;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import tools.jackson.databind.json.JsonMapper;

@Command(
        name = "schema",
        description = "Prints the JSON Schema of agent.yaml, for editors.",
        mixinStandardHelpOptions = true)
final class SchemaCommand implements Runnable {
    @Mixin(name = Output.MIXIN)
    private Output output = new Output();

    @Override
    public void run() {
        var schema = AgentFile.schema().strip();
        output.data(schema);
        output.document("", Map.of("json_schema", JsonMapper.shared().readTree(schema)));
        output.next("./offhook check agent.yaml");
    }
}
