package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;

/// Everybody rings at once.
@Isolated("it keeps the whole machine busy, and an engine's handshake is timed by the wall's clock")
class BurstTest {
    private static final int CALLS = 10_000;
    private static final int LINES = 10;
    /// As many as a network that is in a hurry holds open.
    private static final int CONNECTIONS = 100;

    @Test
    void ten_thousand_calls_at_once_all_get_a_document_and_those_beyond_the_cap_a_person() {
        var network = Thread.ofVirtual().factory();
        try (var server = TestServer.plan().agent("limits: { concurrent: " + LINES + " }").start();
                var connections = Executors.newFixedThreadPool(CONNECTIONS, network)) {
            var ringing = IntStream.range(0, CALLS)
                    .mapToObj(number -> connections.submit(() -> ring(server, number)))
                    .toList();

            var documents = ringing.stream().map(call -> {
                try {
                    return call.get();
                } catch (Exception e) {
                    throw new AssertionError("a webhook without an answer", e);
                }
            }).toList();

            // Whoever is answered late in such a rush is put through to a person, too, without the word of the lines.
            assertThat(documents)
                    .allMatch(each -> each.contains("<Connect") || each.contains(TestServer.PERSON));
            assertThat(documents.stream().filter(each -> each.contains("<Connect"))).hasSizeBetween(1, LINES);
            assertThat(documents.stream().filter(each -> each.contains("busy"))).hasSizeGreaterThan(CALLS * 9 / 10);
            assertThat(server.engine.attempts()).isEmpty();
            assertThat(server.offhook.flush(PATIENCE)).isTrue();
            assertThat(server.offhook.metrics().lines())
                    .anyMatch(line -> line.contains("\"capacity\"") && line.endsWith(" " + (CALLS - LINES) + ".0"));
            assertThat(server.offhook.metrics()).contains("offhook_store_lost 0.0");
        }
    }

    private static String ring(TestServer server, int number) {
        var answer = Webhook.answer(server, "/voice/incoming", Map.of(
                "AccountSid", TestServer.ACCOUNT,
                "CallSid", "CA%032d".formatted(number),
                "CallStatus", "ringing",
                "Direction", "inbound",
                "From", "+1415555%04d".formatted(number),
                "To", TestServer.NUMBER));
        assertThat(answer.statusCode()).isEqualTo(200);
        return answer.body();
    }
}
