package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.List;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;

class EngineSchemaTest {
    private final RealtimeSchema schema = RealtimeSchema.instance();

    @TestFactory
    Stream<DynamicTest> accepts_every_valid_sample() throws IOException {
        return stream(samples().path("valid")).map(event -> DynamicTest.dynamicTest(type(event), () -> {
            var faults = isFromServer(event) ? schema.faultsOfServerEvent(event) : schema.faultsOfClientEvent(event);

            assertThat(faults).isEmpty();
        }));
    }

    @TestFactory
    Stream<DynamicTest> refuses_every_invalid_sample() throws IOException {
        return stream(samples().path("invalid"))
                .map(sample -> DynamicTest.dynamicTest(Json.text(sample, "reason"), () ->
                        assertThat(schema.faultsOfClientEvent(sample.path("event"))).isNotEmpty()));
    }

    @Test
    void names_what_is_wrong_as_the_service_does() throws IOException {
        var refusals = stream(samples().path("invalid"))
                .map(sample -> schema.faultsOfClientEvent(sample.path("event")).getFirst())
                .map(fault -> fault.substring(0, fault.indexOf(':')))
                .toList();

        assertThat(refusals)
                .containsExactly(
                        "missing_required_parameter session.type",
                        "invalid_value session.audio.input.turn_detection.idle_timeout_ms",
                        "unknown_parameter session.audio.input.turn_detection.idle_timeout_ms",
                        "invalid_value session.output_modalities",
                        "invalid_value session.audio.output.format",
                        "invalid_value type",
                        "missing_required_parameter content_index",
                        "missing_required_parameter item.call_id");
    }

    @Test
    void refuses_more_than_sixteen_pairs_of_metadata_and_values_above_512_characters() {
        var many = Json.object("response.create");
        var metadata = many.putObject("response").putObject("metadata");
        for (int i = 0; i < 17; i++) {
            metadata.put("key" + i, "value");
        }
        var large = Json.object("response.create");
        large.putObject("response").putObject("metadata").put("key", "x".repeat(513));

        var refusals = List.of(schema.faultsOfClientEvent(many), schema.faultsOfClientEvent(large));

        assertThat(refusals).allSatisfy(faults -> assertThat(faults)
                .singleElement()
                .asString()
                .startsWith("invalid_value response.metadata"));
    }

    private static boolean isFromServer(JsonNode event) {
        return event.has("event_id") && Json.text(event, "event_id").startsWith("event_");
    }

    private static String type(JsonNode event) {
        return Json.text(event, "type");
    }

    private static Stream<JsonNode> stream(JsonNode array) {
        return StreamSupport.stream(array.spliterator(), false);
    }

    private static JsonNode samples() throws IOException {
        try (var in = EngineSchemaTest.class.getResourceAsStream("/openai/openai-realtime-events.samples.json")) {
            return Json.MAPPER.readTree(in);
        }
    }
}
