package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.http.UpgradeRejectedException;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineHandshakeTest {
    private static final Map<String, String> KEY = Map.of("Authorization", "Bearer sk-test");
    private static final String URI = "/v1/realtime?model=gpt-realtime-2.1";

    private final SimulatedEngine engine = SimulatedEngine.builder()
            .speed(50)
            .apiKey("sk-test")
            .models("gpt-realtime-2.1")
            .start();

    @AfterEach
    void stop() {
        engine.close();
    }

    @Test
    void begins_with_the_full_default_session_and_the_conversation() {
        try (var client = RealtimeClient.connect(engine)) {
            var created = client.next("session.created").path("session");
            var conversation = client.next("conversation.created").path("conversation");

            assertThat(client.types()).containsExactly("session.created", "conversation.created");
            assertThat(created.path("model").stringValue()).isEqualTo("gpt-realtime-2.1");
            assertThat(created.path("expires_at").asLong()).isPositive();
            assertThat(created.at("/audio/input/format").toString())
                    .isEqualTo("{\"type\":\"audio/pcm\",\"rate\":24000}");
            assertThat(created.at("/audio/output/format/rate").asInt()).isEqualTo(24_000);
            assertThat(created.at("/audio/input/transcription").isNull()).isTrue();
            assertThat(conversation.path("id").stringValue()).startsWith("conv_");
            client.assertEveryEventWasAsDocumented();
        }
    }

    @Test
    void refuses_a_missing_key() {
        assertThatThrownBy(() -> RealtimeClient.connect(engine, URI, Map.of()))
                .isInstanceOf(UpgradeRejectedException.class)
                .satisfies(thrown -> {
                    var rejected = (UpgradeRejectedException) thrown;
                    assertThat(rejected.getStatus()).isEqualTo(401);
                    assertThat(rejected.getBody().toString()).contains("invalid_api_key");
                });
    }

    @Test
    void refuses_a_wrong_key() {
        assertStatus(401, URI, Map.of("Authorization", "Bearer sk-other"));
    }

    @Test
    void refuses_another_path() {
        assertStatus(404, "/v1/realtimes?model=gpt-realtime-2.1", KEY);
    }

    @Test
    void refuses_a_connection_without_a_model() {
        assertStatus(400, "/v1/realtime", KEY);
    }

    @Test
    void closes_a_connection_of_the_beta_shape_with_4000() {
        try (var client = RealtimeClient.connect(
                engine, URI, Map.of("Authorization", "Bearer sk-test", "OpenAI-Beta", "realtime=v1"))) {
            var error = client.next("error").path("error");

            assertThat(error.path("code").stringValue()).isEqualTo("beta_api_shape_disabled");
            assertThat(client.closeCode()).isEqualTo(4000);
            assertThat(client.types()).doesNotContain("session.created");
        }
    }

    @Test
    void closes_a_connection_for_a_model_that_does_not_exist() {
        try (var client = RealtimeClient.connect(engine, "/v1/realtime?model=gpt-9", KEY)) {
            assertThat(client.next("error").at("/error/code").stringValue()).isEqualTo("model_not_found");
            assertThat(client.closeCode()).isEqualTo(4000);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-realtime-2.1-mini, true",
        "gpt-realtime-mini-2025-12-15, true",
        "gpt-4o-mini-realtime-preview-2024-12-17, true",
        "gpt-realtime-2.2, false",
        "gpt-realtime-1.5-mini, false",
        "gpt-4o, false"
    })
    void knows_the_models_that_are_listed_when_nobody_says_which(String model, boolean known) {
        try (var usual = SimulatedEngine.builder().speed(50).start();
                var client = RealtimeClient.connect(usual, "/v1/realtime?model=" + model, KEY)) {
            var first = client.next(known ? "session.created" : "error");

            assertThat(first.at("/error/code").asString("")).isEqualTo(known ? "" : "model_not_found");
        }
    }

    @Test
    void tells_tests_what_was_connected_and_how_it_ended() {
        try (var client = RealtimeClient.connect(
                engine, URI, Map.of("Authorization", "Bearer sk-test", "OpenAI-Safety-Identifier", "abc"))) {
            client.next("session.created");

            client.closeSocket();

            var session = engine.latest().orElseThrow();
            org.awaitility.Awaitility.await().until(() -> !session.open());
            assertThat(session.headers()).containsEntry("openai-safety-identifier", "abc");
            assertThat(session.closed().orElseThrow().code()).isEqualTo(1000);
            assertThat(session.closed().orElseThrow().byClient()).isTrue();
            assertThat(engine.openSessions()).isZero();
            assertThat(engine.attempts()).extracting(SimulatedEngine.Attempt::status).containsExactly(101);
        }
    }

    private void assertStatus(int status, String uri, Map<String, String> headers) {
        assertThatThrownBy(() -> RealtimeClient.connect(engine, uri, headers))
                .isInstanceOf(UpgradeRejectedException.class)
                .satisfies(thrown -> assertThat(((UpgradeRejectedException) thrown).getStatus())
                        .isEqualTo(status));
        assertThat(engine.attempts().getLast().status()).isEqualTo(status);
    }
}
