package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.PoolOptions;
import io.vertx.core.http.RequestOptions;
import java.time.Duration;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// Everybody rings at once.
class BurstTest {
    private static final int CALLS = 10_000;
    private static final int LINES = 10;
    /// As many as a network that is in a hurry holds open.
    private static final int CONNECTIONS = 100;

    private final Queue<String> documents = new ConcurrentLinkedQueue<>();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private final AtomicInteger next = new AtomicInteger();

    @Test
    void ten_thousand_calls_at_once_all_get_a_document_and_those_beyond_the_cap_a_person() {
        var http = TestServer.vertx()
                .createHttpClient(new HttpClientOptions(), new PoolOptions().setHttp1MaxSize(CONNECTIONS));
        try (var server = TestServer.plan().agent("limits: { concurrent: " + LINES + " }").start()) {
            for (int i = 0; i < CONNECTIONS; i++) {
                ring(http, server);
            }

            await().atMost(PATIENCE.multipliedBy(3))
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> documents.size() + failures.size() == CALLS);

            assertThat(failures).isEmpty();
            // Whoever is answered late in such a rush is put through to a person, too, without the word of the lines.
            assertThat(documents.stream().filter(each -> each.contains("<Connect"))).hasSizeBetween(1, LINES);
            assertThat(documents.stream().filter(each -> !each.contains("<Connect")))
                    .allMatch(each -> each.contains(TestServer.PERSON));
            assertThat(documents.stream().filter(each -> each.contains("busy"))).hasSizeGreaterThan(CALLS * 9 / 10);
            assertThat(server.engine.attempts()).isEmpty();
            assertThat(server.offhook.flush(PATIENCE)).isTrue();
            assertThat(server.offhook.metrics().lines())
                    .anyMatch(line -> line.contains("\"capacity\"") && line.endsWith(" " + (CALLS - LINES) + ".0"));
            assertThat(server.offhook.metrics()).contains("offhook_store_lost 0.0");
        } finally {
            http.close().await();
        }
    }

    /// Lets a call ring, and the next one when it was answered, until there are no more.
    private void ring(HttpClient http, TestServer server) {
        int number = next.getAndIncrement();
        if (number >= CALLS) {
            return;
        }
        var form = Map.of(
                "AccountSid", TestServer.ACCOUNT,
                "CallSid", "CA%032d".formatted(number),
                "CallStatus", "ringing",
                "Direction", "inbound",
                "From", "+1415555%04d".formatted(number),
                "To", TestServer.NUMBER);
        var webhook = Webhook.signed("/voice/incoming", form);
        var options = new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost("127.0.0.1")
                .setPort(server.offhook.port())
                .setURI("/voice/incoming");
        webhook.headers().forEach(options::putHeader);
        http.request(options)
                .compose(request -> request.send(Buffer.buffer(webhook.body())))
                .compose(response -> response.body().map(body -> response.statusCode() + " " + body))
                .onComplete(answered -> {
                    if (answered.succeeded() && answered.result().startsWith("200 ")) {
                        documents.add(answered.result());
                    } else {
                        failures.add(answered.succeeded() ? answered.result() : answered.cause().toString());
                    }
                    ring(http, server);
                });
    }
}
