package io.offhook.store.jdbc;

import io.offhook.call.Bill;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.store.Attempt;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import io.offhook.store.FactJson;
import io.offhook.store.StoreException;
import io.offhook.store.StoredCall;
import io.offhook.store.WholeCall;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The log of calls in SQLite or PostgreSQL. Any thread; every method blocks.
///
/// Statements are grouped by kind within a batch. That is sound because they commute: each row says by its own time or
/// key what may replace it, so facts of one call may also arrive from several nodes.
public final class JdbcCallLog implements CallLog {
    private static final Logger LOG = LoggerFactory.getLogger(JdbcCallLog.class);
    private static final Duration SWEEP_EVERY = Duration.ofMinutes(1);
    /// Far longer than a token lives.
    private static final Duration TOKEN_KEPT = Duration.ofMinutes(5);

    private final Database database;
    private final Jdbi writer;
    private final Jdbi reader;
    private final FactJson json = new FactJson();
    // Of the one thread that appends.
    private long tokensSweptNanos = System.nanoTime() - SWEEP_EVERY.toNanos();

    public JdbcCallLog(Database database) {
        this.database = database;
        this.writer = database.writing();
        this.reader = database.reading();
    }

    /// @param url `jdbc:sqlite:<file>` or `jdbc:postgresql://host/database`
    /// @throws StoreException when the URL is of another kind or the database does not answer
    public static JdbcCallLog open(String url, Optional<String> user, Optional<String> password) {
        return new JdbcCallLog(Database.open(url, user, password));
    }

    public static JdbcCallLog open(String url) {
        return open(url, Optional.empty(), Optional.empty());
    }

    /// Brings the schema up to date first, if nobody could yet.
    @Override
    public void append(List<Fact> facts) {
        database.makeReady();
        if (facts.isEmpty()) {
            with(writer, "ask the store", JdbcCallLog::answers);
            return;
        }
        with(writer, "write facts", handle -> {
            handle.useTransaction(transaction -> {
                for (var statement : FactStatement.ALL) {
                    statement.write(transaction, facts, json);
                }
            });
            return true;
        });
        if (System.nanoTime() - tokensSweptNanos >= SWEEP_EVERY.toNanos()) {
            tokensSweptNanos = System.nanoTime();
            forgetTokens();
        }
    }

    /// Expired tokens are refused by their own date, so their rows are of no more use.
    private void forgetTokens() {
        try {
            with(
                    writer,
                    "forget stream tokens",
                    handle -> handle.createUpdate("delete from stream_token where used_at < :before")
                            .bind("before", System.currentTimeMillis() - TOKEN_KEPT.toMillis())
                            .execute());
        } catch (StoreException e) {
            LOG.atDebug().setCause(e).log("used stream tokens stay for another minute");
        }
    }

    @Override
    public Optional<StoredCall> find(CallId call) {
        return look(
                "read a call",
                handle -> handle.createQuery("select * from call where id = :call")
                        .bind("call", call.value())
                        .map(CALL)
                        .findOne());
    }

    /// The calls that began last, newest first.
    public List<StoredCall> latest(int limit) {
        return look(
                "read the latest calls",
                handle -> handle.createQuery("select * from call order by started_at desc, id limit :limit")
                        .bind("limit", limit)
                        .map(CALL)
                        .list());
    }

    @Override
    public List<Turn> turns(CallId call) {
        return list(
                call,
                "read turns",
                "select * from turn where call_id = :call order by at, place, item",
                (row, _) -> new Turn(
                        Turn.Speaker.valueOf(row.getString("speaker").toUpperCase(Locale.ROOT)),
                        row.getString("item"),
                        row.getString("words"),
                        row.getInt("cut") == 1,
                        instant(row, "at")));
    }

    /// The latest one, when there were several.
    @Override
    public Optional<Handoff> handoff(CallId call) {
        return handoffs(call).reversed().stream().findFirst();
    }

    private List<Handoff> handoffs(CallId call) {
        return list(
                        call,
                        "read handoffs",
                        "select body from handoff where call_id = :call order by at",
                        (row, _) -> row.getString("body"))
                .stream()
                .map(json::readHandoff)
                .toList();
    }

    @Override
    public Optional<WholeCall> whole(CallId call) {
        return find(call)
                .map(stored -> new WholeCall(
                        stored,
                        verstat(call),
                        voicemail(call).isPresent(),
                        handoffs(call),
                        turns(call),
                        toolRuns(call),
                        timeline(call),
                        route(call),
                        bill(call),
                        attempts(call)));
    }

    /// The call's timeline, in order.
    public List<Fact.Happened> timeline(CallId call) {
        return list(
                call,
                "read a timeline",
                "select * from call_event where call_id = :call order by sequence",
                (row, _) -> new Fact.Happened(
                        call,
                        instant(row, "at"),
                        row.getLong("sequence"),
                        row.getString("kind"),
                        row.getString("detail")));
    }

    /// The tools that ran, oldest first.
    public List<Fact.ToolRan> toolRuns(CallId call) {
        return list(
                call,
                "read tool runs",
                "select * from tool_run where call_id = :call order by at, request_id",
                (row, _) -> new Fact.ToolRan(
                        call,
                        instant(row, "at"),
                        new ToolRequest(row.getString("request_id"), row.getString("name"), row.getString("arguments")),
                        new ToolOutcome(
                                row.getString("answer"),
                                row.getString("result"),
                                Duration.ofMillis(row.getLong("took_ms")),
                                row.getInt("shortened") == 1)));
    }

    /// What the engine charged, oldest first.
    public List<Fact.Charged> usage(CallId call) {
        return list(
                call,
                "read usage",
                "select * from usage where call_id = :call order by at, charge",
                (row, _) -> new Fact.Charged(
                        call,
                        instant(row, "at"),
                        row.getString("charge"),
                        new Usage(
                                row.getString("model"),
                                row.getLong("text_in"),
                                row.getLong("audio_in"),
                                row.getLong("cached_text_in"),
                                row.getLong("cached_audio_in"),
                                row.getLong("text_out"),
                                row.getLong("audio_out"),
                                Duration.ofMillis(row.getLong("transcribed_ms"))),
                        money(row)));
    }

    /// What all of it came to, as far as it has a price.
    public Bill bill(CallId call) {
        return usage(call).stream().flatMap(charge -> charge.cost().stream()).reduce(Bill.NONE, Bill::plus, Bill::plus);
    }

    /// The steps of the call's route, in order; without a result where the caller still waits.
    public List<Fact.RouteStepped> route(CallId call) {
        return list(
                call,
                "read a route",
                "select * from route_step where call_id = :call order by step",
                (row, _) -> new Fact.RouteStepped(
                        call,
                        instant(row, "at"),
                        row.getInt("step"),
                        row.getString("destination"),
                        Optional.ofNullable(row.getString("result"))
                                .flatMap(slug -> Arrays.stream(Route.Result.values())
                                        .filter(result -> result.slug().equals(slug))
                                        .findFirst())));
    }

    /// The humans who were called while the agent had the caller, in order.
    public List<Attempt> attempts(CallId call) {
        return list(
                call,
                "read attempts",
                "select * from attempt where call_id = :call order by number",
                JdbcAttempts.ATTEMPT);
    }

    /// The provider's word on the caller's number, as it came; or empty.
    public String verstat(CallId call) {
        return list(call, "read a verdict", "select verstat from call where id = :call", (row, _) -> row.getString("verstat"))
                .stream()
                .findFirst()
                .orElse("");
    }

    /// The message that the caller left, if any.
    public Optional<Fact.Voicemail> voicemail(CallId call) {
        return list(
                        call,
                        "read a voicemail",
                        "select * from call where id = :call and voicemail_recording is not null",
                        (row, _) -> new Fact.Voicemail(
                                call,
                                instant(row, "voicemail_at"),
                                row.getString("voicemail_recording"),
                                row.getInt("voicemail_seconds"),
                                Optional.ofNullable(row.getString("voicemail_mailbox"))))
                .stream()
                .findFirst();
    }

    @Override
    public boolean redeem(CallId call, String nonce) {
        Sql.mustBeReady(database, "redeem a stream token");
        return with(
                writer,
                "redeem a stream token",
                handle -> handle.createUpdate("insert into stream_token (call_id, nonce, used_at)"
                                        + " values (:call, :nonce, :at) on conflict do nothing")
                                .bind("call", call.value())
                                .bind("nonce", nonce)
                                .bind("at", System.currentTimeMillis())
                                .execute()
                        == 1);
    }

    @Override
    public boolean ready() {
        return database.ready();
    }

    @Override
    public boolean healthy() {
        try {
            return ready() && with(writer, "ask the store", JdbcCallLog::answers);
        } catch (StoreException e) {
            return false;
        }
    }

    @Override
    public void close() {
        database.close();
    }

    private <T> List<T> list(CallId call, String operation, String sql, RowMapper<T> mapper) {
        return look(
                operation,
                handle -> handle.createQuery(sql)
                        .bind("call", call.value())
                        .map(mapper)
                        .list());
    }

    /// Of a table of ours, so that a database without them, or with a lock on them, does not count as healthy.
    private static boolean answers(Handle handle) {
        return handle.createQuery("select count(*) from (select 1 from call limit 1) as one")
                        .mapTo(Integer.class)
                        .one()
                >= 0;
    }

    private <T> T look(String operation, Function<Handle, T> work) {
        Sql.mustBeReady(database, operation);
        return with(reader, operation, work);
    }

    private static <T> T with(Jdbi jdbi, String operation, Function<Handle, T> work) {
        try (var handle = jdbi.open()) {
            return work.apply(handle);
        } catch (JdbiException e) {
            throw failure(operation, e);
        }
    }

    private static StoreException failure(String operation, JdbiException failure) {
        var kept = Sql.kept(failure);
        return switch (SqlFault.of(failure)) {
            case ROW -> StoreException.refusal(operation, kept);
            case DATABASE, OPERATOR -> StoreException.unavailable(operation, kept);
            case UNKNOWN -> new StoreException(operation, kept);
        };
    }

    private static final RowMapper<StoredCall> CALL = (row, _) -> new StoredCall(
            new CallId(row.getString("id")),
            row.getString("agent"),
            number(row.getString("caller_number")),
            number(row.getString("called_number")),
            row.getString("phase"),
            instant(row, "started_at"),
            Optional.ofNullable(row.getString("outcome")).map(_ -> instant(row, "ended_at")),
            Optional.ofNullable(row.getString("outcome"))
                    .flatMap(slug -> Arrays.stream(Disposition.Outcome.values())
                            .filter(outcome -> outcome.slug().equals(slug))
                            .findFirst())
                    .map(outcome -> new Disposition(outcome, text(row, "reason"))));

    private static Optional<PhoneNumber> number(@Nullable String e164) {
        return Optional.ofNullable(e164).flatMap(PhoneNumber::parse);
    }

    private static Optional<Money> money(ResultSet row) throws SQLException {
        var nanos = BigDecimal.valueOf(row.getLong("cost_nanos"), Money.PLACES);
        return Optional.ofNullable(row.getString("currency")).map(currency -> new Money(currency, nanos));
    }

    private static Instant instant(ResultSet row, String column) {
        try {
            return Instant.ofEpochMilli(row.getLong(column));
        } catch (SQLException e) {
            throw new StoreException("read the column " + column, e);
        }
    }

    private static String text(ResultSet row, String column) {
        try {
            return row.getString(column);
        } catch (SQLException e) {
            throw new StoreException("read the column " + column, e);
        }
    }
}
