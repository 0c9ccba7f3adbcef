package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.vertx.core.http.UpgradeRejectedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EngineFaultTest {
    private static final String ANSWER = "This answer is long enough to have a middle, where things can go wrong.";

    private final ScriptedDialogue script = new ScriptedDialogue().afterwardsSays(ANSWER);
    private final SimulatedEngine engine =
            SimulatedEngine.builder().speed(50).dialogue(script).start();

    @AfterEach
    void stop() {
        engine.close();
    }

    @ParameterizedTest
    @CsvSource({
        "UNAUTHORIZED, 401", "FORBIDDEN, 403", "TOO_MANY_REQUESTS, 429", "INTERNAL_ERROR, 500", "UNAVAILABLE, 503"
    })
    void refuses_the_upgrade_once(EngineFault fault, int status) {
        engine.injectOnce(fault);

        assertThatThrownBy(() -> RealtimeClient.connect(engine))
                .isInstanceOfSatisfying(UpgradeRejectedException.class, rejected -> {
                    assertThat(rejected.getStatus()).isEqualTo(status);
                    assertThat(rejected.getHeaders().contains("Retry-After")).isEqualTo(status == 429);
                });

        try (var second = RealtimeClient.connect(engine)) {
            second.next("session.created");
        }
    }

    @Test
    void resets_connections_until_the_fault_is_cleared() {
        engine.inject(EngineFault.RESET);

        assertThatThrownBy(() -> RealtimeClient.connect(engine)).isInstanceOf(Exception.class);
        assertThatThrownBy(() -> RealtimeClient.connect(engine)).isInstanceOf(Exception.class);
        engine.clear(EngineFault.RESET);

        assertThat(engine.resets()).isEqualTo(2);
        try (var client = RealtimeClient.connect(engine)) {
            client.next("session.created");
        }
    }

    @Test
    void vanishes_and_comes_back_on_the_same_port() {
        try (var client = RealtimeClient.connect(engine)) {
            client.next("session.created");
            engine.vanish();

            assertThat(client.closeCode()).isEqualTo(1006);
            assertThatThrownBy(() -> RealtimeClient.connect(engine)).isInstanceOf(java.net.ConnectException.class);
        }
        engine.comeBack();

        try (var client = RealtimeClient.connect(engine)) {
            client.next("session.created");
        }
    }

    @Test
    void never_answers_the_upgrade() throws Exception {
        engine.injectOnce(EngineFault.NEVER_UPGRADE);
        try (var socket = new java.net.Socket("127.0.0.1", engine.port())) {
            socket.setSoTimeout(200);
            socket.getOutputStream().write("""
                    GET /v1/realtime?model=m HTTP/1.1\r
                    Host: localhost\r
                    Connection: Upgrade\r
                    Upgrade: websocket\r
                    Sec-WebSocket-Version: 13\r
                    Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r
                    Authorization: Bearer k\r
                    \r
                    """.getBytes(java.nio.charset.StandardCharsets.US_ASCII));

            assertThatThrownBy(() -> socket.getInputStream().read())
                    .isInstanceOf(java.net.SocketTimeoutException.class);
        }
        assertThat(engine.attempts()).singleElement().satisfies(attempt -> assertThat(attempt.status()).isZero());
    }

    @Test
    void upgrades_slowly_and_then_works() {
        engine.injectOnce(EngineFault.SLOW_CONNECT);
        long before = System.nanoTime();

        try (var client = RealtimeClient.onThePhone(engine)) {
            assertThat(System.nanoTime() - before).isGreaterThan(35_000_000L);
            client.send("{\"type\":\"response.create\"}");
            client.next("response.done");
        }
    }

    @Test
    void drops_the_socket_at_connect() {
        engine.injectOnce(EngineFault.CUT_AT_CONNECT);

        try (var client = RealtimeClient.connect(engine)) {
            assertThat(client.closeCode()).isEqualTo(1006);
            assertThat(client.events()).isEmpty();
        }
    }

    @Test
    void stays_mute_for_one_session() {
        engine.injectOnce(EngineFault.MUTE);

        try (var mute = RealtimeClient.connect(engine);
                var next = RealtimeClient.connect(engine)) {
            mute.send(RealtimeClient.PHONE_SESSION);
            next.next("session.created");
            await().until(() -> engine.sessions().getFirst().received("session.update").size() == 1);

            assertThat(mute.events()).isEmpty();
        }
    }

    @Test
    void falls_mute_in_the_middle_of_a_session() {
        try (var client = RealtimeClient.onThePhone(engine)) {
            int before = client.events().size();
            engine.latest().orElseThrow().inject(EngineFault.MUTE);

            client.send("{\"type\":\"response.create\"}");
            await().until(() -> engine.latest().orElseThrow().responses().size() == 1);

            assertThat(client.events()).hasSize(before);
        }
    }

    @Test
    void does_not_answer_an_update() {
        engine.inject(EngineFault.NO_SESSION_UPDATED);

        try (var client = RealtimeClient.connect(engine)) {
            client.send(RealtimeClient.PHONE_SESSION);
            client.send("{\"type\":\"input_audio_buffer.clear\"}");
            client.next("input_audio_buffer.cleared");

            assertThat(client.types()).doesNotContain("session.updated");
        }
    }

    @Test
    void sends_garbage_only() {
        engine.injectOnce(EngineFault.GARBAGE_ONLY);

        try (var client = RealtimeClient.connect(engine)) {
            await().until(() -> client.unreadable().size() >= 12);

            assertThat(client.unreadable()).contains("binary", "this is not JSON");
            assertThat(client.types()).doesNotContain("session.created");
        }
    }

    @Test
    void sends_garbage_among_proper_events() {
        engine.inject(EngineFault.GARBAGE_AMONG);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            client.next("response.done");

            assertThat(client.unreadable()).isNotEmpty();
            assertThat(client.transcript()).isEqualTo(ANSWER);
        }
    }

    @Test
    void echoes_another_format_and_uses_it() {
        engine.injectOnce(EngineFault.WRONG_FORMAT_ECHOED);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            var response = client.next("response.done").path("response");

            var updated = client.events("session.updated").getFirst();
            assertThat(updated.at("/session/audio/output/format/type").stringValue())
                    .isEqualTo("audio/pcm");
            assertThat(client.audioOf(response.path("id").stringValue())).hasSize(ANSWER.length() * 60 * 48);
        }
    }

    @Test
    void stalls_after_a_response_was_created_and_can_be_cancelled() {
        engine.injectOnce(EngineFault.STALL_AFTER_RESPONSE_CREATED);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            client.next("response.created");
            client.send("{\"type\":\"input_audio_buffer.clear\"}");
            client.next("input_audio_buffer.cleared");
            assertThat(engine.latest().orElseThrow().activeResponse()).isPresent();
            client.send("{\"type\":\"response.cancel\"}");

            assertThat(client.next("response.done").at("/response/status").stringValue()).isEqualTo("cancelled");
            assertThat(client.types()).doesNotContain("response.output_item.added");
        }
    }

    @Test
    void stalls_in_the_middle_of_an_answer() {
        engine.injectOnce(EngineFault.STALL_MID_ANSWER);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            await().until(() -> !client.events("response.output_audio.delta").isEmpty());
            await().during(java.time.Duration.ofMillis(150))
                    .until(() -> client.events("response.done").isEmpty());
            client.send("{\"type\":\"response.cancel\"}");

            var done = client.next("response.done").path("response");
            assertThat(client.audioOf(done.path("id").stringValue()).length)
                    .isBetween(ANSWER.length() * 240, ANSWER.length() * 240 + 3_200);
        }
    }

    @Test
    void drops_the_socket_in_the_middle_of_an_answer() {
        engine.injectOnce(EngineFault.CUT_MID_ANSWER);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");

            assertThat(client.closeCode()).isEqualTo(1006);
            assertThat(client.events("response.output_audio.delta")).isNotEmpty();
            assertThat(client.types()).doesNotContain("response.done");
            assertThat(engine.latest().orElseThrow().closed().orElseThrow().byClient()).isFalse();
        }
    }

    @ParameterizedTest
    @CsvSource({"RESPONSE_RATE_LIMITED, rate_limit_exceeded", "RESPONSE_SERVER_ERROR, server_error"})
    void fails_one_response(EngineFault fault, String code) {
        engine.injectOnce(fault);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            var failed = client.next("response.done").path("response");
            client.send("{\"type\":\"response.create\"}");
            var second = client.next("response.done").path("response");

            assertThat(failed.path("status").stringValue()).isEqualTo("failed");
            assertThat(failed.at("/status_details/error/code").stringValue()).isEqualTo(code);
            assertThat(second.path("status").stringValue()).isEqualTo("completed");
            client.assertEveryEventWasAsDocumented();
        }
    }

    @ParameterizedTest
    @CsvSource({
        "INCOMPLETE_MAX_OUTPUT_TOKENS, max_output_tokens",
        "INCOMPLETE_CONTENT_FILTER, content_filter"
    })
    void leaves_a_response_incomplete(EngineFault fault, String reason) {
        engine.injectOnce(fault);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            var response = client.next("response.done").path("response");

            assertThat(response.path("status").stringValue()).isEqualTo("incomplete");
            assertThat(response.at("/status_details/reason").stringValue()).isEqualTo(reason);
            assertThat(response.at("/output/0/content/0/transcript").stringValue())
                    .isNotEmpty()
                    .isNotEqualTo(ANSWER);
            client.assertEveryEventWasAsDocumented();
        }
    }

    @Test
    void expires_a_session() {
        try (var client = RealtimeClient.onThePhone(engine)) {
            engine.latest().orElseThrow().expire();

            assertThat(client.next("error").at("/error/code").stringValue()).isEqualTo("session_expired");
            assertThat(client.closeCode()).isEqualTo(1001);
        }
    }

    @Test
    void expires_a_session_at_the_end_of_its_length() {
        try (var brief = SimulatedEngine.builder()
                        .speed(50)
                        .sessionLength(java.time.Duration.ofSeconds(5))
                        .start();
                var client = RealtimeClient.connect(brief)) {
            assertThat(client.next("error").at("/error/code").stringValue()).isEqualTo("session_expired");
        }
    }

    @Test
    void sends_a_frame_of_sixteen_mebibytes() {
        engine.injectOnce(EngineFault.HUGE_FRAME);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            var huge = client.next("response.huge");

            assertThat(huge.path("padding").stringValue()).hasSize(16 * 1024 * 1024);
        }
    }

    @Test
    void never_acknowledges_a_close() {
        engine.injectOnce(EngineFault.NEVER_ACKNOWLEDGES_CLOSE);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.closeSocket();

            await().until(() -> !engine.latest().orElseThrow().open());
            assertThat(engine.latest().orElseThrow().closed().orElseThrow().code()).isEqualTo(1000);
            await().during(java.time.Duration.ofMillis(100)).until(client::open);
        }
    }

    @Test
    void transcribes_late() {
        engine.inject(EngineFault.LATE_TRANSCRIPTION);

        try (var client = RealtimeClient.onThePhone(engine)) {
            engine.typed("Hello.");
            client.next("response.done");
            client.next("conversation.item.input_audio_transcription.completed");

            assertThat(client.types()).containsSubsequence(
                    "response.done", "conversation.item.input_audio_transcription.completed");
        }
    }

    @Test
    void reports_a_function_call_twice() {
        script.calls("lookup_order_status", "{\"order_number\":\"AB7492\"}");
        engine.injectOnce(EngineFault.DUPLICATE_FUNCTION_CALL);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            client.next("response.done");

            assertThat(client.events("response.output_item.done")).hasSize(2);
            assertThat(client.events("response.function_call_arguments.done")).hasSize(2);
            assertThat(client.events("response.done").getFirst().at("/response/output")).hasSize(1);
        }
    }

    @Test
    void cuts_off_the_arguments_of_a_cancelled_function_call() {
        script.calls("lookup_order_status", "{\"order_number\":\"AB7492\"}");
        engine.injectOnce(EngineFault.CUT_OFF_FUNCTION_CALL);

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");
            var done = client.next("response.done").path("response");

            var arguments = client.eventually("response.function_call_arguments.done")
                    .path("arguments")
                    .stringValue();
            assertThat(arguments).isNotEmpty();
            assertThatThrownBy(() -> Json.MAPPER.readTree(arguments)).isInstanceOf(RuntimeException.class);
            assertThat(done.path("status").stringValue()).isEqualTo("cancelled");
            assertThat(done.at("/output/0/status").stringValue()).isEqualTo("incomplete");
            client.assertEveryEventWasAsDocumented();
        }
    }

    @Test
    void injects_raw_events() {
        script.sends("{\"type\":\"response.novelty\",\"event_id\":\"event_n\"}");

        try (var client = RealtimeClient.onThePhone(engine)) {
            client.send("{\"type\":\"response.create\"}");

            client.next("response.novelty");
            client.next("response.done");
        }
    }

    @Test
    void serves_many_sessions_at_once() {
        var clients = java.util.stream.IntStream.range(0, 20)
                .mapToObj(i -> RealtimeClient.onThePhone(engine))
                .toList();
        clients.forEach(client -> client.send("{\"type\":\"response.create\"}"));

        clients.forEach(client -> client.next("response.done"));
        var ids = clients.stream()
                .map(client -> client.events("response.done").getFirst().at("/response/id").stringValue())
                .toList();
        clients.forEach(RealtimeClient::close);

        assertThat(ids).doesNotHaveDuplicates();
        assertThat(engine.sessions()).hasSize(20);
        assertThat(engine.attempts()).extracting(SimulatedEngine.Attempt::status).containsOnly(101);
    }
}
