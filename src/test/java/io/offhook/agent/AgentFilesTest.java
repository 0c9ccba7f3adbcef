package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.config.ConfigException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class AgentFilesTest {
    private static AgentProfile agent(String name, String lines) {
        return AgentYaml.parse(AgentYaml.MINIMAL.replace("name: acme", "name: " + name) + lines, Map.of());
    }

    @Test
    void the_called_number_chooses_the_agent() {
        var sales = agent("sales", "number: [+14155550101, +14155550102]\nengine: demo");
        var support = agent("support", "engine: demo");

        var agents = AgentFiles.of(List.of(sales, support));

        assertThat(agents.answering("+14155550102")).contains(sales);
        assertThat(agents.answering("+14155550199")).contains(support);
        assertThat(agents.answering("")).contains(support);
        assertThat(agents.named("sales")).contains(sales);
        assertThat(agents.all()).containsExactly(sales, support);
        assertThat(agents.useOpenAi()).isFalse();
    }

    @Test
    void without_a_default_an_unknown_number_has_no_agent() {
        var agents = AgentFiles.of(List.of(agent("sales", "number: +14155550101")));

        assertThat(agents.answering("+14155550199")).isEmpty();
        assertThat(agents.useOpenAi()).isTrue();
    }

    @Test
    void agents_that_clash_are_refused() {
        var one = agent("one", "number: +14155550101");
        var again = agent("one", "number: +14155550101");

        assertThatThrownBy(() -> AgentFiles.of(List.of(one, again)))
                .isInstanceOf(ConfigException.class)
                .hasMessageContainingAll(
                        "Another agent has the name one", "The number +14155550101 belongs to another");
        assertThatThrownBy(() -> AgentFiles.of(List.of(agent("one", ""), agent("two", ""))))
                .hasMessageContaining("Another agent without a number");
    }

    @Test
    void the_mistakes_of_all_files_come_together() {
        assertThatThrownBy(() -> AgentFiles.load(List.of(Path.of("no-a.yaml"), Path.of("no-b.yaml")), Map.of()))
                .hasMessageContainingAll("no-a.yaml: The file does not exist.", "no-b.yaml: The file does not exist.");
        assertThatThrownBy(() -> AgentFiles.load(List.of(), Map.of())).hasMessageContaining("names no file");
    }
}
