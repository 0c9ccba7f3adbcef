package io.offhook.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.store.CallLog;
import io.offhook.store.StoreException;
import java.io.IOException;
import java.net.ServerSocket;
import java.sql.DriverManager;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class PostgresCallLogTest extends JdbcCallLogContract {
    private static String url;

    @BeforeAll
    static void creates_a_database() throws Exception {
        url = TestPostgres.url();
    }

    @Override
    protected CallLog open() {
        return JdbcCallLog.open(url);
    }

    @Test
    void a_server_that_is_not_there_is_reported_within_two_seconds() {
        var asked = System.nanoTime();

        assertThatThrownBy(() -> JdbcCallLog.open("jdbc:postgresql://127.0.0.1:1/offhook?password=hunter2"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("open the store")
                .satisfies(failure ->
                        assertThat(failure.toString() + failure.getCause()).doesNotContain("hunter2"));

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(9));
    }

    @Test
    void a_statement_ends_after_five_seconds() throws Exception {
        try (var database = Database.open(url, Optional.empty(), Optional.empty());
                var connection = database.writer().getConnection();
                var row = connection.createStatement().executeQuery("show statement_timeout")) {
            row.next();

            assertThat(row.getString(1)).isEqualTo("5s");
        }
    }

    @Override
    protected void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection(url);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void queries_of_tools_have_their_own_time_and_connections_and_cannot_write() throws Exception {
        try (var database = Database.open(url, Optional.empty(), Optional.empty());
                var connection = database.queries().getConnection()) {
            assertThat(database.queries()).isNotSameAs(database.writer());
            assertThat(connection.isReadOnly()).isTrue();
            try (var row = connection.createStatement().executeQuery("show statement_timeout")) {
                row.next();
                assertThat(row.getString(1)).isEqualTo("61s");
            }
        }
    }

    @Test
    void a_server_that_is_not_there_does_not_stop_the_start_and_is_not_waited_for() throws Exception {
        int port = freePort();
        try (var database = of("jdbc:postgresql://127.0.0.1:" + port + "/x");
                var log = new JdbcCallLog(database)) {
            var asked = System.nanoTime();

            var ready = database.start(Duration.ofSeconds(2));
            assertThatThrownBy(() -> log.find(call)).isInstanceOf(StoreException.class);
            assertThatThrownBy(() -> log.redeem(call, "x")).isInstanceOf(StoreException.class);

            assertThat(ready).isFalse();
            assertThat(log.ready()).isFalse();
            assertThat(log.healthy()).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(9));
        }
    }

    @Test
    void a_server_that_accepts_and_says_nothing_is_waited_for_two_seconds_at_start() throws Exception {
        try (var mute = new ServerSocket(0);
                var database = of("jdbc:postgresql://127.0.0.1:" + mute.getLocalPort() + "/x")) {
            var asked = System.nanoTime();

            var ready = database.start(Duration.ofSeconds(2));

            assertThat(ready).isFalse();
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(9));
        }
    }

    @Test
    void the_first_append_that_gets_through_brings_the_schema() throws Exception {
        var steps = new AtomicInteger();
        try (var database = Database.of(
                        TestPostgres.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        List.of(_ -> steps.incrementAndGet()));
                var log = new JdbcCallLog(database)) {
            assertThat(log.ready()).isFalse();

            log.append(List.of(started(0)));
            log.append(List.of(started(0)));

            assertThat(log.ready()).isTrue();
            assertThat(log.find(call)).isPresent();
            assertThat(steps).as("what belongs behind the migration").hasValue(1);
        }
    }

    @Test
    void what_only_an_operator_can_put_right_stops_the_start() throws Exception {
        for (var wrong : List.of(
                url.replaceAll("/test\\d+", "/no_such_database"), url.replace("user=postgres", "user=nobody"))) {
            assertThat(wrong).isNotEqualTo(url);
            try (var database = of(wrong)) {
                assertThatThrownBy(() -> database.start(Duration.ofSeconds(10)))
                        .isInstanceOf(StoreException.class)
                        .hasMessageContaining("does not exist");
            }
        }
        var changed = TestPostgres.url();
        try (var database = of(changed)) {
            database.makeReady();
            try (var statement = DriverManager.getConnection(changed).createStatement()) {
                statement.execute("update schema_history set checksum = 1 where version = '1'");
            }
        }
        try (var database = of(changed)) {
            assertThatThrownBy(() -> database.start(Duration.ofSeconds(10)))
                    .isInstanceOf(StoreException.class)
                    .hasMessageContaining("checksum");
        }
    }

    @Test
    void a_table_that_is_locked_is_no_fault_of_the_fact() throws Exception {
        try (var locking = DriverManager.getConnection(url);
                var statement = locking.createStatement()) {
            locking.setAutoCommit(false);
            statement.execute("lock table call in access exclusive mode");

            assertThatThrownBy(() -> log.append(List.of(started(0))))
                    .isInstanceOfSatisfying(StoreException.class, e -> assertThat(e.unavailable()).isTrue());
        }
    }

    private static Database of(String url) {
        return Database.of(url, Optional.empty(), Optional.empty(), List.of());
    }

    private static int freePort() throws IOException {
        try (var socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
