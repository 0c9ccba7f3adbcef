package io.offhook.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import io.offhook.call.CallId;
import io.offhook.config.Secret;
import io.offhook.store.OutboxMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(300)
class WebhookRecipientTest {
    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");
    private static final Secret SECRET = new Secret("whsec-0123456789abcdef");
    private static final String BODY = "{\"schema\":\"offhook.event/1\",\"text\":\"\u00bfQu\u00e9?\"}";

    private record Got(String key, String event, String type, String signature, String body) {}

    private final ConcurrentLinkedQueue<Got> got = new ConcurrentLinkedQueue<>();
    private final CountDownLatch end = new CountDownLatch(1);
    private HttpServer server;
    private URI url;

    @BeforeEach
    void starts() throws Exception {
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        server.start();
        url = URI.create("http://127.0.0.1:" + server.getAddress().getPort() + "/hook");
    }

    @AfterEach
    void stops() {
        end.countDown();
        server.stop(0);
    }

    @Test
    void a_message_is_posted_with_its_key_its_event_and_a_signature() throws Exception {
        answers(exchange -> exchange.sendResponseHeaders(204, -1));

        var receipt = deliver();

        assertThat(receipt).isEqualTo(Receipt.delivered());
        assertThat(got).singleElement().satisfies(request -> {
            assertThat(request.key()).isEqualTo("CA1:call.ended:1");
            assertThat(request.event()).isEqualTo("call.ended");
            assertThat(request.type()).isEqualTo("application/json");
            assertThat(request.body()).isEqualTo(BODY);
            assertThat(WebhookSignature.verify(request.signature(), request.body(), List.of(SECRET), NOW))
                    .isTrue();
        });
    }

    @ParameterizedTest
    @CsvSource({"500,RECEIVER", "401,RECEIVER", "404,RECEIVER", "302,RECEIVER", "400,MESSAGE", "422,MESSAGE"})
    void an_answer_that_is_no_success_is_tried_again(int status, Receipt.Blame blame) throws Exception {
        answers(exchange -> exchange.sendResponseHeaders(status, -1));

        assertThat(deliver()).isEqualTo(new Receipt.Later("http_" + status, blame, Optional.empty()));
    }

    @Test
    void a_receiver_that_is_gone_is_not_asked_again() throws Exception {
        answers(exchange -> exchange.sendResponseHeaders(410, -1));

        assertThat(deliver()).isEqualTo(Receipt.refused("http_410"));
    }

    @ParameterizedTest
    @CsvSource({
        "120,120",
        "'Mon, 23 Nov 2026 12:00:30 GMT',30",
        "999999999,86400",
        "-5,",
        "soon,",
        "'Mon, 23 Nov 2026 11:00:00 GMT',",
        "99999999999999999999,"
    })
    void a_busy_receiver_may_say_until_when(String retryAfter, Long seconds) throws Exception {
        answers(exchange -> {
            exchange.getResponseHeaders().set("Retry-After", retryAfter);
            exchange.sendResponseHeaders(429, -1);
        });

        assertThat(deliver())
                .isEqualTo(new Receipt.Later(
                        "http_429",
                        Receipt.Blame.RECEIVER,
                        Optional.ofNullable(seconds).map(Duration::ofSeconds)));
    }

    @Test
    void a_redirect_is_not_followed() throws Exception {
        var elsewhere = new AtomicInteger();
        server.createContext("/elsewhere", exchange -> {
            elsewhere.incrementAndGet();
            exchange.sendResponseHeaders(200, -1);
        });
        answers(exchange -> {
            exchange.getResponseHeaders().set("Location", url.resolve("/elsewhere").toString());
            exchange.sendResponseHeaders(307, -1);
        });

        deliver();

        assertThat(elsewhere).hasValue(0);
    }

    @Test
    void an_answer_without_end_costs_nothing() throws Exception {
        answers(exchange -> {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write(new byte[100]);
            exchange.getResponseBody().flush();
            wait(end);
        });

        assertThat(deliver()).isEqualTo(Receipt.delivered());
    }

    @Test
    void a_port_without_a_server_is_unreachable() throws Exception {
        try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = URI.create("http://127.0.0.1:" + socket.getLocalPort() + "/");
        }

        assertThat(deliver()).isEqualTo(Receipt.later("unreachable"));
    }

    @Test
    void a_server_that_speaks_no_tls_is_not_spoken_to_in_plain_words() throws Exception {
        try (var plain = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            url = URI.create("https://127.0.0.1:" + plain.getLocalPort() + "/");
            var heard = new FutureTask<>(() -> {
                try (var socket = plain.accept()) {
                    int first = socket.getInputStream().read();
                    socket.getOutputStream().write("HTTP/1.1 200 OK\r\n\r\n".getBytes(UTF_8));
                    // Closing with something unread would reset the connection before the answer is read.
                    var _ = socket.getInputStream().readAllBytes();
                    return first;
                }
            });
            Thread.ofVirtual().start(heard);

            assertThat(deliver()).isEqualTo(Receipt.later("tls"));
            assertThat(heard.get()).as("a TLS handshake").isEqualTo(0x16);
        }
    }

    @Test
    void a_target_that_is_no_longer_configured_waits_for_the_operator() throws Exception {
        var recipient = new WebhookRecipient(_ -> Optional.empty(), InstantSource.fixed(NOW));

        assertThat(recipient.deliver(message())).isEqualTo(Receipt.later("target_unknown"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"a secret", "whsec"})
    void secrets_are_not_printed(String secret) {
        var webhook = new WebhookRecipient.Webhook(url, List.of(new Secret(secret)));

        assertThat(webhook.toString()).doesNotContain(secret);
    }

    private Receipt deliver() throws InterruptedException {
        var webhook = new WebhookRecipient.Webhook(url, List.of(SECRET));
        return new WebhookRecipient(_ -> Optional.of(webhook), InstantSource.fixed(NOW)).deliver(message());
    }

    private void answers(HttpHandler handler) {
        server.createContext("/hook", exchange -> {
            got.add(new Got(
                    header(exchange, "Idempotency-Key"),
                    header(exchange, "Offhook-Event"),
                    header(exchange, "Content-Type"),
                    header(exchange, "Offhook-Signature"),
                    new String(exchange.getRequestBody().readAllBytes(), UTF_8)));
            handler.handle(exchange);
            exchange.close();
        });
    }

    private static String header(HttpExchange exchange, String name) {
        return exchange.getRequestHeaders().getFirst(name);
    }

    private static void wait(CountDownLatch latch) throws IOException {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IOException(e);
        }
    }

    private static OutboxMessage message() {
        return new OutboxMessage(
                "m1",
                new CallId("CA1"),
                1,
                "call.ended",
                OutboxMessage.Kind.WEBHOOK,
                "acme/crm",
                "CA1:call.ended:1",
                BODY,
                NOW,
                1,
                NOW,
                OutboxMessage.State.CLAIMED,
                "");
    }
}
