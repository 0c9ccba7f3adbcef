package io.offhook.store.jdbc;

import io.offhook.store.CallLog;
import io.offhook.store.Wishes;
import io.offhook.store.WishesContract;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteWishesTest extends WishesContract {
    @TempDir
    private Path directory;

    private Database database;

    @Override
    protected Wishes open() {
        database = Database.open(
                TestSqlite.url(directory), Optional.empty(), Optional.empty());
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
