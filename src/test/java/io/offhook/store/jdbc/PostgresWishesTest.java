package io.offhook.store.jdbc;

import io.offhook.store.CallLog;
import io.offhook.store.Wishes;
import io.offhook.store.WishesContract;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;

class PostgresWishesTest extends WishesContract {
    private Database database;

    @Override
    protected Wishes open() throws Exception {
        database = Database.open(TestPostgres.url(), Optional.empty(), Optional.empty());
        return new JdbcWishes(database);
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
