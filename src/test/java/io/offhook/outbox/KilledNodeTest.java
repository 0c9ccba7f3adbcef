package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.config.Secret;
import io.offhook.crm.http.HttpCrm;
import io.offhook.crm.store.StoreCrm;
import io.offhook.store.BufferedCallLog;
import io.offhook.store.Fact;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.tool.HttpTool;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A server is killed while calls end, and their webhooks and their interactions for the CRM are on the way.
@Timeout(300)
class KilledNodeTest {
    private static final int CALLS = 150;

    @TempDir
    private Path directory;

    private final Set<String> delivered = ConcurrentHashMap.newKeySet();
    private final CountDownLatch half = new CountDownLatch(CALLS / 2);
    private HttpServer receiver;

    @BeforeEach
    void starts() throws Exception {
        receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
        receiver.createContext("/", exchange -> {
            delivered.add(exchange.getRequestHeaders().getFirst("Idempotency-Key"));
            if (exchange.getRequestHeaders().containsKey("Offhook-Event")) {
                half.countDown();
            }
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        receiver.start();
    }

    @AfterEach
    void stops() {
        receiver.stop(0);
    }

    @Test
    void every_call_whose_end_was_on_disk_is_told_and_has_one_message() throws Exception {
        long acknowledged = killedHalfWay();

        try (var depot = new Depot(directory);
                var log = new BufferedCallLog(depot.log, directory.resolve("spill"))) {
            log.drain(Duration.ofSeconds(60));
            depot.passes(Duration.between(depot.instant(), Instant.now()).plus(Duration.ofMinutes(3)));
            var postman = depot.postman(recipients(url(), depot), Postman.Rules.USUAL);
            while (postman.round() > 0) {
                postman.settle(Duration.ofSeconds(60));
            }

            var messages = depot.outbox.list(Optional.empty(), 1_000);
            assertThat(messages).extracting(OutboxMessage::state).containsOnly(OutboxMessage.State.DONE);
            assertThat(messages).extracting(OutboxMessage::id).doesNotHaveDuplicates();
            for (long i = 0; i <= acknowledged; i++) {
                assertThat(delivered).contains("CA" + i + ":call.ended:1", "call-CA" + i);
            }
        }
        assertThat(delivered).hasSizeGreaterThan(2 * (int) acknowledged).hasSizeLessThanOrEqualTo(2 * CALLS);
    }

    /// @return the last call whose end was acknowledged
    private long killedHalfWay() throws Exception {
        var said = directory.resolve("said");
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Node.class.getName(),
                        directory.toString(),
                        url().toString())
                .redirectOutput(said.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        half.await();
        child.destroyForcibly().waitFor();
        var acknowledged = Files.readString(said)
                .lines()
                .filter(line -> line.matches("ack \\d+"))
                .mapToLong(line -> Long.parseLong(line.substring(4)))
                .max();
        assertThat(acknowledged).isPresent();
        return acknowledged.getAsLong();
    }

    private URI url() {
        return URI.create("http://127.0.0.1:" + receiver.getAddress().getPort() + "/");
    }

    private static Map<Kind, Recipient> recipients(URI url, Depot depot) {
        var client = HttpTool.client();
        var crm = new HttpCrm(
                new HttpCrm.Request("GET " + url, Map.of(), Optional.empty()),
                Map.of(),
                Optional.of(new HttpCrm.InteractionRequest(
                        new HttpCrm.Request("POST " + url, Map.of(), Optional.empty()), "/id")),
                Optional.empty(),
                Duration.ofSeconds(5),
                client);
        var filings = new StoreCrm(depot.database.writer(), depot.database.reader());
        return Map.of(
                Kind.WEBHOOK,
                new WebhookRecipient(
                        _ -> Optional.of(
                                new WebhookRecipient.Webhook(url, List.of(new Secret("a secret of the test")))),
                        InstantSource.system()),
                Kind.CRM,
                new CrmRecipient(_ -> Optional.of(crm), filings, client::shutdownNow));
    }

    /// The process that is killed: ends calls, says `ack n` once the end of call n is on disk, and delivers meanwhile.
    static final class Node {
        public static void main(String[] arguments) throws Exception {
            var directory = Path.of(arguments[0]);
            var depot = new Depot(directory);
            var mailroom = new Mailroom(
                    depot.outbox,
                    new CallRecords(
                            depot.log, depot.log::voicemail, depot.log::toolRuns, depot.log::verstat),
                    (_, _) -> new Subscriptions(
                            List.of(
                                    new Subscription(Depot.CRM, Set.of("call.ended")),
                                    new Subscription(Depot.FILING, Set.of("call.ended"))),
                            true,
                            text -> text),
                    _ -> Optional.empty());
            new Postman(
                            depot.outbox,
                            mailroom,
                            recipients(URI.create(arguments[1]), depot),
                            Postman.Rules.USUAL,
                            InstantSource.system())
                    .start();
            var log = new BufferedCallLog(depot.log, directory.resolve("spill"));
            for (int i = 0; i < CALLS; i++) {
                var call = new CallId("CA" + i);
                var now = Instant.now();
                log.record(new Fact.Started(call, now, "acme", Optional.empty(), Optional.empty(), ""));
                log.recordDurably(new Fact.Ended(
                                call, now, new Disposition(Disposition.Outcome.RESOLVED, "goodbye")))
                        .toCompletableFuture()
                        .join();
                System.out.println("ack " + i);
            }
            // Keeps on living, as a server does, until it is killed.
            new CountDownLatch(1).await();
        }
    }
}
