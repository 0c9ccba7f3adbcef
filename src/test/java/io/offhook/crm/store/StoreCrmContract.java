package io.offhook.crm.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmContract;
import io.offhook.crm.Filings;
import io.offhook.crm.Interaction;
import io.offhook.crm.LastContact;
import io.offhook.store.jdbc.Database;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

abstract class StoreCrmContract extends CrmContract {
    private Database database;
    private StoreCrm crm;
    private Customers customers;

    abstract String url() throws Exception;

    @BeforeEach
    void opens() throws Exception {
        database = Database.open(url(), Optional.empty(), Optional.empty());
        crm = new StoreCrm(database.writer(), database.reader());
        customers = new Customers(database.writer(), database.reader(), InstantSource.fixed(NOON));
    }

    @AfterEach
    void closes() {
        database.close();
    }

    @Override
    protected Crm crm() {
        return crm;
    }

    @Override
    protected void knows(PhoneNumber number, Caller customer) {
        customers.put(List.of(new Customer(number, customer)));
    }

    @Override
    protected void breaks() {
        database.close();
    }

    @Override
    protected Map<String, List<String>> interactions() {
        return Jdbi.create(database.reader()).withHandle(handle -> {
            var found = new LinkedHashMap<String, List<String>>();
            handle.createQuery("select id, notes from interaction order by id")
                    .mapToMap()
                    .forEach(row -> found.put(
                            row.get("id").toString(),
                            new ArrayList<>(Arrays.asList(row.get("notes").toString().split("\n", -1)))));
            return found;
        });
    }

    @Test
    void the_same_customers_again_change_nothing() {
        var kim = new Customer(new PhoneNumber("+14155550124"), Caller.of("C-18", "Kim", "Lee", Map.of()));
        var dana = new Customer(NUMBER, DANA);
        var older = new Customer(NUMBER, Caller.of("C-17", "Dana", "Ruiz", Map.of("tier", "gold", "age", "7")));

        assertThat(customers.compare(List.of(dana, kim))).isEqualTo(new Customers.Change(2, 0, 0));
        assertThat(customers.put(List.of(dana, kim))).isEqualTo(new Customers.Change(2, 0, 0));
        assertThat(customers.put(List.of(dana, kim))).isEqualTo(new Customers.Change(0, 0, 2));
        assertThat(customers.compare(List.of(older, kim))).isEqualTo(new Customers.Change(0, 1, 1));
        assertThat(customers.put(List.of(older, kim))).isEqualTo(new Customers.Change(0, 1, 1));
        assertThat(customers.after("", 10)).containsExactly(older, kim);
        assertThat(customers.after("C-17", 10)).containsExactly(kim);
    }

    @Test
    void the_last_contact_of_a_number_is_the_latest_that_is_over_and_had_a_topic() throws Exception {
        file("CA1", "order AB7492", 60);
        file("CA2", "order CD1180", 120);
        file("CA3", "", 180);
        crm.open(Interaction.begun(new CallId("CA4"), Optional.of(NUMBER), Optional.empty(), NOON.plusSeconds(200)));

        assertThat(crm.last(NUMBER, NOON)).contains(new LastContact("order CD1180", NOON.plusSeconds(120)));
        assertThat(crm.last(NUMBER, NOON.plusSeconds(120))).isEmpty();
        assertThat(crm.last(new PhoneNumber("+14155550199"), NOON)).isEmpty();
    }

    @Test
    void a_late_beginning_does_not_reopen_a_call() throws Exception {
        file("CA1", "order AB7492", 60);

        crm.open(Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.empty(), NOON));

        assertThat(crm.last(NUMBER, NOON)).isPresent();
    }

    @Test
    void the_call_of_a_stranger_without_a_number_is_no_contact() throws Exception {
        assertThat(crm.open(Interaction.begun(new CallId("CA1"), Optional.empty(), Optional.empty(), NOON)))
                .isEmpty();

        assertThat(interactions()).isEmpty();
    }

    @Test
    void where_a_call_was_filed_first_is_remembered_for_each_crm() throws Exception {
        var call = new CallId("CA1");
        crm.keep(call, "acme/crm", new Filings.Filing("40210001", "CA1:call.ended:1"));
        crm.keep(call, "acme/crm", new Filings.Filing("40210002", "CA1:voicemail.left:RE1"));

        assertThat(crm.find(call, "acme/crm")).contains(new Filings.Filing("40210001", "CA1:call.ended:1"));
        assertThat(crm.find(call, "acme/contacts")).isEmpty();
        assertThat(crm.find(new CallId("CA2"), "acme/crm")).isEmpty();
    }

    @Test
    void erasing_a_number_leaves_neither_customer_nor_interaction() throws Exception {
        knows(NUMBER, DANA);
        knows(new PhoneNumber("+14155550124"), Caller.of("C-18", "Kim", "Lee", Map.of()));
        file("CA1", "order AB7492", 60);
        crm.open(Interaction.begun(new CallId("CA2"), Optional.empty(), Optional.of("C-17"), NOON));
        crm.open(Interaction.begun(new CallId("CA3"), Optional.empty(), Optional.of("C-18"), NOON));

        assertThat(customers.erase(NUMBER)).isEqualTo(new Customers.Erased(1, 2));

        assertThat(crm.find(NUMBER)).isEmpty();
        assertThat(interactions()).containsOnlyKeys("call-CA3");
        assertThat(customers.erase(NUMBER)).isEqualTo(new Customers.Erased(0, 0));
    }

    private void file(String call, String topic, int seconds) throws Exception {
        crm.open(Interaction.begun(new CallId(call), Optional.of(NUMBER), Optional.empty(), NOON)
                .closed(topic, "resolved", "", NOON.plusSeconds(seconds)));
    }
}
