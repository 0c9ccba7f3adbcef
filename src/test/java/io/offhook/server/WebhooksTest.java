package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import io.offhook.config.Secret;
import io.offhook.outbox.WebhookSignature;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import tools.jackson.databind.json.JsonMapper;

/// What a system outside hears of a call.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class WebhooksTest {
    private static final String SECRET = "0123456789abcdef0123456789abcdef";

    private record Got(String event, String signature, String body) {}

    private final ConcurrentLinkedQueue<Got> got = new ConcurrentLinkedQueue<>();
    private final AtomicInteger refusals = new AtomicInteger();
    private HttpServer receiver;

    @BeforeEach
    void starts() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", exchange -> {
            var body = new String(exchange.getRequestBody().readAllBytes(), UTF_8);
            boolean refused = refusals.getAndDecrement() > 0;
            if (!refused) {
                var headers = exchange.getRequestHeaders();
                got.add(new Got(headers.getFirst("Offhook-Event"), headers.getFirst("Offhook-Signature"), body));
            }
            exchange.sendResponseHeaders(refused ? 503 : 204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stops() {
        receiver.stop(0);
    }

    @Test
    void a_call_to_voicemail_is_told_in_order_and_signed_though_the_receiver_fails_at_first() {
        refusals.set(2);
        try (var server = TestServer.plan()
                .agent("webhooks: [ { name: crm, secret: " + SECRET + ", url: \"http://127.0.0.1:"
                        + receiver.getAddress().getPort() + "/calls\" } ]")
                .start()) {
            server.humans.noAnswer(TestServer.PERSON);
            var call = server.ringAndGreet();
            call.press('0');
            call.await(CallStep.DialEnded.class, PATIENCE).orElseThrow();
            call.awaitHeard("nobody could take your call", PATIENCE);
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.awaitEnded(PATIENCE);

            await().atMost(PATIENCE).until(() -> got.size() >= 3);

            assertThat(got)
                    .extracting(Got::event)
                    .containsExactly("handoff.created", "voicemail.left", "call.ended");
            assertThat(got)
                    .allMatch(each -> WebhookSignature.verify(
                            each.signature(), each.body(), List.of(new Secret(SECRET)), Instant.now()))
                    .allMatch(each -> JsonMapper.shared()
                            .readTree(each.body())
                            .at("/call/id")
                            .asString()
                            .equals(call.sid()));
            assertThat(server.offhook.metrics()).contains("offhook_outbox_delivered");
        }
    }
}
