package com.acme;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Offhook;
import io.offhook.agent.AgentDirectory;
import io.offhook.config.Settings;
import io.offhook.simulator.Caller;
import io.offhook.simulator.ScriptedDialogue;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.simulator.SimulatedEngine;
import io.offhook.tool.Tool;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An agent of one's own in a call of one's own, as docs/testing.md shows it.
class OrderLineTest {
    private static final Duration SOON = Duration.ofSeconds(10);

    static final class Orders implements Tool {
        @Override
        public String name() {
            return "orders";
        }

        @Override
        public String about() {
            return "Looks up an order";
        }

        @Override
        public String parameters() {
            return """
                    {"type":"object","properties":{"number":{"type":"string"}},"required":["number"]}""";
        }

        @Override
        public Object run(Tool.Invocation invocation) {
            return Map.of("number", invocation.arguments().get("number"), "status", "shipped");
        }
    }

    @Test
    void a_caller_learns_that_the_order_has_shipped(@TempDir Path folder) throws Exception {
        var script = new ScriptedDialogue()
                .calls("order_status", "{\"number\":\"AB7492\"}")
                .says("It has shipped.");
        var agent = Files.writeString(folder.resolve("agent.yaml"), """
                offhook: 1
                name: acme
                greeting: { say: Hello., cached: false }
                instructions: You answer the order line.
                tools: { order_status: { java: orders } }
                escalate: "+14155550100"
                """);
        try (var engine = SimulatedEngine.builder().dialogue(script).start()) {
            var environment = Map.of(
                    "TWILIO_ACCOUNT_SID", "AC00000000000000000000000000000001",
                    "TWILIO_AUTH_TOKEN", "a-token",
                    "OPENAI_API_KEY", "sk-test",
                    "OPENAI_BASE_URL", engine.baseUrl().toString(),
                    "OFFHOOK_PUBLIC_URL", "https://voice.example.com",
                    "OFFHOOK_HOME", folder.toString(),
                    "PORT", "0");
            var settings = Settings.from(environment);
            var agents = AgentDirectory.open(List.of(agent), environment);
            try (var offhook = Offhook.create(settings, agents)
                            .tool(new Orders())
                            .start();
                    var carrier = SimulatedCarrier.builder()
                            .account("AC00000000000000000000000000000001", "a-token")
                            .voiceUrl("https://voice.example.com/voice/incoming")
                            .statusCallback("https://voice.example.com/voice/status")
                            .reach(
                                    URI.create("https://voice.example.com"),
                                    URI.create("http://127.0.0.1:" + offhook.port()))
                            .start()) {
                var call = carrier.ring(Caller.of("+14155550123", "+18005550199"));
                call.awaitHeard(Duration.ofMillis(300), SOON);

                engine.typed("Where is order AB7492?");

                assertThat(call.awaitHeard(Duration.ofSeconds(1), SOON)).isTrue();
                assertThat(script.causes()).anyMatch(cause -> cause.contains("shipped"));
            }
        }
    }
}
