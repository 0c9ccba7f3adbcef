package io.offhook.store.jdbc;

import io.offhook.store.CallLog;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteOutboxTest extends OutboxContract {
    @TempDir
    private Path directory;

    private Database database;

    @Override
    protected Outbox open() {
        database = Database.open(
                TestSqlite.url(directory), Optional.empty(), Optional.empty());
        return new JdbcOutbox(database);
    }

    @Override
    protected CallLog log() {
        return new JdbcCallLog(database);
    }

    @AfterEach
    void closes() {
        database.close();
    }
}
