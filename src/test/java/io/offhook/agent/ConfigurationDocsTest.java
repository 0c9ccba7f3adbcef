package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.offhook.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
    private record Row(String name, String defaultText, String last) {}

    private static List<Row> table(String heading) throws IOException {
        var section = Files.readString(Path.of("docs/configuration.md"))
                .split("\n## " + heading + "\n", 2)[1]
                .split("\n## ", 2)[0];
        return section.lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Arrays.stream(line.split("(?<!\\\\)\\|"))
                        .map(cell -> cell.strip().replaceAll("^`|`$", ""))
                        .toList())
                .map(cells -> new Row(cells.get(1), cells.get(3), cells.getLast()))
                .toList();
    }

    @Test
    void every_key_of_agent_yaml_is_documented_and_no_other() throws IOException {
        var documented = table("Keys of agent.yaml");

        assertThat(documented)
                .containsExactlyElementsOf(Keys.ALL.stream()
                        .map(key -> new Row(key.path(), key.defaultText(), key.available() ? "yes" : "not yet"))
                        .toList());
    }

    @Test
    void every_environment_variable_is_documented_and_no_other() throws IOException {
        var documented = table("Environment variables");

        assertThat(documented)
                .extracting(Row::name, Row::defaultText)
                .containsExactlyElementsOf(Settings.VARIABLES.stream()
                        .map(variable -> tuple(variable.name(), variable.defaultText()))
                        .toList());
    }
}
