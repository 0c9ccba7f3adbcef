package io.offhook.tool;

import io.offhook.tool.Tool.Invocation;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.sql.Types;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.argument.Argument;
import org.jdbi.v3.core.argument.NamedArgumentFinder;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.StatementContext;
import org.jdbi.v3.core.statement.StatementCustomizer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A tool that is one SQL query, such as `select status from orders where number = :order_number`. `:name` is an
/// argument and `:caller.number` a fact of the call; both are bound by the driver and never become SQL. Runs in a
/// transaction that can't write and is rolled back.
///
/// The result is one row as an object, several as a list, none as `{"found": false}`.
public final class SqlTool implements ToolWork {
    private static final Logger LOG = LoggerFactory.getLogger(SqlTool.class);
    private static final int ROWS = 50;
    private static final Duration FIRST_CANCEL_AGAIN = Duration.ofMillis(50);
    private static final Duration CANCEL_AGAIN = Duration.ofSeconds(1);

    private final String name;
    private final String sql;
    private final Jdbi jdbi;
    private final Duration limit;

    /// @param name   for messages
    /// @param limit  after which the database is asked to stop
    /// @throws IllegalArgumentException when the SQL is not one query
    public SqlTool(String name, String sql, DataSource database, Duration limit) {
        this.name = name;
        this.sql = oneQuery(name, sql);
        this.jdbi = Jdbi.create(database);
        // A query need not use every argument that the model may give.
        this.jdbi.getConfig(SqlStatements.class).setUnusedBindingAllowed(true);
        this.limit = limit;
    }

    /// The query runs on a thread of its own: SQLite's is native code, which would hold a virtual thread's carrier.
    @Override
    public Object run(Invocation invocation) throws ToolFailure, InterruptedException {
        var query = new Query(invocation);
        var task = new FutureTask<>(query);
        Thread.ofPlatform().daemon().name("tool-sql").start(task);
        try {
            return task.get(limit.toNanos(), TimeUnit.NANOSECONDS);
        } catch (ExecutionException e) {
            // The driver's and JDBI's messages quote values, so only the kind of failure is kept.
            LOG.atWarn()
                    .addKeyValue("call", invocation.call())
                    .addKeyValue("tool", name)
                    .addKeyValue("sql_state", sqlState(e))
                    .log("query failed");
            throw new ToolFailure("query_failed", "the database could not answer; say that you cannot see that now");
        } catch (TimeoutException e) {
            query.cancel();
            throw new InterruptedException("the query took too long");
        } catch (InterruptedException e) {
            query.cancel();
            throw e;
        }
    }

    /// One run, which any thread may cancel.
    private final class Query implements Callable<Object>, StatementCustomizer {
        private final Invocation invocation;
        private final ReentrantLock lock = new ReentrantLock();
        // Guarded by the lock.
        private Optional<Statement> running = Optional.empty();
        private boolean cancelled;

        Query(Invocation invocation) {
            this.invocation = invocation;
        }

        @Override
        public Object call() throws SQLException {
            try (var handle = jdbi.open()) {
                var connection = handle.getConnection();
                boolean sqlite = connection.getMetaData().getDatabaseProductName().equals("SQLite");
                boolean wasReadOnly = readOnly(connection, sqlite, true);
                try {
                    // SQLite's guard is the pragma; its transactions would ask for the write lock.
                    if (!sqlite) {
                        handle.begin();
                    }
                    var rows = handle.createQuery(sql)
                            .bindNamedArgumentFinder(new Bound(invocation))
                            .setMaxRows(ROWS + 1)
                            .addCustomizer(this)
                            .map((row, _) -> row(row))
                            .list();
                    return result(rows);
                } finally {
                    over();
                    if (!sqlite) {
                        handle.rollback();
                    }
                    readOnly(connection, sqlite, wasReadOnly);
                }
            }
        }

        @Override
        public void beforeExecution(PreparedStatement statement, StatementContext context) throws SQLException {
            lock.lock();
            try {
                if (cancelled) {
                    throw new SQLException("cancelled before it began");
                }
                running = Optional.of(statement);
            } finally {
                lock.unlock();
            }
        }

        private void over() {
            lock.lock();
            try {
                running = Optional.empty();
            } finally {
                lock.unlock();
            }
        }

        /// Goes on until the query is over, on a thread of its own: a cancel that comes a moment before the database
        /// has begun is lost without a word, and what was not cancelled keeps a processor busy for ever.
        void cancel() {
            Thread.ofVirtual().name("tool-sql-cancel").start(() -> {
                var pause = FIRST_CANCEL_AGAIN;
                while (cancelOnce()) {
                    LockSupport.parkNanos(pause.toNanos());
                    pause = Collections.min(List.of(pause.multipliedBy(2), CANCEL_AGAIN));
                }
            });
        }

        /// @return whether there was something to cancel
        private boolean cancelOnce() {
            lock.lock();
            try {
                cancelled = true;
                if (running.isEmpty()) {
                    return false;
                }
                running.get().cancel();
                return true;
            } catch (SQLException e) {
                LOG.atWarn().addKeyValue("tool", name).addKeyValue("sql_state", sqlState(e)).log("cancel failed");
                return true;
            } finally {
                lock.unlock();
            }
        }
    }

    private static String sqlState(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof SQLException sql) {
                return sql.getSQLState() + "/" + sql.getErrorCode();
            }
        }
        return failure.getClass().getSimpleName();
    }

    private static Object result(List<Map<String, Object>> rows) {
        if (rows.size() > ROWS) {
            return Map.of("rows", rows.subList(0, ROWS), "more_rows", true);
        }
        return switch (rows.size()) {
            case 0 -> Map.of("found", false);
            case 1 -> rows.getFirst();
            default -> rows;
        };
    }

    private static Map<String, Object> row(ResultSet row) throws SQLException {
        var columns = row.getMetaData();
        var values = new LinkedHashMap<String, Object>();
        for (int i = 1; i <= columns.getColumnCount(); i++) {
            values.put(columns.getColumnLabel(i).toLowerCase(Locale.ROOT), plain(row.getObject(i)));
        }
        return values;
    }

    private static Object plain(@Nullable Object value) {
        return switch (value) {
            case null -> Optional.empty();
            case Boolean truth -> truth;
            case Integer number -> number;
            case Long number -> number;
            case Double number -> number;
            case BigDecimal number -> number;
            case byte[] bytes -> bytes.length + " bytes";
            default -> value.toString();
        };
    }

    /// @return whether the connection was read-only before
    private static boolean readOnly(Connection connection, boolean sqlite, boolean yes) throws SQLException {
        if (!sqlite) {
            boolean before = connection.isReadOnly();
            connection.setReadOnly(yes);
            return before;
        }
        try (var statement = connection.createStatement()) {
            boolean before;
            try (var row = statement.executeQuery("pragma query_only")) {
                before = row.next() && row.getInt(1) == 1;
            }
            statement.execute("pragma query_only = " + (yes ? 1 : 0));
            return before;
        }
    }

    /// PostgreSQL's JDBC driver and SQLite's run several statements in one text, so a second one is refused here.
    private static String oneQuery(String name, String sql) {
        var text = sql.strip();
        while (text.endsWith(";")) {
            text = text.substring(0, text.length() - 1).strip();
        }
        var bare = text.replaceAll("'[^']*+'|\"[^\"]*+\"|--[^\\n]*+|(?s:/\\*.*?\\*/)", " ").strip();
        if (bare.contains(";") || !bare.toLowerCase(Locale.ROOT).matches("(?s)(select|with|values)\\b.*")) {
            throw new IllegalArgumentException("the SQL of the tool " + name + " must be one query (select or with)");
        }
        return text;
    }

    /// Facts come first, so that no argument can pass for one.
    private record Bound(Invocation invocation) implements NamedArgumentFinder {
        @Override
        public Optional<Argument> find(String name, StatementContext context) {
            var value = Template.isFact(name)
                    ? invocation.facts().get(name)
                    : invocation.arguments().get(name);
            return Optional.of((position, statement, _) -> {
                switch (value) {
                    case null -> statement.setNull(position, Types.NULL);
                    // Without a type, so that the database compares it with numbers, dates and UUIDs, too.
                    case String text -> statement.setObject(position, text.replace("\0", ""), Types.OTHER);
                    case Boolean truth -> statement.setBoolean(position, truth);
                    case Number number -> statement.setObject(position, number);
                    default -> statement.setString(position, value.toString());
                }
            });
        }

        @Override
        public Collection<String> getNames() {
            var names = new ArrayList<>(invocation.arguments().keySet());
            names.addAll(invocation.facts().keySet());
            return names;
        }
    }
}
