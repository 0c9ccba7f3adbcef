package io.offhook.store.jdbc;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.CallId;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.file.Path;
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

    @Test
    void every_commit_is_forced_to_disk_and_readers_do_not_wait() throws Exception {
        try (var database = Database.open(url(directory), Optional.empty(), Optional.empty());
                var connection = database.writer().getConnection();
                var statement = connection.createStatement()) {
            try (var row = statement.executeQuery("pragma synchronous")) {
                assertThat(row.getInt(1)).as("2 is FULL").isEqualTo(2);
            }
            try (var row = statement.executeQuery("pragma journal_mode")) {
                assertThat(row.getString(1)).isEqualTo("wal");
            }
        }
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
        return "jdbc:sqlite:" + directory.resolve("offhook.db");
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
