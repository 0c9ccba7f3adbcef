package io.offhook.store.jdbc;

import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.sql.SQLException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/// One PostgreSQL server for all tests of a JVM; each caller gets a database of its own.
public final class TestPostgres {
    private static final AtomicInteger DATABASES = new AtomicInteger();

    private TestPostgres() {}

    private static final class Server {
        static final EmbeddedPostgres RUNNING = start();

        private static EmbeddedPostgres start() {
            try {
                return EmbeddedPostgres.builder()
                        .setServerConfig("fsync", "off")
                        .setServerConfig("shared_buffers", "16MB")
                        .start();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    /// Has the schema, and nothing else in it; made once, since that takes long.
    private static final class Template {
        static final String NAME = made();

        private static String made() {
            try {
                var name = created("template1");
                Database.open(urlOf(name), Optional.empty(), Optional.empty()).close();
                return name;
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        }
    }

    /// JDBC URL of a new database with the schema and nothing else in it, user and password included.
    public static String url() throws SQLException {
        return urlOf(created(Template.NAME));
    }

    /// The same of a new database with nothing at all in it.
    public static String empty() throws SQLException {
        return urlOf(created("template1"));
    }

    private static String urlOf(String database) {
        return Server.RUNNING.getJdbcUrl("postgres", database);
    }

    private static String created(String template) throws SQLException {
        var name = "test" + DATABASES.incrementAndGet();
        try (var connection = Server.RUNNING.getPostgresDatabase().getConnection();
                var statement = connection.createStatement()) {
            statement.execute("create database " + name + " template " + template);
        }
        return name;
    }
}
