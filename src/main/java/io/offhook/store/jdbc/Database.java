package io.offhook.store.jdbc;

import io.offhook.store.StoreException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.ColonPrefixSqlParser;
import org.jdbi.v3.core.statement.DefinedAttributeTemplateEngine;
import org.jdbi.v3.core.statement.SqlParser;
import org.jdbi.v3.core.statement.SqlStatements;
import org.jdbi.v3.core.statement.TemplateEngine;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The connections to one database. Making this connects to nothing: the first `makeReady` that gets through brings the
/// schema up to the one of this version, so a server may start before its database. SQLite has one connection that
/// writes and a few that read, so that a reader never waits for a writer; PostgreSQL has one pool. Any thread.
public final class Database implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Database.class);
    /// One for all, since it remembers what it has parsed: that takes longer than to run a statement.
    private static final SqlParser PARSER = new ColonPrefixSqlParser();
    /// For the statements with a list in them; all others are what they are.
    static final TemplateEngine LISTS = new DefinedAttributeTemplateEngine();

    private final Connections connections;
    private final List<Consumer<DataSource>> afterwards;
    private final ReentrantLock preparing = new ReentrantLock();
    private volatile boolean ready;

    private Database(Connections connections, List<Consumer<DataSource>> afterwards) {
        this.connections = connections;
        this.afterwards = List.copyOf(afterwards);
    }

    /// Connects to nothing yet.
    ///
    /// @param url        `jdbc:sqlite:<file>` or `jdbc:postgresql://host/database`
    /// @param afterwards what else must be there before the database is ready; may run again after a failure
    /// @throws StoreException when the URL is of another kind
    public static Database of(
            String url, Optional<String> user, Optional<String> password, List<Consumer<DataSource>> afterwards) {
        try {
            return new Database(Connections.to(url, user, password), afterwards);
        } catch (StoreException e) {
            throw e;
        } catch (RuntimeException e) {
            throw new StoreException("read the store's URL (OFFHOOK_JDBC_URL)", kept(e));
        }
    }

    /// As `of` and `makeReady`.
    ///
    /// @throws StoreException also when the database does not answer
    public static Database open(String url, Optional<String> user, Optional<String> password) {
        var database = of(url, user, password, List.of());
        try {
            database.makeReady();
            return database;
        } catch (StoreException e) {
            database.close();
            throw e;
        }
    }

    /// One attempt at start. A database that does not answer is no reason not to start: `makeReady` does it later.
    ///
    /// @return whether the database is ready
    /// @throws StoreException when that takes an operator: a wrong password or path, a schema of another version
    public boolean start(Duration patience) {
        var attempt = new FutureTask<>(this::prepare, true);
        Thread.ofPlatform().daemon().name("store-start").start(attempt);
        String why;
        try {
            return attempt.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException e) {
            if (SqlFault.of(e) != SqlFault.DATABASE) {
                throw new StoreException("open the store: " + deepest(e), kept(e));
            }
            why = deepest(e);
        } catch (TimeoutException e) {
            why = "no answer within " + patience.toMillis() + " ms";
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            why = "interrupted";
        }
        LOG.atWarn()
                .addKeyValue("reason", why)
                .log("the database does not answer: calls are served without it, and what happens in them waits on"
                        + " local disk until it does (OFFHOOK_JDBC_URL)");
        return false;
    }

    /// Makes sure that the schema is there; does the work once. Blocks for as long as a migration takes.
    ///
    /// @throws StoreException when that is not possible at present
    public void makeReady() {
        if (ready) {
            return;
        }
        try {
            prepare();
        } catch (RuntimeException e) {
            // The cause may quote the URL, and a URL may hold a password: only its deepest message is kept.
            throw StoreException.unavailable("open the store: " + deepest(e), kept(e));
        }
    }

    /// Whether the database was reached and has the schema of this version. Never blocks.
    public boolean ready() {
        return ready;
    }

    /// For statements that write; on SQLite there is one such connection.
    public DataSource writer() {
        return connections.writer();
    }

    public DataSource reader() {
        return connections.reader();
    }

    /// The same, for SQL with named values.
    Jdbi writing() {
        return sql(writer());
    }

    Jdbi reading() {
        return sql(reader());
    }

    private static Jdbi sql(DataSource connections) {
        var jdbi = Jdbi.create(connections);
        jdbi.getConfig(SqlStatements.class).setSqlParser(PARSER).setTemplateEngine(TemplateEngine.NOP);
        return jdbi;
    }

    /// For the queries of tools: can't write, and takes no connection from the store.
    public DataSource queries() {
        return connections.queries();
    }

    @Override
    public void close() {
        connections.close();
    }

    private void prepare() {
        preparing.lock();
        try {
            if (ready) {
                return;
            }
            connections.file().ifPresent(Database::keepToOurselves);
            Migrations.apply(connections.schema());
            afterwards.forEach(step -> step.accept(connections.schema()));
            ready = true;
        } finally {
            preparing.unlock();
        }
    }

    /// The database holds what callers said. SQLite gives the files beside it the rights of the first one.
    private static void keepToOurselves(Path file) {
        if (!file.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return;
        }
        var ours = PosixFilePermissions.fromString("rw-------");
        try {
            if (!Files.exists(file)) {
                Files.createFile(file, PosixFilePermissions.asFileAttribute(ours));
            }
            for (var each : List.of(file, sibling(file, "-wal"), sibling(file, "-shm"))) {
                if (Files.exists(each) && !Files.getPosixFilePermissions(each).equals(ours)) {
                    Files.setPosixFilePermissions(each, ours);
                }
            }
        } catch (IOException e) {
            // Its message is for the operator: the deepest one is only the path.
            throw new UncheckedIOException("the file " + file + " can't be made, or its rights can't be set", e);
        }
    }

    private static Path sibling(Path file, String suffix) {
        return file.resolveSibling(file.getFileName() + suffix);
    }

    private static IllegalStateException kept(Throwable failure) {
        return new IllegalStateException(failure.getClass().getName());
    }

    private static String deepest(Throwable failure) {
        var cause = failure;
        while (cause.getCause() != null && !(cause instanceof UncheckedIOException)) {
            cause = cause.getCause();
        }
        var message = cause.getMessage();
        return message == null || message.contains("jdbc:") ? cause.getClass().getSimpleName() : message;
    }
}
