package io.offhook.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.openai.core.ObjectMappers;
import com.openai.models.realtime.RealtimeClientEvent;
import io.offhook.simulator.RealtimeSchema;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Two strangers' opinions on what we send: the published schema, and the official SDK's types. And the recorded events.
final class Oracles {
    static final JsonMapper MAPPER = JsonMapper.builder().build();

    private Oracles() {}

    /// Both accept the event.
    static JsonNode accepted(String event) {
        var tree = MAPPER.readTree(event);
        assertThat(RealtimeSchema.instance().faultsOfClientEvent(tree)).as(event).isEmpty();
        try {
            var typed = ObjectMappers.jsonMapper().readValue(event, RealtimeClientEvent.class);
            assertThat(typed.isValid()).as(event).isTrue();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return tree;
    }

    static String recorded(String name) {
        try (var in = Objects.requireNonNull(Oracles.class.getResourceAsStream("/openai/" + name), name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
