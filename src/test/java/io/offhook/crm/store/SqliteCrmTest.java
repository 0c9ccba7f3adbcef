package io.offhook.crm.store;

import io.offhook.store.jdbc.TestSqlite;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;

class SqliteCrmTest extends StoreCrmContract {
    @TempDir
    private Path directory;

    @Override
    String url() {
        return TestSqlite.url(directory);
    }
}
