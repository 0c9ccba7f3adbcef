package io.offhook.agent;

import static io.offhook.agent.AgentYaml.mistakesWith;
import static io.offhook.agent.AgentYaml.with;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.config.Mistake;
import io.offhook.config.Secret;
import java.net.URI;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookReaderTest {
    private static final String SECRET = "0123456789abcdef";

    @Test
    void a_webhook_hears_everything_and_is_called_by_its_host_unless_told_otherwise() {
        var agent = with("""
                webhooks:
                  - { url: https://hooks.acme.example/x, secret: 0123456789abcdef-1 }
                  - name: warehouse
                    url: http://127.0.0.1:9000/calls
                    secret: [ 0123456789abcdef-2, 0123456789abcdef-3 ]
                    events: call.ended
                """);

        assertThat(agent.webhooks())
                .containsExactly(
                        new WebhookProfile(
                                "hooks.acme.example",
                                URI.create("https://hooks.acme.example/x"),
                                List.of(new Secret(SECRET + "-1")),
                                Set.of("call.ended", "handoff.created", "voicemail.left")),
                        new WebhookProfile(
                                "warehouse",
                                URI.create("http://127.0.0.1:9000/calls"),
                                List.of(new Secret(SECRET + "-2"), new Secret(SECRET + "-3")),
                                Set.of("call.ended")));
    }

    @Test
    void url_and_secret_may_come_from_the_environment_and_are_not_printed() {
        var agent = AgentYaml.parse(
                AgentYaml.MINIMAL + "webhooks: [ { url: \"${URL}\", secret: \"${SECRET}\" } ]",
                Map.of("URL", "https://hooks.acme.example/token-in-the-path", "SECRET", SECRET));

        assertThat(agent.webhooks()).hasSize(1);
        assertThat(agent.webhooks().toString()).doesNotContain(SECRET).doesNotContain("token-in-the-path");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://hooks.acme.example",
                "ftp://hooks.acme.example",
                "hooks.acme.example/x",
                "https:///x",
                "https://user:hunter2@hooks.acme.example",
                "https://hooks.acme.example/#x",
                "https://hooks.acme.example/a b"
            })
    void what_is_no_safe_address_is_refused_with_its_line(String url) {
        var mistakes = mistakesWith("webhooks:\n  - secret: 0123456789abcdef-\n    url: '" + url + "'\n");

        assertThat(mistakes).singleElement().extracting(Mistake::where).isEqualTo("agent.yaml:7:10");
    }

    @Test
    void every_mistake_is_reported_at_once_and_no_secret_is_quoted() {
        var mistakes = mistakesWith("""
                webhooks:
                  - { url: https://a.example, secret: hunter2 }
                  - { url: https://b.example }
                  - { url: https://c.example, secret: [ hunter2, 0123456789abcdef-, 0123456789abcdef- ] }
                  - { url: https://d.example, secret: 0123456789abcdef-, events: [ call.end ], retries: 3 }
                  - { url: https://d.example/2, secret: 0123456789abcdef- }
                  - https://e.example
                """);

        assertThat(mistakes)
                .extracting(Mistake::where)
                .containsExactly(
                        "agent.yaml:6:39",
                        "agent.yaml:7:5",
                        "agent.yaml:8:39",
                        "agent.yaml:8:41",
                        "agent.yaml:9:68",
                        "agent.yaml:9:80",
                        "agent.yaml:10:5",
                        "agent.yaml:11:5");
        assertThat(mistakes.toString()).contains("Did you mean call.ended?").doesNotContain("hunter2");
    }
}
