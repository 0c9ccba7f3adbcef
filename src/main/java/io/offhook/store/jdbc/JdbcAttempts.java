package io.offhook.store.jdbc;

import io.offhook.call.CallId;
import io.offhook.call.Route;
import io.offhook.store.Attempt;
import io.offhook.store.Attempts;
import io.offhook.store.StoreException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.SqlStatement;

/// The attempts to bring humans to callers in SQLite or PostgreSQL. Any thread; every method blocks. Does not close the
/// database.
public final class JdbcAttempts implements Attempts {
    /// Far more than there are nodes that hear of one human at the same moment.
    private static final int TRIES = 50;

    private final Database database;
    private final Jdbi writer;
    private final Jdbi reader;

    public JdbcAttempts(Database database) {
        this.database = database;
        this.writer = database.writing();
        this.reader = database.reading();
    }

    /// As it was read.
    private record Row(Attempt attempt, long version) {}

    @Override
    public boolean begin(Attempt fresh) {
        return with(
                writer,
                "begin an attempt",
                handle -> bound(handle.createUpdate("""
                                insert into attempt (call_id, number, version, handoff_at, step, state, result, leg,
                                    caller_there, human_there, recalled)
                                values (:call, :number, 0, :handoff, :step, :state, :result, :leg,
                                    :caller, :human, :recalled)
                                on conflict do nothing
                                """), fresh)
                                .bind("handoff", fresh.handoff().toEpochMilli())
                                .bind("step", fresh.step())
                                .execute()
                        == 1);
    }

    @Override
    public Optional<Change> change(CallId call, int number, UnaryOperator<Attempt> rule) {
        return with(writer, "change an attempt", handle -> {
            for (int time = 1; time <= TRIES; time++) {
                var row = find(handle, call, number);
                if (row.isEmpty()) {
                    return Optional.empty();
                }
                var before = row.get().attempt();
                var after = rule.apply(before);
                if (after.equals(before) || replaced(handle, after, row.get().version())) {
                    return Optional.of(new Change(before, after));
                }
            }
            throw new StoreException(
                    "change an attempt", new IllegalStateException("changed by others " + TRIES + " times"));
        });
    }

    private static Optional<Row> find(Handle handle, CallId call, int number) {
        return handle.createQuery("select * from attempt where call_id = :call and number = :number")
                .bind("call", call.value())
                .bind("number", number)
                .map((row, context) -> new Row(ATTEMPT.map(row, context), row.getLong("version")))
                .findOne();
    }

    private static boolean replaced(Handle handle, Attempt after, long version) {
        return bound(handle.createUpdate("""
                        update attempt set version = version + 1, state = :state, result = :result, leg = :leg,
                            caller_there = :caller, human_there = :human, recalled = :recalled
                        where call_id = :call and number = :number and version = :version
                        """), after).bind("version", version).execute() == 1;
    }

    private static <S extends SqlStatement<S>> S bound(S statement, Attempt attempt) {
        return statement
                .bind("call", attempt.call().value())
                .bind("number", attempt.number())
                .bind("state", attempt.state().slug())
                .bind("result", attempt.result().map(Route.Result::slug))
                .bind("leg", attempt.leg())
                .bind("caller", attempt.caller() ? 1 : 0)
                .bind("human", attempt.human() ? 1 : 0)
                .bind("recalled", attempt.recalled() ? 1 : 0);
    }

    @Override
    public List<Attempt> of(Collection<CallId> calls) {
        return calls.isEmpty()
                ? List.of()
                : with(
                        reader,
                        "read attempts",
                        handle -> handle.createQuery(
                                        "select * from attempt where call_id in (<calls>) order by call_id, number")
                                .setTemplateEngine(Database.LISTS)
                                .bindList("calls", calls.stream().map(CallId::value).toList())
                                .map(ATTEMPT)
                                .list());
    }

    private <T> T with(Jdbi jdbi, String operation, Function<Handle, T> work) {
        Sql.mustBeReady(database, operation);
        return Sql.with(jdbi, operation, work);
    }

    static final RowMapper<Attempt> ATTEMPT = (row, _) -> new Attempt(
            new CallId(row.getString("call_id")),
            row.getInt("number"),
            Instant.ofEpochMilli(row.getLong("handoff_at")),
            row.getInt("step"),
            Attempt.State.of(row.getString("state")),
            Optional.ofNullable(row.getString("result"))
                    .flatMap(slug -> Arrays.stream(Route.Result.values())
                            .filter(result -> result.slug().equals(slug))
                            .findFirst()),
            Optional.ofNullable(row.getString("leg")),
            row.getInt("caller_there") == 1,
            row.getInt("human_there") == 1,
            row.getInt("recalled") == 1);
}
