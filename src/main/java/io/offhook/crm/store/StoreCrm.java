package io.offhook.crm.store;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.CallerNumber;
import io.offhook.crm.Contacts;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Filings;
import io.offhook.crm.Interaction;
import io.offhook.crm.LastContact;
import io.offhook.store.StoreException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.jdbi.v3.core.Handle;
import org.jdbi.v3.core.Jdbi;
import org.jdbi.v3.core.statement.SqlStatement;

/// Customers in Offhook's own database, for whoever has no other CRM; and for everybody the memory of earlier calls, and
/// of what was filed where. Any thread; every method blocks.
public final class StoreCrm implements Crm, Contacts, Filings {
    private static final int NOTES = 20_000;

    private final Customers customers;
    private final Jdbi writer;
    private final Jdbi reader;

    public StoreCrm(DataSource writer, DataSource reader) {
        this.customers = new Customers(writer, reader, InstantSource.system());
        this.writer = Jdbi.create(writer);
        this.reader = Jdbi.create(reader);
    }

    @Override
    public Optional<Caller> find(PhoneNumber number) throws CrmFailure {
        if (CallerNumber.withheld(number)) {
            return Optional.empty();
        }
        var found = asked(() -> customers.with(number));
        return found.size() == 1 ? Optional.of(found.getFirst().caller()) : Optional.empty();
    }

    @Override
    public Optional<String> open(Interaction interaction) throws CrmFailure {
        if (interaction.number().isEmpty() && interaction.caller().isEmpty()) {
            // Nobody could ever be told by it.
            return Optional.empty();
        }
        var id = "call-" + interaction.call().value();
        write("write an interaction", handle -> {
            // What came later wins: a call that is over does not begin again.
            var update = handle.createUpdate("""
                    insert into interaction (id, call_id, customer_id, phone, channel, topic, outcome, summary, notes,
                        opened_at, closed_at)
                    values (:id, :call, :customer, :phone, :channel, :topic, :outcome, :summary, '', :opened, :closed)
                    on conflict (id) do update set customer_id = coalesce(excluded.customer_id, interaction.customer_id),
                        phone = coalesce(excluded.phone, interaction.phone), topic = excluded.topic,
                        outcome = excluded.outcome, summary = excluded.summary, closed_at = excluded.closed_at
                    where interaction.closed_at is null or excluded.closed_at is not null
                    """);
            bind(update.bind("id", id), interaction);
            return update.execute();
        });
        return Optional.of(id);
    }

    private static void bind(SqlStatement<?> update, Interaction interaction) {
        update.bind("call", interaction.call().value())
                .bind("customer", interaction.caller())
                .bind("phone", interaction.number().map(PhoneNumber::e164))
                .bind("channel", interaction.channel())
                .bind("topic", interaction.topic())
                .bind("outcome", interaction.outcome())
                .bind("summary", interaction.summary())
                .bind("opened", interaction.openedAt().toEpochMilli())
                .bind("closed", interaction.closedAt().map(Instant::toEpochMilli));
    }

    @Override
    public void note(String interaction, String text) throws CrmFailure {
        var kept = Interaction.note(text);
        int rows = write(
                "write a note",
                handle -> handle.createUpdate("""
                                update interaction set notes = case
                                    when notes = '' then :note
                                    when length(notes) > :most or notes = :note or notes like :end escape '!' then notes
                                    else notes || :newline || :note end
                                where id = :id
                                """)
                        .bind("note", kept)
                        .bind("newline", "\n")
                        .bind("end", "%\n" + kept.replaceAll("[%_!]", "!$0"))
                        .bind("most", NOTES)
                        .bind("id", interaction)
                        .execute());
        if (rows == 0) {
            throw new CrmFailure("no_interaction", "there is no such interaction to add a note to");
        }
    }

    @Override
    public Optional<LastContact> last(PhoneNumber number, Instant since) throws CrmFailure {
        return asked(() -> Sql.with(
                reader,
                "read the last contact",
                handle -> handle.createQuery("""
                                select topic, closed_at from interaction
                                where phone = :phone and closed_at > :since and topic <> ''
                                order by closed_at desc limit 1
                                """)
                        .bind("phone", number.e164())
                        .bind("since", since.toEpochMilli())
                        .map((row, _) -> new LastContact(
                                row.getString("topic"), Instant.ofEpochMilli(row.getLong("closed_at"))))
                        .findOne()));
    }

    @Override
    public Optional<Filing> find(CallId call, String crm) throws CrmFailure {
        return asked(() -> Sql.with(
                reader,
                "read a filing",
                handle -> handle.createQuery("select * from crm_filing where call_id = :call and crm = :crm")
                        .bind("call", call.value())
                        .bind("crm", crm)
                        .map((row, _) -> new Filing(row.getString("filed_as"), row.getString("message_key")))
                        .findOne()));
    }

    @Override
    public void keep(CallId call, String crm, Filing filing) throws CrmFailure {
        write(
                "write a filing",
                handle -> handle.createUpdate("""
                                insert into crm_filing (call_id, crm, filed_as, message_key) values (:call, :crm, :id, :key)
                                on conflict do nothing
                                """)
                        .bind("call", call.value())
                        .bind("crm", crm)
                        .bind("id", filing.id())
                        .bind("key", filing.key())
                        .execute());
    }

    private int write(String operation, Function<Handle, Integer> work) throws CrmFailure {
        return asked(() -> Sql.with(writer, operation, work));
    }

    private static <T> T asked(Supplier<T> question) throws CrmFailure {
        try {
            return question.get();
        } catch (StoreException e) {
            throw new CrmFailure("store_failed", String.valueOf(e.getMessage()));
        }
    }
}
