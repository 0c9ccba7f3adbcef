package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// docs/metrics.md against the meters that a server has: by name in its sources, by type and labels in a scrape.
class MetricsDocsTest {
    private static final Pattern NAME = Pattern.compile("\"(offhook\\.[a-z.]+)\"");
    private static final Pattern SAMPLE = Pattern.compile("(?<name>[a-z_]+)(\\{(?<labels>.*)})? \\S+");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"[^\"]*\"");
    private static final Pattern TYPE = Pattern.compile("# TYPE (?<name>[a-z_]+) (?<type>[a-z]+)");

    private record Meter(String type, Set<String> labels) {}

    @Test
    void the_documented_meters_are_those_of_the_sources() throws IOException {
        var inSources = new TreeSet<String>();
        try (var files = Files.walk(Path.of("src/main/java/io/offhook/metrics"))) {
            for (var file : Stream.concat(files.filter(Files::isRegularFile), Stream.of(Path.of("src/main/java/io/offhook/Offhook.java")))
                    .toList()) {
                NAME.matcher(Files.readString(file)).results().map(it -> it.group(1)).forEach(inSources::add);
            }
        }

        assertThat(documented().keySet().stream().filter(name -> name.startsWith("offhook.")))
                .containsExactlyInAnyOrderElementsOf(inSources);
    }

    @Test
    void what_a_whole_call_leaves_behind_has_the_documented_types_and_labels() throws IOException {
        try (var server = TestServer.plan()
                .set("OTEL_SEMCONV_STABILITY_OPT_IN", "gen_ai_latest_experimental")
                .start()) {
            server.script
                    .calls("look_into_the_stars", "{}")
                    .says("I have looked.");
            var call = server.ringAndGreet();
            server.says("What do the stars say?");
            server.hears(call, GREETING, "I have looked.");
            call.press('0');
            server.awaitPerson(call);
            call.awaitEnded(PATIENCE);
            var _ = server.disposition(call);

            var scraped = scraped(Webhook.get(server.offhook.port(), "/metrics").body());

            var documented = documented().entrySet().stream()
                    .collect(Collectors.toMap(meter -> prometheus(meter.getKey(), meter.getValue().type()), Map.Entry::getValue));
            assertThat(documented).containsAllEntriesOf(scraped);
            assertThat(scraped.keySet())
                    .contains(
                            "offhook_calls_total",
                            "offhook_calls_active",
                            "offhook_call_duration_seconds",
                            "offhook_call_first_audio_seconds",
                            "offhook_tool_duration_seconds",
                            "offhook_escalations_total",
                            "offhook_handoff_wait_seconds",
                            "offhook_tokens_total",
                            "offhook_cost_total",
                            "gen_ai_client_inference_duration_seconds",
                            "gen_ai_client_inference_time_to_first_chunk_seconds",
                            "gen_ai_client_inference_usage_input_tokens_total",
                            "gen_ai_client_inference_usage_output_tokens_total");
        }
    }

    @Test
    void names_that_may_change_are_there_for_whoever_asks_only() {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet();
            call.hangUp();
            call.awaitEnded(PATIENCE);

            assertThat(server.offhook.metrics()).contains("offhook_tokens_total").doesNotContain("gen_ai");
        }
    }

    private static Map<String, Meter> documented() throws IOException {
        var meters = new LinkedHashMap<String, Meter>();
        Files.readString(Path.of("docs/metrics.md"))
                .lines()
                .filter(line -> line.startsWith("| `"))
                .map(line -> line.split("\\|"))
                .forEach(cells -> meters.put(
                        cells[1].strip().replace("`", ""),
                        new Meter(
                                cells[2].strip(),
                                Arrays.stream(cells[3].split(","))
                                        .map(String::strip)
                                        .filter(label -> !label.equals("-"))
                                        .map(label -> label.replace('.', '_'))
                                        .collect(Collectors.toSet()))));
        return meters;
    }

    private static String prometheus(String name, String type) {
        var ending = Map.of("counter", "_total", "timer", "_seconds", "gauge", "");
        return name.replace('.', '_') + ending.get(type);
    }

    /// Every meter of the scrape; the largest value of a timer is a part of it.
    private static Map<String, Meter> scraped(String text) {
        var types = text.lines()
                .map(TYPE::matcher)
                .filter(type -> type.matches() && !type.group("name").endsWith("_seconds_max"))
                .collect(Collectors.toMap(type -> type.group("name"), type -> type.group("type")));
        var meters = new LinkedHashMap<String, Meter>();
        text.lines().map(SAMPLE::matcher).filter(sample -> sample.matches()).forEach(sample -> {
            var name = sample.group("name").replaceAll("_(count|sum|bucket|max)$", "");
            var type = types.getOrDefault(name, types.getOrDefault(sample.group("name"), "unknown"));
            var labels = LABEL.matcher(sample.group("labels") == null ? "" : sample.group("labels"))
                    .results()
                    .map((MatchResult label) -> label.group(1))
                    .filter(label -> !label.equals("le"))
                    .collect(Collectors.toSet());
            meters.put(name, new Meter(type.equals("histogram") ? "timer" : type, labels));
        });
        return meters;
    }
}
