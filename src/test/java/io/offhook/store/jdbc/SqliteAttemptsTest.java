package io.offhook.store.jdbc;

import io.offhook.store.Attempts;
import io.offhook.store.AttemptsContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteAttemptsTest extends AttemptsContract {
    @TempDir
    private Path directory;

    private Database database;

    @Override
    protected Attempts open() {
        database = Database.open(
                TestSqlite.url(directory), Optional.empty(), Optional.empty());
        return new JdbcAttempts(database);
    }

    @AfterEach
    void closes() {
        database.close();
    }
}
