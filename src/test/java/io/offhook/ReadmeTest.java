package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.offhook.agent.AgentFile;
import io.offhook.cli.OffhookCommand;
import io.offhook.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.xpath.XPathConstants;
import javax.xml.xpath.XPathFactory;
import org.junit.jupiter.api.Test;
import org.w3c.dom.NodeList;

/// What the README tells people to type exists.
class ReadmeTest {
    private static final Pattern COMMAND = Pattern.compile("(?<![\\w/-])(?:\\./)?offhook +([a-z][a-z-]*)");
    private static final Pattern LINE_TO_TYPE = Pattern.compile("(?m)^(?:\\$ )?\\./offhook +([^#\\n]+)");
    private static final Pattern YAML = Pattern.compile("```yaml\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern EXPORTED = Pattern.compile("(?m)^export ([A-Z_]+)=(\\S+)");

    /// The demo's own labels; its lines are shown as they were printed.
    private static final String RECORDED_OUTPUT = " {2}[A-Z].*";

    private final String readme = read();

    @Test
    void names_the_command_that_shows_it_and_the_one_that_builds_it() {
        var lines = readme.lines().map(String::strip).toList();

        assertThat(lines).contains("./offhook demo", "./mvnw verify");
    }

    @Test
    void names_only_commands_that_exist() {
        var existing = OffhookCommand.all().getSubcommands().keySet();

        var named = found(COMMAND).map(match -> match.group(1)).collect(Collectors.toSet());

        assertThat(named).contains("demo", "serve", "check");
        assertThat(existing).containsAll(named);
    }

    @Test
    void gives_options_that_exist() {
        var lines = found(LINE_TO_TYPE).map(match -> match.group(1).strip()).toList();

        assertThat(lines).isNotEmpty();
        assertThat(lines).allSatisfy(line -> assertThatCode(
                        () -> OffhookCommand.all().parseArgs(line.split(" +")))
                .doesNotThrowAnyException());
    }

    @Test
    void shows_an_agent_that_can_take_calls() {
        var examples = found(YAML).map(match -> match.group(1)).toList();

        assertThat(examples).isNotEmpty();
        assertThat(examples)
                .allSatisfy(text -> assertThat(
                                AgentFile.parse("README.md", text, Map.of()).name())
                        .isNotEmpty());
    }

    @Test
    void names_all_that_serving_needs_from_the_environment() {
        var exported = found(EXPORTED).collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));

        var missing = Settings.from(exported).missingForServing(true);

        assertThat(missing).isEmpty();
    }

    @Test
    void links_to_files_that_exist() {
        var links = found(Pattern.compile("\\]\\(([^):#]+)\\)"))
                .map(match -> match.group(1))
                .toList();

        assertThat(links).isNotEmpty();
        assertThat(links).allSatisfy(link -> assertThat(Path.of(link)).exists());
    }

    @Test
    void every_page_links_to_files_that_exist() throws IOException {
        try (var files = Files.walk(Path.of("docs"))) {
            var pages = files.filter(file -> file.toString().endsWith(".md")).toList();

            assertThat(pages).isNotEmpty().allSatisfy(page -> assertThat(linked(page))
                    .allSatisfy(link -> assertThat(page.resolveSibling(link)).exists()));
        }
    }

    private static List<String> linked(Path page) {
        return Pattern.compile("\\]\\(([^):#]+)\\)")
                .matcher(text(page.toString()))
                .results()
                .map(match -> match.group(1))
                .toList();
    }

    @Test
    void the_page_on_tests_quotes_a_test_that_runs() {
        var test = text("src/test/java/com/acme/OrderLineTest.java").lines().map(String::strip).toList();

        var quoted = Pattern.compile("(?s)```java\\n(.*?)```")
                .matcher(text("docs/testing.md"))
                .results()
                .flatMap(block -> block.group(1).lines())
                .map(String::strip)
                .toList();

        assertThat(quoted).isNotEmpty();
        assertThat(test).containsAll(quoted);
    }

    @Test
    void every_dependency_has_its_reason_and_no_other_is_named() throws Exception {
        var project = DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(Path.of("pom.xml").toFile());
        var artifacts = (NodeList) XPathFactory.newInstance()
                .newXPath()
                .evaluate("/project//dependencies/dependency/artifactId", project, XPathConstants.NODESET);
        var used = IntStream.range(0, artifacts.getLength())
                .mapToObj(i -> artifacts.item(i).getTextContent())
                .collect(Collectors.toSet());

        var named = Pattern.compile("(?m)^\\| `([^`]+)` \\|")
                .matcher(text("docs/rationale.md"))
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(named).isEqualTo(used);
    }

    @Test
    void lines_are_short_enough_for_a_terminal() {
        var pages = List.of("README.md", "docs/architecture.md", "docs/testing.md", "docs/handoff.md", "docs/rationale.md", "docs/performance.md");

        var tooLong = pages.stream()
                .flatMap(page -> Arrays.stream(text(page).split("\n")))
                .filter(line -> line.length() > 80 && !line.contains("http") && !line.matches(RECORDED_OUTPUT))
                .toList();

        assertThat(tooLong).isEmpty();
    }

    private Stream<MatchResult> found(Pattern pattern) {
        return pattern.matcher(readme).results();
    }

    private static String read() {
        return text("README.md");
    }

    private static String text(String page) {
        try {
            return Files.readString(Path.of(page));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }
}
