package io.offhook.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.store.CallLog;
import io.offhook.store.StoreException;
import java.time.Duration;
import java.util.Optional;
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

        assertThat(Duration.ofNanos(System.nanoTime() - asked)).isLessThan(Duration.ofSeconds(2));
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
}
