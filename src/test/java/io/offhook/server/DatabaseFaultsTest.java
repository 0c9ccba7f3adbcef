package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Turn;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Heard;
import io.offhook.simulator.Move;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import io.offhook.store.jdbc.TestPostgres;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// What callers notice of a database that is not there, goes away, or hangs: nothing. And what is stored in the end:
/// everything, once.
@Execution(ExecutionMode.CONCURRENT)
class DatabaseFaultsTest {
    private static final String ANSWER = "It left our warehouse yesterday and will be with you on Thursday.";
    private static final String GOODBYE = "Thank you for calling. Goodbye.";
    private static final Duration RETURN = Duration.ofSeconds(120);

    @TempDir
    private Path data;

    @Test
    void a_server_that_starts_before_its_database_serves_calls_and_stores_them_later() throws Exception {
        int port = freePort();
        try (var server = onPort(port)) {
            assertThat(server.offhook.metrics()).contains("offhook_store_ready 0.0");

            var call = wholeCall(server, () -> {});

            assertThatThrownBy(() -> server.offhook.store().find(id(call))).isInstanceOf(StoreException.class);
            try (var _ = postgres(port)) {
                hasEverythingOnce(server, call);
                await().atMost(PATIENCE).until(() -> server.offhook.metrics().contains("offhook_store_ready 1.0"));
            }
        }
    }

    @Test
    void a_database_that_stops_in_the_middle_of_a_call_has_the_call_once_it_is_back() throws Exception {
        int port = freePort();
        var postgres = postgres(port);
        try (var server = onPort(port)) {
            await().atMost(PATIENCE).until(() -> server.offhook.metrics().contains("offhook_store_ready 1.0"));

            var call = wholeCall(server, () -> stop(postgres));

            try (var _ = postgres(port)) {
                hasEverythingOnce(server, call);
            }
        } finally {
            postgres.close();
        }
    }

    @Test
    void a_database_that_hangs_for_five_seconds_is_not_heard() throws Exception {
        var url = TestPostgres.url();
        try (var locking = DriverManager.getConnection(url);
                var statement = locking.createStatement();
                var server = TestServer.plan()
                        .set("OFFHOOK_JDBC_URL", url)
                        .speed(1)
                        .start()) {
            await().atMost(PATIENCE).until(() -> server.offhook.metrics().contains("offhook_store_ready 1.0"));
            locking.setAutoCommit(false);
            var locked = new AtomicLong();

            var call = wholeCall(server, () -> {
                try {
                    statement.execute("lock table call, call_event, turn, usage in access exclusive mode");
                    locked.set(System.nanoTime());
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            });
            await().atMost(PATIENCE).until(() -> System.nanoTime() - locked.get() > Duration.ofSeconds(6).toNanos());
            assertThat(server.offhook.metrics()).doesNotContain("offhook_store_spilled 0.0");
            locking.rollback();

            hasEverythingOnce(server, call);
            assertThat(call.heard().stream().filter(heard -> heard.source() == Heard.Source.STREAM))
                    .as("the answer is one stretch without a gap")
                    .anyMatch(heard -> heard.length().compareTo(spoken(ANSWER).minusMillis(60)) >= 0);
        }
    }

    /// Greeting, a question, its answer with a goodbye; `meanwhile` happens once the greeting was heard.
    private static SimulatedCall wholeCall(TestServer server, Runnable meanwhile) {
        server.script.plays(
                List.of(new Move.Speak(ANSWER), new Move.Speak(GOODBYE), new Move.CallTool("end_call", "{}")));
        var call = server.ringAndGreet();
        meanwhile.run();
        server.says("Where is order AB7492?");
        assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
        assertThat(call.streamHeard())
                .isGreaterThanOrEqualTo(spoken(GREETING + ANSWER + GOODBYE).minusMillis(60));
        server.awaitNoSessions();
        return call;
    }

    private static void hasEverythingOnce(TestServer server, SimulatedCall call) {
        var store = server.offhook.store();
        await().atMost(RETURN).ignoreException(StoreException.class).until(() -> store.find(id(call))
                .flatMap(stored -> stored.disposition())
                .isPresent());
        await().atMost(RETURN).until(() -> server.offhook.metrics().contains("offhook_store_queue 0.0")
                && !server.offhook.store().turns(id(call)).isEmpty());
        assertThat(store.find(id(call)).orElseThrow()).satisfies(stored -> {
            assertThat(stored.agent()).isEqualTo("acme");
            assertThat(stored.from()).isPresent();
            assertThat(stored.disposition()).contains(new Disposition(Disposition.Outcome.RESOLVED, "goodbye"));
        });
        assertThat(store.turns(id(call)).stream()
                        .filter(turn -> turn.speaker() == Turn.Speaker.AGENT)
                        .map(Turn::text))
                .containsExactly(GREETING, ANSWER, GOODBYE);
        assertThat(store.timeline(id(call)).stream().map(Fact.Happened::kind)).containsOnlyOnce("engine_connected");
        assertThat(store.latest(10)).hasSize(1);
        assertThat(server.offhook.metrics())
                .contains("offhook_store_lost 0.0", "offhook_store_set_aside 0.0", "offhook_store_storage_full 0.0");
    }

    private static TestServer onPort(int port) {
        return TestServer.plan()
                .set("OFFHOOK_JDBC_URL", "jdbc:postgresql://127.0.0.1:" + port + "/postgres?user=postgres")
                .start();
    }

    private EmbeddedPostgres postgres(int port) throws IOException {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(data.resolve("postgres"))
                .setCleanDataDirectory(false)
                .setServerConfig("fsync", "off")
                .setServerConfig("shared_buffers", "16MB")
                .start();
    }

    private static void stop(EmbeddedPostgres postgres) {
        try {
            postgres.close();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static CallId id(SimulatedCall call) {
        return new CallId(call.sid());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
