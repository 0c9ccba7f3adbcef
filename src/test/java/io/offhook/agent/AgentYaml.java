package io.offhook.agent;

import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/// Short ways to agent.yaml text for tests.
final class AgentYaml {
    static final String MINIMAL = """
            offhook: 1
            name: acme
            instructions: You answer the phone.
            escalate: "+14155550100"
            """;

    private AgentYaml() {}

    /// The minimal agent with these lines in addition.
    static AgentProfile with(String lines) {
        return parse(MINIMAL + lines, Map.of());
    }

    static AgentProfile parse(String text, Map<String, String> environment) {
        return AgentFile.parse("agent.yaml", text, environment);
    }

    static List<Mistake> mistakesWith(String lines) {
        return mistakes(MINIMAL + lines);
    }

    static List<Mistake> mistakes(String text) {
        var exception = catchThrowableOfType(ConfigException.class, () -> parse(text, Map.of()));
        return exception == null ? List.of() : exception.mistakes();
    }

    static String resource(String name) {
        try (var in = AgentYaml.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalArgumentException("no test resource " + name);
            }
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException bad) {
            throw new UncheckedIOException(bad);
        }
    }
}
