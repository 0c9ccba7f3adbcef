package io.offhook.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import io.offhook.store.StoreException;
import java.util.Objects;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.jspecify.annotations.Nullable;

/// The connections to one database, migrated to the schema of this version. SQLite has one connection that writes and a
/// few that read, so that a reader never waits for a writer; PostgreSQL has one pool. Any thread.
public final class Database implements AutoCloseable {
    private static final int READERS = 4;
    private static final int POSTGRES_CONNECTIONS = 8;

    private final HikariDataSource writer;
    private final HikariDataSource reader;

    private Database(HikariDataSource writer, HikariDataSource reader) {
        this.writer = writer;
        this.reader = reader;
    }

    /// Connects and brings the schema up to date.
    ///
    /// @param url `jdbc:sqlite:<file>` or `jdbc:postgresql://host/database`
    /// @throws StoreException when the URL is of another kind or the database does not answer
    public static Database open(String url, Optional<String> user, Optional<String> password) {
        boolean sqlite = url.startsWith("jdbc:sqlite:");
        if (!sqlite && !url.startsWith("jdbc:postgresql:")) {
            throw refused("the store's URL must begin with jdbc:sqlite: or jdbc:postgresql: (OFFHOOK_JDBC_URL)");
        }
        if (sqlite && (url.equals("jdbc:sqlite:") || url.contains(":memory:"))) {
            throw refused("the store's URL must name a file, such as jdbc:sqlite:/var/lib/offhook/offhook.db");
        }
        @Nullable HikariDataSource writer = null;
        try {
            writer = new HikariDataSource(sqlite ? sqlite(url, 1, false) : postgres(url, user, password));
            migrate(writer);
            return new Database(writer, sqlite ? new HikariDataSource(sqlite(url, READERS, true)) : writer);
        } catch (FlywayException e) {
            Objects.requireNonNull(writer).close();
            throw new StoreException("bring the store's schema up to date (OFFHOOK_JDBC_URL)", e);
        } catch (RuntimeException e) {
            if (writer != null) {
                writer.close();
            }
            // The cause may quote the URL, and a URL may hold a password: only its deepest message is kept.
            throw new StoreException(
                    "open the store: " + deepest(e),
                    new IllegalStateException(e.getClass().getName()));
        }
    }

    /// For statements that write; on SQLite there is one such connection.
    public DataSource writer() {
        return writer;
    }

    public DataSource reader() {
        return reader;
    }

    @Override
    public void close() {
        reader.close();
        writer.close();
    }

    private static HikariConfig sqlite(String url, int connections, boolean readOnly) {
        var config = new HikariConfig();
        config.setPoolName(readOnly ? "store-read" : "store-write");
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(connections);
        config.setMinimumIdle(1);
        // The one writer may be busy with a batch; readers are bounded by the pool.
        config.setConnectionTimeout(readOnly ? 1_000 : 5_000);
        config.setValidationTimeout(500);
        config.addDataSourceProperty("journal_mode", "WAL");
        config.addDataSourceProperty("synchronous", "FULL");
        config.addDataSourceProperty("busy_timeout", "2000");
        config.addDataSourceProperty("transaction_mode", "IMMEDIATE");
        if (readOnly) {
            config.setConnectionInitSql("pragma query_only = 1");
        }
        return config;
    }

    private static HikariConfig postgres(String url, Optional<String> user, Optional<String> password) {
        var config = new HikariConfig();
        config.setPoolName("store");
        config.setJdbcUrl(url);
        user.ifPresent(config::setUsername);
        password.ifPresent(config::setPassword);
        config.setMaximumPoolSize(POSTGRES_CONNECTIONS);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(1_000);
        config.setValidationTimeout(500);
        config.setConnectionInitSql("set statement_timeout = 5000");
        config.addDataSourceProperty("connectTimeout", "1");
        // A network that swallows packets: the statement's own limit is never reported, so the socket needs one too.
        config.addDataSourceProperty("socketTimeout", "6");
        config.addDataSourceProperty("ApplicationName", "offhook");
        return config;
    }

    private static void migrate(DataSource writer) {
        Flyway.configure(Database.class.getClassLoader())
                .dataSource(writer)
                .locations("classpath:io/offhook/store/jdbc")
                .table("schema_history")
                .load()
                .migrate();
    }

    private static StoreException refused(String message) {
        return new StoreException(message, new IllegalArgumentException("store URL"));
    }

    private static String deepest(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        var message = cause.getMessage();
        return message == null || message.contains("jdbc:") ? cause.getClass().getSimpleName() : message;
    }
}
