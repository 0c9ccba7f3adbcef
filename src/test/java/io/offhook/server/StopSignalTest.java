package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.Caller;
import io.offhook.simulator.Humans;
import io.offhook.simulator.ScriptedDialogue;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.simulator.SimulatedEngine;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server in a process of its own, stopped as an operating system stops it.
@DisabledOnOs(OS.WINDOWS)
@Execution(ExecutionMode.CONCURRENT)
class StopSignalTest {
    private static final Pattern READY = Pattern.compile("ready on port (\\d+)");
    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    Path home;

    @Test
    void the_first_term_lets_calls_go_on_and_the_second_takes_them_to_a_person() throws Exception {
        try (var engine = SimulatedEngine.builder()
                .apiKey(TestServer.KEY)
                .dialogue(new ScriptedDialogue().afterwardsSays("Yes."))
                .start()) {
            var log = home.resolve("log.txt");
            var server = serve(engine, log);
            try (var carrier = SimulatedCarrier.builder()
                    .account(TestServer.ACCOUNT, TestServer.TOKEN)
                    .voiceUrl(TestServer.PUBLIC + "/voice/incoming")
                    .statusCallback(TestServer.PUBLIC + "/voice/status")
                    .reach(TestServer.PUBLIC, URI.create("http://127.0.0.1:" + port(server, log)))
                    .humans(new Humans().answer(TestServer.PERSON, Duration.ofMillis(200), Duration.ofMillis(200)))
                    .start()) {
                int port = port(server, log);
                var call = carrier.ring(Caller.of(TestServer.CALLER, TestServer.NUMBER));
                assertThat(call.awaitHeard(TestServer.spoken(TestServer.GREETING), PATIENCE)).isTrue();

                server.destroy();

                await().atMost(PATIENCE)
                        .until(() -> Webhook.get(port, "/readyz").statusCode() == 503);
                assertThat(Webhook.get(port, "/livez").statusCode()).isEqualTo(200);
                assertThat(call.steps(CallStep.StreamClosed.class)).isEmpty();
                var told = call.sinceRing();

                server.destroy();

                call.await(CallStep.Bridged.class, PATIENCE)
                        .orElseThrow(() -> new AssertionError("nobody takes over: " + call.steps() + call.notices()));
                assertThat(call.steps(CallStep.Said.class).getFirst().at().minus(told))
                        .isLessThanOrEqualTo(Duration.ofSeconds(15));
                assertThat(server.waitFor(PATIENCE.toSeconds(), TimeUnit.SECONDS)).isTrue();
                assertThat(server.exitValue()).isZero();
                assertThat(logged(log))
                        .anyMatch(line -> line.path("level").asString().equals("WARN")
                                && line.path("formattedMessage").asString().startsWith("told again to stop"));
            } finally {
                server.destroyForcibly();
            }
        }
    }

    /// What was logged, each line a JSON document; the rest is for people.
    private static List<JsonNode> logged(Path log) throws IOException {
        return Files.readAllLines(log).stream()
                .filter(line -> line.startsWith("{"))
                .map(line -> JsonMapper.shared().readTree(line))
                .toList();
    }

    private Process serve(SimulatedEngine engine, Path log) throws IOException {
        var agent = Files.writeString(home.resolve("agent.yaml"), """
                offhook: 1
                name: acme
                engine: openai/gpt-realtime-2.1
                greeting: { say: "%s", cached: false }
                instructions: You answer the phone.
                escalate: { to: { default: { dial: "%s", wait: 5s, else: voicemail } } }
                privacy: { disclose: none }
                """.formatted(TestServer.GREETING, TestServer.PERSON));
        var command = new ArrayList<>(NodeImage.command());
        command.addAll(List.of("io.offhook.Main", "serve"));
        var process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile());
        process.environment()
                .putAll(Map.of(
                        "TWILIO_ACCOUNT_SID", TestServer.ACCOUNT,
                        "TWILIO_AUTH_TOKEN", TestServer.TOKEN,
                        "OPENAI_API_KEY", TestServer.KEY,
                        "OPENAI_BASE_URL", engine.baseUrl().toString(),
                        "OFFHOOK_PUBLIC_URL", TestServer.PUBLIC.toString(),
                        "OFFHOOK_HOME", home.toString(),
                        "OFFHOOK_AGENT", agent.toString(),
                        "PORT", "0"));
        return process.start();
    }

    private static int port(Process server, Path log) {
        var port = new int[1];
        await().atMost(START).until(() -> {
            var text = Files.readString(log);
            var ready = READY.matcher(text);
            if (!server.isAlive()) {
                throw new AssertionError("the server does not start: " + text);
            }
            if (ready.find()) {
                port[0] = Integer.parseInt(ready.group(1));
            }
            return port[0] != 0;
        });
        return port[0];
    }
}
