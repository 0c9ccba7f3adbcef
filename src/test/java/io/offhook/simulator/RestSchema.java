package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.Error;
import com.networknt.schema.SchemaLocation;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// The documented shapes of Twilio's REST resources, closed, for holding answers against.
final class RestSchema {
    private static final String ID = "https://offhook.invalid/twilio-rest.schema.json";
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final SchemaRegistry REGISTRY = SchemaRegistry.withDefaultDialect(
            SpecificationVersion.DRAFT_2020_12, builder -> builder.schemas(Map.of(ID, read())));

    private RestSchema() {}

    static JsonNode check(String resource, String json) {
        var node = JSON.readTree(json);
        assertThat(faults(resource, node)).as(resource + ": " + json).isEmpty();
        return node;
    }

    private static List<String> faults(String resource, JsonNode json) {
        var schema = REGISTRY.getSchema(SchemaLocation.of(ID + "#/$defs/" + resource));
        return schema.validate(json).stream().map(Error::toString).toList();
    }

    private static String read() {
        try (var in = RestSchema.class.getResourceAsStream("/twilio/rest.schema.json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
