package io.offhook.store.jdbc;

import io.offhook.store.Attempts;
import io.offhook.store.AttemptsContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class PostgresAttemptsTest extends AttemptsContract {
    private Database database;

    @Override
    protected Attempts open() throws Exception {
        database = Database.open(TestPostgres.url(), Optional.empty(), Optional.empty());
        return new JdbcAttempts(database);
    }

    @AfterEach
    void closes() {
        database.close();
    }
}
