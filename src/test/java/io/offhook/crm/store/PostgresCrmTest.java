package io.offhook.crm.store;

import io.offhook.store.jdbc.TestPostgres;

class PostgresCrmTest extends StoreCrmContract {
    @Override
    String url() throws Exception {
        return TestPostgres.url();
    }
}
