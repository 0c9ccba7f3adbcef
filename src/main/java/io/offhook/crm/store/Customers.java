package io.offhook.crm.store;

import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import tools.jackson.core.type.TypeReference;
import tools.jackson.databind.json.JsonMapper;

/// The customers in Offhook's own database, SQLite or PostgreSQL. Any thread; every method blocks.
public final class Customers {
    private static final int BATCH = 500;
    private static final TypeReference<Map<String, String>> ATTRIBUTES = new TypeReference<>() {};
    private static final String UPSERT = """
            insert into customer (id, phone, first_name, last_name, attributes, updated_at)
            values (:id, :phone, :first_name, :last_name, :attributes, :at)
            on conflict (id) do update set phone = excluded.phone, first_name = excluded.first_name,
                last_name = excluded.last_name, attributes = excluded.attributes, updated_at = excluded.updated_at
            where customer.phone <> excluded.phone or customer.first_name <> excluded.first_name
                or customer.last_name <> excluded.last_name or customer.attributes <> excluded.attributes
            """;

    private final Jdbi writer;
    private final Jdbi reader;
    private final InstantSource clock;

    /// What `put` did.
    public record Change(int added, int updated, int unchanged) {}

    /// What `erase` did.
    public record Erased(int customers, int interactions) {}

    public Customers(DataSource writer, DataSource reader, InstantSource clock) {
        this.writer = Jdbi.create(writer);
        this.reader = Jdbi.create(reader);
        this.clock = clock;
    }

    /// Adds the customers, or brings those with the same id up to date: all of them or none. The same ones again change
    /// nothing.
    public Change put(List<Customer> customers) {
        return Sql.with(writer, "write customers", handle -> handle.inTransaction(transaction -> {
            var there = ids(transaction);
            int changed = 0;
            for (int from = 0; from < customers.size(); from += BATCH) {
                changed += write(transaction, customers.subList(from, Math.min(customers.size(), from + BATCH)));
            }
            int added = (int) customers.stream()
                    .filter(customer -> !there.contains(customer.caller().id()))
                    .count();
            return new Change(added, changed - added, customers.size() - changed);
        }));
    }

    /// What `put` would do; writes nothing.
    public Change compare(List<Customer> customers) {
        return Sql.with(reader, "read customers", handle -> {
            var there = new TreeMap<String, Customer>();
            handle.createQuery("select * from customer")
                    .map((row, _) -> customer(row))
                    .forEach(customer -> there.put(customer.caller().id(), customer));
            int added = 0;
            int updated = 0;
            for (var customer : customers) {
                var old = there.get(customer.caller().id());
                added += old == null ? 1 : 0;
                updated += old != null && !old.equals(customer) ? 1 : 0;
            }
            return new Change(added, updated, customers.size() - added - updated);
        });
    }

    /// The customers with this number, two at most.
    List<Customer> with(PhoneNumber phone) {
        return Sql.with(
                reader,
                "read a customer",
                handle -> handle.createQuery("select * from customer where phone = :phone order by id limit 2")
                        .bind("phone", phone.e164())
                        .map((row, _) -> customer(row))
                        .list());
    }

    /// The customers in the order of their ids, those after `id` first.
    public List<Customer> after(String id, int limit) {
        return Sql.with(
                reader,
                "read customers",
                handle -> handle.createQuery("select * from customer where id > :id order by id limit :limit")
                        .bind("id", id)
                        .bind("limit", limit)
                        .map((row, _) -> customer(row))
                        .list());
    }

    /// Erases every customer with this number, and every interaction of theirs or of the number.
    public Erased erase(PhoneNumber phone) {
        return Sql.with(writer, "erase a customer", handle -> handle.inTransaction(transaction -> {
            int interactions = transaction
                    .createUpdate("delete from interaction where phone = :phone"
                            + " or customer_id in (select id from customer where phone = :phone)")
                    .bind("phone", phone.e164())
                    .execute();
            int customers = transaction
                    .createUpdate("delete from customer where phone = :phone")
                    .bind("phone", phone.e164())
                    .execute();
            return new Erased(customers, interactions);
        }));
    }

    private static Set<String> ids(Handle handle) {
        return handle.createQuery("select id from customer").mapTo(String.class).set();
    }

    private int write(Handle handle, List<Customer> customers) {
        int changed = 0;
        try (var batch = handle.prepareBatch(UPSERT)) {
            for (var customer : customers) {
                var caller = customer.caller();
                batch.bind("id", caller.id())
                        .bind("phone", customer.phone().e164())
                        .bind("first_name", caller.firstName())
                        .bind("last_name", caller.lastName())
                        .bind("attributes", JsonMapper.shared().writeValueAsString(new TreeMap<>(caller.attributes())))
                        .bind("at", clock.millis())
                        .add();
            }
            for (int rows : batch.execute()) {
                changed += Math.max(rows, 0);
            }
        }
        return changed;
    }

    private static Customer customer(ResultSet row) throws SQLException {
        return new Customer(
                new PhoneNumber(row.getString("phone")),
                Caller.of(
                        row.getString("id"),
                        row.getString("first_name"),
                        row.getString("last_name"),
                        JsonMapper.shared().readValue(row.getString("attributes"), ATTRIBUTES)));
    }
}
