package io.offhook.store.jdbc;

import io.offhook.store.StoreException;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/// Runs statements so that their failures quote no data: JDBI's message quotes the bound values, and the driver's may
/// quote a row. Blocks for as long as the database takes.
final class Sql {
    private Sql() {}

    /// @throws StoreException that names the operation and the SQL state
    static <T> T with(Jdbi jdbi, String operation, Function<Handle, T> work) {
        try (var handle = jdbi.open()) {
            return work.apply(handle);
        } catch (JdbiException e) {
            throw failure(operation, e);
        }
    }

    /// Whoever asks can do without an answer, but not wait for a migration.
    ///
    /// @throws StoreException when the database has not been there since the start, and so may have no tables
    static void mustBeReady(Database database, String operation) {
        if (!database.ready()) {
            throw StoreException.unavailable(
                    operation, new IllegalStateException("the database has not answered since the start"));
        }
    }

    static StoreException failure(String operation, JdbiException failure) {
        return new StoreException(operation, kept(failure));
    }

    /// What may be told of a failure.
    static Exception kept(JdbiException failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return new SQLException(
                        "SQL state " + sql.getSQLState() + ", code " + sql.getErrorCode(),
                        sql.getSQLState(),
                        sql.getErrorCode());
            }
        }
        return new IllegalStateException(failure.getClass().getName());
    }
}
