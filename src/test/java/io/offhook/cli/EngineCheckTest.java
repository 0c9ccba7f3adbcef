package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentProfile;
import io.offhook.config.Secret;
import io.offhook.config.Settings;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.SimulatedEngine;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A session for each agent, against an engine that refuses what the real one refuses.
@Timeout(300)
class EngineCheckTest {
    private static final Duration LONG = Duration.ofMinutes(4);
    private static final String KEY = "sk-hunter2";

    private final SimulatedEngine engine =
            SimulatedEngine.builder().apiKey(KEY).models("gpt-realtime-2.1").start();

    @AfterEach
    void close() {
        engine.close();
    }

    private static AgentProfile agent(String name, String lines) {
        return AgentFile.parse("agent.yaml", """
                offhook: 1
                name: %s
                instructions: You sell shoes.
                escalate: "+14155550100"
                """.formatted(name) + lines, Map.of());
    }

    private List<Finding> findings(AgentProfile... agents) throws InterruptedException {
        return findings(KEY, LONG, agents);
    }

    private List<Finding> findings(String key, Duration patience, AgentProfile... agents) throws InterruptedException {
        var settings = new Settings.OpenAi(Optional.of(new Secret(key)), engine.baseUrl());
        return EngineCheck.of(settings, List.of(agents), patience);
    }

    @Test
    void an_agent_whom_the_engine_takes_opens_a_session_as_a_call_does() throws Exception {
        var findings = findings(agent("acme", "tools: { ping: GET http://127.0.0.1:9/ping }"));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.level()).isEqualTo(Finding.Level.OK);
            assertThat(finding.what()).isEqualTo("OPENAI_API_KEY");
            assertThat(finding.text()).matches("realtime session opened in \\d+ ms \\(gpt-realtime-2\\.1\\)");
        });
        assertThat(engine.latest().orElseThrow().settings().toString()).contains("You sell shoes.", "ping", "end_call");
    }

    @Test
    void a_voice_that_the_engine_does_not_have_is_named_with_the_engine_s_own_words() throws Exception {
        var findings = findings(agent("acme", "languages: { en: { voice: marni } }"), agent("sales", "number: +14155550199"));

        assertThat(findings).hasSize(2);
        assertThat(findings.getFirst())
                .satisfies(finding -> assertThat(finding.text())
                        .startsWith("the engine refuses the voice \"marni\": ")
                        .contains("Supported values are", "cedar"))
                .isEqualTo(Finding.error(
                        OffhookCommand.USAGE,
                        "acme: languages.en.voice",
                        findings.getFirst().text(),
                        "Correct languages.en.voice in agent.yaml; every call of this agent would fail."));
        assertThat(findings.getLast().text()).contains("session opened").endsWith(", agent sales");
    }

    @Test
    void a_model_that_does_not_exist_is_a_mistake_in_the_agent_s_file() throws Exception {
        var findings = findings(agent("acme", "engine: openai/gpt-relatime-2.1"));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.exitCode()).isEqualTo(OffhookCommand.USAGE);
            assertThat(finding.what()).isEqualTo("acme: engine");
            assertThat(finding.text()).contains("the model \"gpt-relatime-2.1\"", "does not exist");
        });
    }

    @Test
    void a_key_that_is_refused_is_said_once_and_never_shown() throws Exception {
        var findings = findings("sk-hunter3", LONG, agent("acme", ""), agent("sales", "number: +14155550199"));

        assertThat(findings).singleElement().satisfies(finding -> {
            assertThat(finding.exitCode()).isEqualTo(OffhookCommand.CREDENTIALS);
            assertThat(finding.text()).startsWith("refused with HTTP 401");
            assertThat(finding.toString()).doesNotContain("hunter");
        });
    }

    @ParameterizedTest
    @EnumSource(
            value = EngineFault.class,
            names = {"FORBIDDEN", "TOO_MANY_REQUESTS", "UNAVAILABLE", "RESET", "CUT_AT_CONNECT"})
    void what_is_in_the_way_of_a_session_decides_the_exit_code(EngineFault fault) throws Exception {
        engine.inject(fault);

        var finding = findings(agent("acme", "")).getFirst();

        assertThat(finding.exitCode())
                .isEqualTo(
                        switch (fault) {
                            case FORBIDDEN -> OffhookCommand.CREDENTIALS;
                            case RESET -> OffhookCommand.UNREACHABLE;
                            default -> OffhookCommand.FOUND_ERRORS;
                        });
        assertThat(finding.fix()).isNotEmpty();
    }

    @Test
    void an_engine_that_never_confirms_is_not_waited_for_for_ever() throws Exception {
        engine.inject(EngineFault.NO_SESSION_UPDATED);

        var finding = findings(KEY, Duration.ofSeconds(1), agent("acme", "")).getFirst();

        assertThat(finding.exitCode()).isEqualTo(OffhookCommand.UNREACHABLE);
        assertThat(finding.text()).contains("engine_timeout");
    }

    @Test
    void the_scheme_of_the_engine_s_address_may_be_in_capitals() throws Exception {
        var capitals = URI.create("HTTP://127.0.0.1:" + engine.port() + "/v1");

        var findings = EngineCheck.of(
                new Settings.OpenAi(Optional.of(new Secret(KEY)), capitals), List.of(agent("acme", "")), LONG);

        assertThat(findings.getFirst().text()).contains("session opened");
    }

    @Test
    void the_offline_engine_is_not_asked() throws Exception {
        assertThat(findings(agent("acme", "engine: demo"))).isEmpty();
        assertThat(engine.attempts()).isEmpty();
    }
}
