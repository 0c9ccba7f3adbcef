package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.offhook.call.Price;
import io.offhook.config.Settings;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ConfigurationDocsTest {
    private record Row(String name, String defaultText, String last) {}

    private static List<Row> table(String heading) throws IOException {
        return cells(heading)
                .map(cells -> new Row(cells.get(1), cells.get(3), cells.getLast()))
                .toList();
    }

    private static Stream<List<String>> cells(String heading) throws IOException {
        return section(heading)
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> Arrays.stream(line.split("(?<!\\\\)\\|"))
                        .map(cell -> cell.strip().replaceAll("^`|`$", ""))
                        .toList());
    }

    private static String section(String heading) throws IOException {
        return Files.readString(Path.of("docs/configuration.md"))
                .split("\n## " + heading + "\n", 2)[1]
                .split("\n## ", 2)[0];
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

    @Test
    void the_documented_prices_are_those_that_count() throws IOException {
        var documented = cells("Prices")
                .collect(Collectors.toMap(
                        cells -> cells.get(1),
                        cells -> price(
                                cells.stream().skip(2).map(BigDecimal::new).toList())));

        assertThat(documented)
                .usingRecursiveComparison()
                .withComparatorForType(BigDecimal::compareTo, BigDecimal.class)
                .isEqualTo(PriceList.KNOWN.models());
        assertThat(section("Prices")).contains("as of " + PriceList.KNOWN.asOf());
    }

    private static Price price(List<BigDecimal> amounts) {
        return amounts.size() == 1
                ? new Price.ForSpeech(PriceList.CURRENCY, amounts.getFirst())
                : new Price.ForTokens(
                        PriceList.CURRENCY,
                        amounts.get(0),
                        amounts.get(1),
                        amounts.get(2),
                        amounts.get(3),
                        amounts.get(4),
                        amounts.get(5));
    }
}
