package io.offhook.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.CallId;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SqliteCallLogTest extends JdbcCallLogContract {
    @TempDir
    private Path directory;

    @Override
    protected CallLog open() {
        return JdbcCallLog.open(url(directory));
    }

    @Override
    protected void execute(String sql) throws Exception {
        try (var connection = DriverManager.getConnection(url(directory));
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void every_commit_is_forced_to_disk() throws Exception {
        try (var database = Database.open(url(directory), Optional.empty(), Optional.empty());
                var connection = database.writer().getConnection();
                var statement = connection.createStatement();
                var row = statement.executeQuery("pragma synchronous")) {
            assertThat(row.getInt(1)).as("2 is FULL").isEqualTo(2);
        }
    }

    @Test
    void readers_do_not_wait_for_a_writer_and_see_what_was_there_before() throws Exception {
        log.append(List.of(started(0)));
        try (var database = Database.open(url(directory), Optional.empty(), Optional.empty());
                var connection = database.writer().getConnection();
                var statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("update call set phase = 'conversing'");
            var asked = System.nanoTime();

            var found = log.find(call).orElseThrow();

            assertThat(found.phase()).isEqualTo("ringing");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(4));
            connection.rollback();
        }
    }

    @Test
    void queries_of_tools_take_no_connection_from_the_store_and_cannot_write() throws Exception {
        try (var database = Database.open(url(directory), Optional.empty(), Optional.empty());
                var one = database.queries().getConnection();
                var two = database.queries().getConnection();
                var three = database.queries().getConnection()) {
            log.append(List.of(started(0)));

            assertThat(new JdbcCallLog(database).find(call)).isPresent();
            for (var connection : List.of(one, two, three)) {
                assertThatThrownBy(() -> connection.createStatement().execute("delete from call"))
                        .isInstanceOf(SQLException.class);
            }
        }
    }

    @Test
    void the_database_is_for_our_user_only() throws Exception {
        log.append(List.of(started(0)));

        for (var file : List.of("offhook.db", "offhook.db-wal", "offhook.db-shm")) {
            assertThat(rights(file)).as(file).isEqualTo("rw-------");
        }
    }

    @Test
    void a_database_that_others_could_read_is_closed_to_them() throws Exception {
        log.append(List.of(started(0)));
        for (var file : List.of("offhook.db", "offhook.db-wal", "offhook.db-shm")) {
            Files.setPosixFilePermissions(directory.resolve(file), PosixFilePermissions.fromString("rw-r--r--"));
        }

        try (var again = open()) {
            assertThat(again.find(call)).isPresent();
        }

        for (var file : List.of("offhook.db", "offhook.db-wal", "offhook.db-shm")) {
            assertThat(rights(file)).as(file).isEqualTo("rw-------");
        }
    }

    private String rights(String file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(directory.resolve(file)));
    }

    @Test
    void a_url_of_another_kind_is_refused_in_words() {
        assertThatThrownBy(() -> JdbcCallLog.open("jdbc:h2:mem:x"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("jdbc:sqlite:")
                .hasMessageContaining("OFFHOOK_JDBC_URL");
        assertThatThrownBy(() -> JdbcCallLog.open("jdbc:sqlite:/nonexistent-directory/x.db"))
                .isInstanceOf(StoreException.class)
                .hasMessageContaining("open the store");
    }

    @Test
    void facts_written_before_the_process_was_killed_are_there_afterwards() throws Exception {
        log.close();
        var child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "--enable-native-access=ALL-UNNAMED",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Writer.class.getName(),
                        url(directory))
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        long acknowledged = -1;
        try (var lines = new BufferedReader(new InputStreamReader(child.getInputStream(), UTF_8))) {
            String line;
            while (acknowledged < 300 && (line = lines.readLine()) != null) {
                acknowledged = line.startsWith("ack ") ? Long.parseLong(line.substring(4)) : acknowledged;
            }

            child.destroyForcibly().waitFor();
        }

        assertThat(acknowledged).isGreaterThanOrEqualTo(300);
        try (var again = JdbcCallLog.open(url(directory))) {
            assertThat(again.timeline(Writer.CALL)).hasSizeGreaterThan((int) acknowledged);
        }
    }

    private static String url(Path directory) {
        return TestSqlite.url(directory);
    }

    /// The process that is killed: says `ack n` once the fact with the sequence n is written.
    static final class Writer {
        static final CallId CALL = new CallId("CAkilled");

        public static void main(String[] arguments) {
            try (var log = JdbcCallLog.open(arguments[0])) {
                for (long i = 0; i < 100_000; i++) {
                    log.append(List.of(new Fact.Happened(CALL, Instant.EPOCH, i, "tick", "{}")));
                    System.out.println("ack " + i);
                }
            }
        }
    }
}
