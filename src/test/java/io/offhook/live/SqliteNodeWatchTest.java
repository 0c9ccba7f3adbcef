package io.offhook.live;

import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.TestSqlite;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.io.TempDir;

/// One process after the other, each with a name of its own.
class SqliteNodeWatchTest extends NodeWatchContract {
    @TempDir
    private Path directory;

    @Override
    protected Database open() {
        return Database.open(TestSqlite.url(directory), Optional.empty(), Optional.empty());
    }
}
