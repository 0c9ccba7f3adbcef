package io.offhook.store.jdbc;

import java.sql.SQLException;
import java.sql.SQLTransientException;
import org.sqlite.SQLiteException;

/// Whose fault it is that a database did not do as it was told.
enum SqlFault {
    /// The row's: it would be refused again.
    ROW,
    /// The connection's or the server's: it may work later.
    DATABASE,
    /// Password, privileges, a database or table that is not there: it works once somebody puts it right.
    OPERATOR,
    UNKNOWN;

    static SqlFault of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            switch (cause) {
                case SQLiteException sqlite -> {
                    return ofSqlite(sqlite.getResultCode().code & 0xFF);
                }
                case SQLTransientException _ -> {
                    // The pool's own: no connection came in time. What the last try met says more.
                    return cause.getCause() instanceof SQLException reason && of(reason) == OPERATOR
                            ? OPERATOR
                            : DATABASE;
                }
                case SQLException sql when sql.getSQLState() != null -> {
                    return ofState(sql.getSQLState());
                }
                default -> {}
            }
        }
        return UNKNOWN;
    }

    /// See sqlite.org/rescode.html.
    private static SqlFault ofSqlite(int code) {
        return switch (code) {
            case 18, 19, 20 -> ROW; // too big, constraint, mismatch
            case 3, 8, 11, 14, 23, 26 -> OPERATOR; // permission, read-only, corrupt, can't open, no right, no database
            case 4, 5, 6, 7, 9, 10, 13, 15, 17 -> DATABASE; // abort, busy, locked, memory, interrupt, I/O, full, ...
            default -> UNKNOWN;
        };
    }

    /// See "PostgreSQL Error Codes"; the first two characters are the class.
    private static SqlFault ofState(String state) {
        return switch (state.length() < 2 ? state : state.substring(0, 2)) {
            case "22", "23" -> ROW;
            case "28", "3D", "3F", "42" -> OPERATOR;
            case "08", "25", "40", "53", "55", "57", "58", "F0", "XX" -> DATABASE;
            default -> UNKNOWN;
        };
    }
}
