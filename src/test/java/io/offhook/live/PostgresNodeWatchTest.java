package io.offhook.live;

import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.TestPostgres;
import java.util.Optional;

class PostgresNodeWatchTest extends NodeWatchContract {
    @Override
    protected Database open() throws Exception {
        return Database.open(TestPostgres.url(), Optional.empty(), Optional.empty());
    }
}
