package io.offhook.crm.store;

import io.offhook.store.StoreException;
import java.sql.SQLException;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;

/// Runs statements so that their failures quote no data.
final class Sql {
    private Sql() {}

    /// @throws StoreException that names the operation and the SQL state
    static <T> T with(Jdbi jdbi, String operation, Function<Handle, T> work) {
        try (var handle = jdbi.open()) {
            return work.apply(handle);
        } catch (JdbiException e) {
            // JDBI's message quotes the bound values, and the driver's may quote a row.
            for (Throwable cause = e; cause != null; cause = cause.getCause()) {
                if (cause instanceof SQLException sql) {
                    throw new StoreException(
                            operation,
                            new SQLException(
                                    "SQL state " + sql.getSQLState() + ", code " + sql.getErrorCode(),
                                    sql.getSQLState(),
                                    sql.getErrorCode()));
                }
            }
            throw new StoreException(
                    operation, new IllegalStateException(e.getClass().getName()));
        }
    }
}
