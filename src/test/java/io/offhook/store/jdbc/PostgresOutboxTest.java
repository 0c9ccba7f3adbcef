package io.offhook.store.jdbc;

import io.offhook.store.CallLog;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class PostgresOutboxTest extends OutboxContract {
    private Database database;

    @Override
    protected Outbox open() throws Exception {
        database = Database.open(TestPostgres.url(), Optional.empty(), Optional.empty());
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
