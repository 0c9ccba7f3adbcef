package io.offhook.store.jdbc;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.store.StoreException;
import io.offhook.store.Wish;
import io.offhook.store.Wish.State;
import io.offhook.store.Wishes;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.JdbiException;
import org.jdbi.v3.core.mapper.RowMapper;
import org.jdbi.v3.core.statement.Update;

/// The wishes to be called back in SQLite or PostgreSQL. Any thread; every method blocks. Does not close the database.
public final class JdbcWishes implements Wishes {
    private static final String CLAIMABLE =
            "finished_at is null and state <> 'connecting' and next_at <= :now and claimed_until <= :now";
    /// As it was read.
    private static final String UNCHANGED =
            "call_id = :call and tries = :tries and state = :state and finished_at is null";

    private final Jdbi writer;
    private final Jdbi reader;

    public JdbcWishes(Database database) {
        this.writer = database.writing();
        this.reader = database.reading();
    }

    @Override
    public boolean due(Instant now) {
        return Sql.with(
                reader,
                "look for wishes",
                handle -> handle.createQuery("select count(*) from callback where " + CLAIMABLE)
                                .bind("now", now.toEpochMilli())
                                .mapTo(Long.class)
                                .one()
                        > 0);
    }

    @Override
    public List<Wish> claim(int limit, Instant now, Duration lease) {
        return Sql.with(
                writer,
                "claim wishes",
                handle -> handle.createQuery("""
                                update callback set state = 'ringing', tries = tries + 1, claimed_until = :until,
                                    human = null, leg = null,
                                    result = case when state = 'ringing' then 'lost' else result end
                                where call_id in (
                                  select call_id from callback where %s order by next_at, asked_at limit :limit %s)
                                returning *
                                """.formatted(CLAIMABLE, hasRowLocks(handle) ? "for update skip locked" : ""))
                        .bind("until", now.plus(lease).toEpochMilli())
                        .bind("now", now.toEpochMilli())
                        .bind("limit", limit)
                        .map(WISH)
                        .list());
    }

    @Override
    public boolean askedAgain(Wish wish) {
        return Sql.with(
                reader,
                "look for a newer wish",
                handle -> handle.createQuery("""
                                        select count(*) from callback
                                        where number = :number and called_number = :called and finished_at is null
                                          and (asked_at > :at or (asked_at = :at and call_id > :call))
                                        """)
                                .bind("number", wish.number().map(PhoneNumber::e164).orElse(""))
                                .bind("called", wish.called().e164())
                                .bind("at", wish.askedAt().toEpochMilli())
                                .bind("call", wish.call().value())
                                .mapTo(Long.class)
                                .one()
                        > 0);
    }

    @Override
    public boolean rings(Wish wish, PhoneNumber human) {
        try (var handle = writer.open()) {
            return unchanged(handle.createUpdate("update callback set human = :human where " + UNCHANGED), wish)
                            .bind("human", human.e164())
                            .execute()
                    == 1;
        } catch (JdbiException e) {
            if (SqlFault.of(e) == SqlFault.ROW) {
                // The unique index: somebody else's wish has this human.
                return false;
            }
            throw Sql.failure("note who is rung", e);
        }
    }

    @Override
    public Optional<Wish> taken(CallId call, int number, CallId leg, Instant now, Duration lease) {
        return Sql.with(
                writer,
                "note who takes a wish",
                handle -> handle.createQuery("""
                                update callback set state = 'connecting', leg = :leg, claimed_until = :until
                                where call_id = :call and tries = :number and finished_at is null
                                  and (state = 'ringing' or (state = 'connecting' and leg = :leg))
                                returning *
                                """)
                        .bind("call", call.value())
                        .bind("number", number)
                        .bind("leg", leg.value())
                        .bind("until", now.plus(lease).toEpochMilli())
                        .map(WISH)
                        .findOne());
    }

    @Override
    public void awaited(Wish wish, Instant until) {
        Sql.with(
                writer,
                "wait for a last word",
                handle -> unchanged(
                                handle.createUpdate("update callback set claimed_until = :until where " + UNCHANGED),
                                wish)
                        .bind("until", until.toEpochMilli())
                        .execute());
    }

    @Override
    public List<Wish> unheardOf(Instant now) {
        return Sql.with(
                reader,
                "look for wishes that nothing is heard of",
                handle -> handle.createQuery("select * from callback where finished_at is null"
                                + " and state = 'connecting' and claimed_until <= :now")
                        .bind("now", now.toEpochMilli())
                        .map(WISH)
                        .list());
    }

    @Override
    public boolean again(Wish wish, Instant at, int tries, String result) {
        return Sql.with(
                writer,
                "put a wish back",
                handle -> unchanged(
                                        handle.createUpdate("""
                                                update callback set state = 'waiting', tries = :next, next_at = :at,
                                                    claimed_until = 0, human = null, leg = null, result = :result
                                                where\s""" + UNCHANGED),
                                        wish)
                                .bind("next", tries)
                                .bind("at", at.toEpochMilli())
                                .bind("result", result)
                                .execute()
                        == 1);
    }

    @Override
    public boolean end(Wish wish, State how, String result, Instant now) {
        return Sql.with(
                writer,
                "settle a wish",
                handle -> unchanged(
                                        handle.createUpdate("""
                                                update callback set state = :how, finished_at = :now, human = null,
                                                    result = :result
                                                where\s""" + UNCHANGED),
                                        wish)
                                .bind("how", how.slug())
                                .bind("now", now.toEpochMilli())
                                .bind("result", result)
                                .execute()
                        == 1);
    }

    @Override
    public boolean cancel(CallId call, Instant now) {
        return Sql.with(
                writer,
                "cancel a wish",
                handle -> handle.createUpdate("update callback set state = 'canceled', finished_at = :now,"
                                        + " human = null where call_id = :call and finished_at is null")
                                .bind("call", call.value())
                                .bind("now", now.toEpochMilli())
                                .execute()
                        == 1);
    }

    @Override
    public int erase(Instant before) {
        return Sql.with(
                writer,
                "erase settled wishes",
                handle -> handle.createUpdate("update callback set number = '', consent = '', leg = null"
                                + " where finished_at < :before and number <> ''")
                        .bind("before", before.toEpochMilli())
                        .execute());
    }

    @Override
    public Optional<Wish> find(CallId call) {
        return Sql.with(
                reader,
                "read a wish",
                handle -> handle.createQuery("select * from callback where call_id = :call")
                        .bind("call", call.value())
                        .map(WISH)
                        .findOne());
    }

    @Override
    public List<Wish> list(boolean settled, int limit) {
        return Sql.with(
                reader,
                "list wishes",
                handle -> handle.createQuery("select * from callback where finished_at is "
                                + (settled ? "not null" : "null") + " order by asked_at, call_id limit :limit")
                        .bind("limit", limit)
                        .map(WISH)
                        .list());
    }

    private static Update unchanged(Update update, Wish wish) {
        return update.bind("call", wish.call().value())
                .bind("tries", wish.tries())
                .bind("state", wish.state().slug());
    }

    private static boolean hasRowLocks(Handle handle) {
        try {
            return handle.getConnection().getMetaData().getDatabaseProductName().equals("PostgreSQL");
        } catch (SQLException e) {
            throw new StoreException("ask for the kind of the store", e);
        }
    }

    private static final RowMapper<Wish> WISH = (row, _) -> new Wish(
            new CallId(row.getString("call_id")),
            Instant.ofEpochMilli(row.getLong("asked_at")),
            PhoneNumber.parse(row.getString("number")),
            new PhoneNumber(row.getString("called_number")),
            row.getString("route"),
            row.getString("consent"),
            row.getString("language"),
            row.getInt("spoken") != 0,
            State.of(row.getString("state")),
            row.getInt("tries"),
            Instant.ofEpochMilli(row.getLong("next_at")),
            Optional.ofNullable(row.getString("leg")).map(CallId::new),
            row.getString("result"),
            finished(row));

    private static Optional<Instant> finished(ResultSet row) throws SQLException {
        long at = row.getLong("finished_at");
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(at));
    }
}
