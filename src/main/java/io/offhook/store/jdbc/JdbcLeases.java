package io.offhook.store.jdbc;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.store.Fact;
import io.offhook.store.FactJson;
import io.offhook.store.Leases;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.EmptyHandling;

/// Who has which call, in SQLite or PostgreSQL. Any thread; every method blocks. Does not close the database.
public final class JdbcLeases implements Leases {
    private static final int AT_ONCE = 500;

    private final Database database;
    private final Jdbi writer;
    private final Jdbi reader;
    private final FactJson json = new FactJson();

    public JdbcLeases(Database database) {
        this.database = database;
        this.writer = database.writing();
        this.reader = database.reading();
    }

    @Override
    public void beat(String node, long beat, Set<CallId> known, Set<CallId> onLine, Set<CallId> letGone) {
        with(
                writer,
                "show that this node lives",
                handle -> handle.inTransaction(transaction -> {
                    transaction
                            .createUpdate("insert into node (id, beat) values (:node, :beat)"
                                    + " on conflict (id) do update set beat = excluded.beat")
                            .bind("node", node)
                            .bind("beat", beat)
                            .execute();
                    forAll(transaction, node, known, """
                            insert into call_lease (call_id, node) values (:call, :node) on conflict do nothing
                            """);
                    forAll(transaction, node, onLine, """
                            insert into call_lease (call_id, node) values (:call, :node)
                            on conflict (call_id) do update set node = excluded.node
                            """);
                    forAll(transaction, node, letGone, "delete from call_lease where call_id = :call and node = :node");
                    return true;
                }));
    }

    @Override
    public void forget(String node, long beat) {
        with(
                writer,
                "forget a node",
                handle -> handle.inTransaction(transaction -> {
                    transaction
                            .createUpdate("delete from call_lease where node = :node and not exists"
                                    + " (select 1 from call c where c.id = call_lease.call_id and c.ended_at is null)")
                            .bind("node", node)
                            .execute();
                    return transaction
                            .createUpdate("delete from node where id = :node and beat = :beat"
                                    + " and not exists (select 1 from call_lease l where l.node = node.id)")
                            .bind("node", node)
                            .bind("beat", beat)
                            .execute();
                }));
    }

    private static void forAll(Handle handle, String node, Collection<CallId> calls, String sql) {
        if (calls.isEmpty()) {
            return;
        }
        try (var batch = handle.prepareBatch(sql)) {
            // In one order, so that two nodes never wait for each other.
            calls.stream()
                    .map(CallId::value)
                    .sorted()
                    .forEach(call -> batch.bind("call", call).bind("node", node).add());
            batch.execute();
        }
    }

    @Override
    public Map<String, Long> beats() {
        return with(
                reader,
                "read which nodes live",
                handle -> handle
                        .createQuery("select id, beat from node")
                        .map((row, _) -> Map.entry(row.getString("id"), row.getLong("beat")))
                        .list()
                        .stream()
                        .collect(Collectors.toMap(Map.Entry::getKey, Map.Entry::getValue)));
    }

    @Override
    public List<Open> open(Set<String> silent, Instant longAgo) {
        return with(
                reader,
                "look for calls that nobody has",
                handle -> handle.createQuery("""
                                select c.id, l.node, coalesce(n.beat, 0) as beat
                                from call c left join call_lease l on l.call_id = c.id left join node n on n.id = l.node
                                where c.ended_at is null and (c.phase <> 'transferred' or c.phase_at < :before)
                                  and (n.id is null or n.id in (<silent>))
                                order by c.started_at limit :limit
                                """)
                        .setTemplateEngine(Database.LISTS)
                        .bindList(EmptyHandling.NULL_KEYWORD, "silent", List.copyOf(silent))
                        .bind("before", longAgo.toEpochMilli())
                        .bind("limit", AT_ONCE)
                        .map((row, _) -> new Open(
                                new CallId(row.getString("id")),
                                Optional.ofNullable(row.getString("node")),
                                row.getLong("beat")))
                        .list());
    }

    /// The event that tells of the end is noted in the same transaction.
    @Override
    public boolean end(Open call, Instant now) {
        var ended = new Fact.Ended(call.call(), now, new Disposition(Disposition.Outcome.FAILED, NODE_LOST));
        return with(
                writer,
                "end a call that nobody has",
                handle -> handle.inTransaction(transaction -> {
                    int mine = transaction
                            .createUpdate("""
                                    update call set ended_at = :now where id = :call and ended_at is null
                                      and not exists (
                                        select 1 from call_lease l where l.call_id = call.id and l.node <> :node)
                                      and not exists (select 1 from node n where n.id = :node and n.beat <> :beat)
                                    """)
                            .bind("now", now.toEpochMilli())
                            .bind("call", call.call().value())
                            .bind("node", call.node().orElse(""))
                            .bind("beat", call.beat())
                            .execute();
                    if (mine == 1) {
                        for (var statement : FactStatement.ALL) {
                            statement.write(transaction, List.of(ended), json);
                        }
                        transaction
                                .createUpdate("delete from call_lease where call_id = :call")
                                .bind("call", call.call().value())
                                .execute();
                    }
                    return mine == 1;
                }));
    }

    private <T> T with(Jdbi jdbi, String operation, Function<Handle, T> work) {
        Sql.mustBeReady(database, operation);
        return Sql.with(jdbi, operation, work);
    }
}
