package io.offhook.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.offhook.store.StoreException;
import java.nio.file.Path;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/// How each kind of database is connected to. Nothing here connects before somebody asks for a connection.
///
/// @param schema  for migrations: connections of their own, which may take their time
/// @param writer  for facts; on SQLite a single one
/// @param reader  for look-ups; the writer's on PostgreSQL
/// @param queries for the queries of tools: a few, which can't write and which no limit of the store's ends
/// @param file    the file of a SQLite database
record Connections(
        DataSource schema,
        HikariDataSource writer,
        HikariDataSource reader,
        HikariDataSource queries,
        Optional<Path> file)
        implements AutoCloseable {
    private static final int READERS = 4;
    private static final int POSTGRES_CONNECTIONS = 8;
    private static final int QUERIES = 3;
    private static final String SQLITE = "jdbc:sqlite:";
    private static final String POSTGRES = "jdbc:postgresql:";

    static Connections to(String url, Optional<String> user, Optional<String> password) {
        if (url.startsWith(POSTGRES)) {
            return postgres(url, user, password);
        }
        if (!url.startsWith(SQLITE)) {
            throw refused("the store's URL must begin with jdbc:sqlite: or jdbc:postgresql: (OFFHOOK_JDBC_URL)");
        }
        if (url.equals(SQLITE) || url.contains(":memory:")) {
            throw refused("the store's URL must name a file, such as jdbc:sqlite:/var/lib/offhook/offhook.db");
        }
        return sqlite(url);
    }

    @Override
    public void close() {
        queries.close();
        reader.close();
        writer.close();
    }

    // --- SQLite ---

    private static Connections sqlite(String url) {
        var config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        config.setBusyTimeout(10_000);
        var schema = new SQLiteDataSource(config);
        schema.setUrl(url);
        return new Connections(
                schema,
                new HikariDataSource(sqlite(url, "store-write", 1, false)),
                new HikariDataSource(sqlite(url, "store-read", READERS, true)),
                new HikariDataSource(sqlite(url, "store-query", QUERIES, true)),
                Optional.of(file(url)));
    }

    private static HikariConfig sqlite(String url, String name, int connections, boolean readOnly) {
        var config = pool(url, name, connections);
        // The one writer may be busy with a batch; readers are bounded by the pool.
        config.setConnectionTimeout(readOnly ? 1_000 : 5_000);
        config.addDataSourceProperty("journal_mode", "WAL");
        config.addDataSourceProperty("synchronous", "FULL");
        config.addDataSourceProperty("busy_timeout", "2000");
        config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
        if (readOnly) {
            config.setConnectionInitSql("pragma query_only = 1");
        }
        return config;
    }

    /// `jdbc:sqlite:[file:]<path>[?<options>]`.
    private static Path file(String url) {
        var path = url.substring(SQLITE.length());
        int options = path.indexOf('?');
        var name = options < 0 ? path : path.substring(0, options);
        return Path.of(name.startsWith("file:") ? name.substring("file:".length()) : name)
                .toAbsolutePath();
    }

    // --- PostgreSQL ---

    private static Connections postgres(String url, Optional<String> user, Optional<String> password) {
        var schema = new PGSimpleDataSource();
        schema.setURL(url);
        user.ifPresent(schema::setUser);
        password.ifPresent(schema::setPassword);
        schema.setApplicationName("offhook");
        schema.setConnectTimeout(1);
        // A migration may take long; a network that swallows packets must still come to an end.
        schema.setSocketTimeout(3_600);
        schema.setTcpKeepAlive(true);
        schema.setLogServerErrorDetail(false);
        schema.setLoginTimeout(2);
        var facts = new HikariDataSource(facts(url, user, password));
        return new Connections(
                schema, facts, facts, new HikariDataSource(queries(url, user, password)), Optional.empty());
    }

    private static HikariConfig facts(String url, Optional<String> user, Optional<String> password) {
        var config = postgres(url, user, password, "store", POSTGRES_CONNECTIONS);
        config.setConnectionInitSql("set statement_timeout = 5000");
        // A network that swallows packets: the statement's own limit is never reported, so the socket needs one too.
        config.addDataSourceProperty("socketTimeout", "6");
        return config;
    }

    /// A tool has its own limit, of a minute at most.
    private static HikariConfig queries(String url, Optional<String> user, Optional<String> password) {
        var config = postgres(url, user, password, "store-query", QUERIES);
        config.setReadOnly(true);
        config.setConnectionInitSql("set statement_timeout = 61000");
        config.addDataSourceProperty("socketTimeout", "65");
        return config;
    }

    private static HikariConfig postgres(
            String url, Optional<String> user, Optional<String> password, String name, int connections) {
        var config = pool(url, name, connections);
        user.ifPresent(config::setUsername);
        password.ifPresent(config::setPassword);
        config.setConnectionTimeout(1_000);
        config.addDataSourceProperty("connectTimeout", "1");
        config.addDataSourceProperty("ApplicationName", "offhook");
        // Else the driver quotes the values of a batch that fails, and the pool writes them into the log.
        config.addDataSourceProperty("logServerErrorDetail", "false");
        return config;
    }

    private static HikariConfig pool(String url, String name, int connections) {
        var config = new HikariConfig();
        config.setPoolName(name);
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        // Connects when it is asked, and so never before the database is there.
        config.setMinimumIdle(0);
        config.setInitializationFailTimeout(-1);
        config.setValidationTimeout(500);
        return config;
    }

    private static StoreException refused(String message) {
        return new StoreException(message, new IllegalArgumentException("store URL"));
    }
}
