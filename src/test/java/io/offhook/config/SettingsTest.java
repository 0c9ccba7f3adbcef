package io.offhook.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SettingsTest {
    @Test
    void an_empty_environment_gives_the_documented_defaults() {
        var settings = Settings.from(Map.of("HOME", "/home/dana"));

        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.home()).isEqualTo(Path.of("/home/dana/.offhook"));
        assertThat(settings.jdbcUrl().reveal()).isEqualTo("jdbc:sqlite:/home/dana/.offhook/offhook.db");
        assertThat(settings.agentFiles()).containsExactly(Path.of("agent.yaml"));
        assertThat(settings.openAi().baseUrl()).isEqualTo(URI.create("https://api.openai.com/v1"));
        assertThat(settings.twilio().restUrl()).isEqualTo(URI.create("https://api.twilio.com"));
        assertThat(settings.twilio().authTokens()).isEmpty();
        assertThat(settings.publicUrl()).isEmpty();
        assertThat(settings.adminToken()).isEmpty();
        assertThat(settings.drain()).isEqualTo(new Settings.Drain(Duration.ofMinutes(15), Duration.ofSeconds(10)));
    }

    @Test
    void every_variable_is_read() {
        var settings = Settings.from(Map.ofEntries(
                Map.entry("TWILIO_ACCOUNT_SID", "ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                Map.entry("TWILIO_AUTH_TOKEN", "new-token, old-token"),
                Map.entry("TWILIO_API_KEY", "SKbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"),
                Map.entry("TWILIO_API_SECRET", "hush"),
                Map.entry("TWILIO_REGION", "ie1"),
                Map.entry("TWILIO_EDGE", "dublin"),
                Map.entry("TWILIO_WORKFLOW_SID", "WWcccccccccccccccccccccccccccccccc"),
                Map.entry("OPENAI_API_KEY", "sk-test"),
                Map.entry("OPENAI_BASE_URL", "ws://127.0.0.1:9101/v1/"),
                Map.entry("OFFHOOK_PUBLIC_URL", "https://voice.example.com/acme/"),
                Map.entry("OFFHOOK_JDBC_URL", "jdbc:postgresql://db/offhook?password=x"),
                Map.entry("OFFHOOK_AGENT", "support.yaml, sales.yaml"),
                Map.entry("OFFHOOK_HOME", "/var/lib/offhook"),
                Map.entry("OFFHOOK_ADMIN_TOKEN", "0123456789abcdef"),
                Map.entry("OFFHOOK_DRAIN_DEADLINE", "1h30m"),
                Map.entry("OFFHOOK_DRAIN_CONVERGE", "0s"),
                Map.entry("PORT", "0")));

        assertThat(settings.twilio())
                .isEqualTo(new Settings.Twilio(
                        Optional.of("ACaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"),
                        List.of(new Secret("new-token"), new Secret("old-token")),
                        Optional.of(new Settings.ApiKey("SKbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb", new Secret("hush"))),
                        Optional.of(new Settings.Realm("ie1", "dublin")),
                        Optional.of("WWcccccccccccccccccccccccccccccccc"),
                        URI.create("https://api.dublin.ie1.twilio.com")));
        assertThat(settings.openAi().apiKey()).contains(new Secret("sk-test"));
        assertThat(settings.openAi().baseUrl()).isEqualTo(URI.create("ws://127.0.0.1:9101/v1"));
        assertThat(settings.publicUrl()).contains(URI.create("https://voice.example.com/acme"));
        assertThat(settings.jdbcUrl().reveal()).isEqualTo("jdbc:postgresql://db/offhook?password=x");
        assertThat(settings.agentFiles()).containsExactly(Path.of("support.yaml"), Path.of("sales.yaml"));
        assertThat(settings.home()).isEqualTo(Path.of("/var/lib/offhook"));
        assertThat(settings.adminToken()).contains(new Secret("0123456789abcdef"));
        assertThat(settings.drain()).isEqualTo(new Settings.Drain(Duration.ofMinutes(90), Duration.ZERO));
        assertThat(settings.port()).isZero();
    }

    @Test
    void the_experimental_meters_are_there_for_whoever_asks_for_them() {
        var variable = "OTEL_SEMCONV_STABILITY_OPT_IN";

        assertThat(Settings.from(Map.of()).genAiMeters()).isFalse();
        assertThat(Settings.from(Map.of(variable, "http,database/dup")).genAiMeters()).isFalse();
        assertThat(Settings.from(Map.of(variable, "http, gen_ai_latest_experimental")).genAiMeters())
                .isTrue();
    }

    @Test
    void all_mistakes_are_reported_at_once_and_show_no_secret() {
        var environment = Map.of(
                "TWILIO_ACCOUNT_SID", "hunter2",
                "TWILIO_AUTH_TOKEN", "a,b,c",
                "TWILIO_API_KEY", "SK1",
                "TWILIO_EDGE", "dublin",
                "OFFHOOK_PUBLIC_URL", "http://voice.example.com",
                "OFFHOOK_JDBC_URL", "jdbc:h2:mem:hunter2",
                "OFFHOOK_ADMIN_TOKEN", "hunter2",
                "OFFHOOK_DRAIN_DEADLINE", "soon",
                "OFFHOOK_LOG", "everything",
                "PORT", "http");

        var exception = catchThrowableOfType(ConfigException.class, () -> Settings.from(environment));

        assertThat(exception.mistakes()).hasSize(10);
        assertThat(exception)
                .hasMessageContainingAll(
                        "environment: TWILIO_ACCOUNT_SID must be AC and 32 letters or digits.",
                        "environment: TWILIO_API_KEY is set but TWILIO_API_SECRET is not.\n  Set both or neither",
                        "environment: TWILIO_EDGE is set but TWILIO_REGION is not.",
                        "environment: OFFHOOK_PUBLIC_URL uses http, which is accepted for this machine only.",
                        "environment: OFFHOOK_DRAIN_DEADLINE is \"soon\"",
                        "environment: OFFHOOK_LOG is \"everything\".\n  Use ERROR, WARN, INFO or DEBUG.",
                        "environment: PORT is \"http\".\n  Use a number from 0 (any free port) to 65535.");
        assertThat(exception.getMessage()).doesNotContain("hunter2");
    }

    /// Half a SID passes for one at a glance, and would stop a server that has already begun to start.
    @ParameterizedTest
    @CsvSource({"TWILIO_ACCOUNT_SID,AC", "TWILIO_API_KEY,SK", "TWILIO_WORKFLOW_SID,WW"})
    void a_sid_has_two_letters_and_32_more_characters(String name, String letters) {
        var right = letters + "0123456789abcdef0123456789abcdef";
        for (var wrong : List.of(letters + "123", right.substring(0, 33), right + "0", right.replace('9', '-'))) {
            var exception = catchThrowableOfType(
                    ConfigException.class, () -> Settings.from(Map.of(name, wrong, "TWILIO_API_SECRET", "x")));

            assertThat(exception).as(wrong).hasMessageContaining(name + " must be " + letters + " and 32 letters");
            assertThat(exception.getMessage()).doesNotContain(wrong);
        }
        assertThat(Settings.read(Map.of(name, right, "TWILIO_API_SECRET", "x")).mistakes())
                .extracting(Mistake::what)
                .noneMatch(what -> what.startsWith(name));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "https://a.example",
                "https://a.example:8443",
                "https://a.example/voice/agent-1",
                "http://localhost:8080",
                "http://127.0.0.1",
                "http://[::1]:8080"
            })
    void public_urls_that_are_fine(String url) {
        assertThat(Settings.from(Map.of("OFFHOOK_PUBLIC_URL", url)).publicUrl()).contains(URI.create(url));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a.example",
                "ftp://a.example",
                "wss://a.example",
                "http://a.example",
                "http://localhost.a.example",
                "http://127.0.0.1.nip.io",
                "https://a.example?x=1",
                "https://a.example/#x",
                "https://user:pw@a.example",
                "https://a.example/..",
                "https://a.example/a/./b",
                "https://a.example//b",
                "https://a.example/a%2fb",
                "https://a.example/a;b",
                "https://",
                "https://a b"
            })
    void public_urls_that_are_refused(String url) {
        var exception =
                catchThrowableOfType(ConfigException.class, () -> Settings.from(Map.of("OFFHOOK_PUBLIC_URL", url)));

        assertThat(exception.mistakes()).hasSize(1);
        assertThat(exception).hasMessageStartingWith("environment: OFFHOOK_PUBLIC_URL ");
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://openai.example/v1", "ws://openai.example/v1"})
    void the_engine_is_never_reached_unencrypted_beyond_this_machine(String url) {
        var exception =
                catchThrowableOfType(ConfigException.class, () -> Settings.from(Map.of("OPENAI_BASE_URL", url)));

        assertThat(exception).hasMessageContaining("accepted for this machine only");
    }

    @Test
    void serving_asks_for_everything_that_is_missing() {
        var settings = Settings.from(Map.of());

        var exception = catchThrowableOfType(ConfigException.class, () -> settings.requireForServing(true));

        assertThat(exception.mistakes())
                .extracting(Mistake::what)
                .containsExactly(
                        "TWILIO_ACCOUNT_SID is missing.",
                        "TWILIO_AUTH_TOKEN is missing.",
                        "OFFHOOK_PUBLIC_URL is missing.",
                        "OPENAI_API_KEY is missing.");
        assertThat(settings.missingForServing(false)).hasSize(3);
    }

    @Test
    void an_empty_variable_counts_as_not_set() {
        var settings = Settings.from(Map.of("PORT", "", "OFFHOOK_PUBLIC_URL", " ", "TWILIO_REGION", ""));

        assertThat(settings.port()).isEqualTo(8080);
        assertThat(settings.publicUrl()).isEmpty();
    }

    @Test
    void a_tilde_means_the_users_home() {
        var settings = Settings.from(Map.of("HOME", "/home/dana", "OFFHOOK_HOME", "~/data"));

        assertThat(settings.home()).isEqualTo(Path.of("/home/dana/data"));
    }

    @Test
    void settings_print_without_their_secrets() {
        var settings = Settings.from(Map.of(
                "OPENAI_API_KEY", "sk-hunter2",
                "TWILIO_AUTH_TOKEN", "hunter2",
                "OFFHOOK_JDBC_URL", "jdbc:postgresql://db/x?password=hunter2",
                "OFFHOOK_ADMIN_TOKEN", "hunter2-hunter2-hunter2"));

        assertThat(settings.toString()).contains("***").doesNotContain("hunter2");
    }

    @ParameterizedTest
    @CsvSource({"400ms,400", "10s,10000", "1h30m,5400000", "7d,604800000", "1m500ms,60500", "0s,0"})
    void durations_are_read_and_printed(String text, long millis) {
        assertThat(HumanDuration.parse(text)).contains(Duration.ofMillis(millis));
        assertThat(HumanDuration.print(Duration.ofMillis(millis))).isEqualTo(text);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "10", "s", "1.5s", "-1s", "10 s", "1m1h", "1s1s", "9999999999999999999s"})
    void what_is_no_duration(String text) {
        assertThat(HumanDuration.parse(text)).isEmpty();
    }
}
