package io.offhook.store.jdbc;

import io.offhook.call.CallId;
import io.offhook.store.Outbox;
import io.offhook.store.OutboxEvent;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.OutboxMessage.State;
import io.offhook.store.StoreException;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.mapper.RowMapper;

/// The outbox in SQLite or PostgreSQL. Any thread; every method blocks. Does not close the database.
public final class JdbcOutbox implements Outbox {
    private static final Comparator<OutboxMessage> IN_ORDER =
            Comparator.comparingLong(OutboxMessage::sequence).thenComparing(OutboxMessage::id);

    /// Neither finished nor taken, and nothing before it in its call.
    private static final String CLAIMABLE = """
            o.finished_at is null and o.next_attempt_at <= :now and o.claimed_until <= :now
              and not exists (
                select 1 from outbox earlier
                where earlier.call_id = o.call_id and earlier.kind = o.kind and earlier.target = o.target
                  and earlier.finished_at is null
                  and (earlier.sequence < o.sequence or (earlier.sequence = o.sequence and earlier.id < o.id)))
            """;

    private final Jdbi writer;
    private final Jdbi reader;

    public JdbcOutbox(Database database) {
        this.writer = database.writing();
        this.reader = database.reading();
    }

    /// Those of calls whose agent is not known come last: they can't be addressed yet, and must not keep others out.
    @Override
    public List<OutboxEvent> unaddressed(int limit) {
        return Sql.with(
                reader,
                "read events",
                handle -> handle.createQuery("""
                                select e.* from outbox_event e left join call c on c.id = e.call_id
                                where e.addressed_at is null
                                order by case when coalesce(c.agent, '') = '' then 1 else 0 end, e.at, e.call_id, e.sequence
                                limit :limit
                                """)
                        .bind("limit", limit)
                        .map(EVENT)
                        .list());
    }

    @Override
    public void address(OutboxEvent event, List<OutboxMessage> messages, Instant now) {
        Sql.with(
                writer,
                "address an event",
                handle -> handle.inTransaction(transaction -> {
                    messages.forEach(message -> put(transaction, message));
                    return transaction
                            .createUpdate("update outbox_event set addressed_at = :now where key = :key")
                            .bind("now", now.toEpochMilli())
                            .bind("key", event.key())
                            .execute();
                }));
    }

    private static void put(Handle handle, OutboxMessage message) {
        handle.createUpdate("""
                        insert into outbox (id, call_id, sequence, event, kind, target, key, body, created_at, attempts,
                            next_attempt_at, claimed_until, state, last_error)
                        values (:id, :call, :sequence, :event, :kind, :target, :key, :body, :created, 0,
                            :next, 0, 'waiting', '')
                        on conflict do nothing
                        """)
                .bind("id", message.id())
                .bind("call", message.call().value())
                .bind("sequence", message.sequence())
                .bind("event", message.event())
                .bind("kind", message.kind().slug())
                .bind("target", message.target())
                .bind("key", message.key())
                .bind("body", FactStatement.clean(message.body()))
                .bind("created", message.createdAt().toEpochMilli())
                .bind("next", message.nextAttemptAt().toEpochMilli())
                .execute();
    }

    @Override
    public List<OutboxMessage.Target> due(Instant now) {
        return Sql.with(
                reader,
                "read who is to be told",
                handle -> handle.createQuery("select distinct o.kind, o.target from outbox o where " + CLAIMABLE
                                + " order by o.kind, o.target")
                        .bind("now", now.toEpochMilli())
                        .map((row, _) -> new OutboxMessage.Target(kind(row.getString("kind")), row.getString("target")))
                        .list());
    }

    @Override
    public List<OutboxMessage> claim(OutboxMessage.Target target, int limit, Instant now, Duration lease) {
        // "returning" gives the rows in no order.
        return Sql.with(
                writer,
                "claim messages",
                handle -> handle
                        .createQuery(claim(hasRowLocks(handle)))
                        .bind("until", now.plus(lease).toEpochMilli())
                        .bind("kind", target.kind().slug())
                        .bind("target", target.name())
                        .bind("now", now.toEpochMilli())
                        .bind("limit", limit)
                        .map(MESSAGE)
                        .list()
                        .stream()
                        .sorted(IN_ORDER)
                        .toList());
    }

    @Override
    public void done(OutboxMessage message, Instant now) {
        Sql.with(
                writer,
                "note a delivery",
                handle -> handle.createUpdate(
                                "update outbox set state = 'done', finished_at = :now, last_error = '' where id = :id")
                        .bind("now", now.toEpochMilli())
                        .bind("id", message.id())
                        .execute());
    }

    @Override
    public void retry(OutboxMessage message, Instant next, String error) {
        Sql.with(
                writer,
                "put a message back",
                handle -> handle.createUpdate("update outbox set state = 'waiting', claimed_until = 0,"
                                + " next_attempt_at = :next, last_error = :error"
                                + " where id = :id and state = 'claimed' and attempts = :attempts")
                        .bind("next", next.toEpochMilli())
                        .bind("error", error)
                        .bind("id", message.id())
                        .bind("attempts", message.attempts())
                        .execute());
    }

    @Override
    public void bury(OutboxMessage message, String error, Instant now) {
        Sql.with(
                writer,
                "give a message up",
                handle -> handle.createUpdate("update outbox set state = 'dead', finished_at = :now,"
                                + " last_error = :error"
                                + " where id = :id and state = 'claimed' and attempts = :attempts")
                        .bind("now", now.toEpochMilli())
                        .bind("error", error)
                        .bind("id", message.id())
                        .bind("attempts", message.attempts())
                        .execute());
    }

    /// Its age and its attempts count from now on, so that it gets all the tries of a new one.
    @Override
    public boolean revive(String id, Instant now) {
        return Sql.with(
                writer,
                "send a message again",
                handle -> handle.createUpdate("update outbox set state = 'waiting', finished_at = null,"
                                        + " attempts = 0, claimed_until = 0, created_at = :now, next_attempt_at = :now"
                                        + " where id = :id and state = 'dead'")
                                .bind("id", id)
                                .bind("now", now.toEpochMilli())
                                .execute()
                        == 1);
    }

    @Override
    public Optional<OutboxMessage> find(String id) {
        return Sql.with(
                reader,
                "read a message",
                handle -> handle.createQuery("select * from outbox where id = :id")
                        .bind("id", id)
                        .map(MESSAGE)
                        .findOne());
    }

    @Override
    public List<OutboxMessage> list(Optional<State> state, int limit) {
        return Sql.with(
                reader,
                "list messages",
                handle -> handle.createQuery("select * from outbox where (:state = '' or state = :state)"
                                + " order by created_at, call_id, sequence limit :limit")
                        .bind("state", state.map(State::slug).orElse(""))
                        .bind("limit", limit)
                        .map(MESSAGE)
                        .list());
    }

    @Override
    public Load load() {
        return Sql.with(
                reader,
                "count messages",
                handle -> handle.createQuery("""
                                select (select count(*) from outbox where finished_at is null) as waiting,
                                    (select count(*) from outbox where finished_at is not null and state = 'dead') as dead,
                                    (select min(created_at) from outbox where finished_at is null) as oldest
                                """)
                        .map((row, _) -> new Load(
                                row.getLong("waiting"),
                                row.getLong("dead"),
                                row.getLong("waiting") == 0
                                        ? Optional.empty()
                                        : Optional.of(Instant.ofEpochMilli(row.getLong("oldest")))))
                        .one());
    }

    /// An event is kept for as long as a message of its call, since it is what keeps a repeated fact from being told
    /// again. Where a call was filed is kept for as long as an event of it.
    @Override
    public int forget(Instant before) {
        return Sql.with(
                writer,
                "forget messages",
                handle -> handle.inTransaction(transaction -> {
                    int forgotten = transaction
                            .createUpdate("delete from outbox where finished_at < :before")
                            .bind("before", before.toEpochMilli())
                            .execute();
                    transaction
                            .createUpdate("delete from outbox_event where addressed_at < :before and not exists"
                                    + " (select 1 from outbox where outbox.call_id = outbox_event.call_id)")
                            .bind("before", before.toEpochMilli())
                            .execute();
                    transaction.execute("delete from crm_filing where not exists"
                            + " (select 1 from outbox_event where outbox_event.call_id = crm_filing.call_id)");
                    return forgotten;
                }));
    }

    private static String claim(boolean rowLocks) {
        return """
                update outbox set state = 'claimed', claimed_until = :until, attempts = attempts + 1
                where id in (
                  select o.id from outbox o where o.kind = :kind and o.target = :target and %s
                  order by o.next_attempt_at, o.sequence limit :limit %s)
                returning *
                """.formatted(CLAIMABLE, rowLocks ? "for update skip locked" : "");
    }

    private static boolean hasRowLocks(Handle handle) {
        try {
            return handle.getConnection().getMetaData().getDatabaseProductName().equals("PostgreSQL");
        } catch (SQLException e) {
            throw new StoreException("ask for the kind of the store", e);
        }
    }

    private static Kind kind(String slug) {
        return Kind.valueOf(slug.toUpperCase(Locale.ROOT));
    }

    private static final RowMapper<OutboxEvent> EVENT = (row, _) -> new OutboxEvent(
            row.getString("key"),
            new CallId(row.getString("call_id")),
            row.getLong("sequence"),
            row.getString("name"),
            row.getString("occasion"),
            Instant.ofEpochMilli(row.getLong("at")));

    private static final RowMapper<OutboxMessage> MESSAGE = (row, _) -> new OutboxMessage(
            row.getString("id"),
            new CallId(row.getString("call_id")),
            row.getLong("sequence"),
            row.getString("event"),
            kind(row.getString("kind")),
            row.getString("target"),
            row.getString("key"),
            row.getString("body"),
            Instant.ofEpochMilli(row.getLong("created_at")),
            row.getInt("attempts"),
            Instant.ofEpochMilli(row.getLong("next_attempt_at")),
            State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
            row.getString("last_error"));
}
