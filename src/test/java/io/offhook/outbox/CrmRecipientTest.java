package io.offhook.outbox;

import static io.offhook.outbox.Depot.NOON;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.crm.Caller;
import io.offhook.crm.Crm;
import io.offhook.crm.CrmFailure;
import io.offhook.crm.Filings;
import io.offhook.crm.Interaction;
import io.offhook.crm.store.StoreCrm;
import io.offhook.store.OutboxMessage;
import io.offhook.store.OutboxMessage.Kind;
import io.offhook.store.OutboxMessage.State;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jdbi.v3.core.Jdbi;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(300)
class CrmRecipientTest {
    private static final Caller DANA = Caller.of("C-17", "Dana", "Ruiz", Map.of());

    @TempDir
    private Path directory;

    private Depot depot;
    private StoreCrm own;
    private final Books books = new Books();
    private Recipient recipient;
    private Postman postman;

    /// A CRM that takes whatever comes, as often as it comes.
    private static final class Books implements Crm {
        final List<Interaction> opened = new ArrayList<>();
        final List<String> notes = new ArrayList<>();
        Optional<CrmFailure> failure = Optional.empty();
        Optional<CrmFailure> refusesNotes = Optional.empty();
        Optional<String> id = Optional.of("40210001");

        @Override
        public synchronized Optional<Caller> find(PhoneNumber number) throws CrmFailure {
            fails(failure);
            return number.e164().equals("+14155550123") ? Optional.of(DANA) : Optional.empty();
        }

        @Override
        public synchronized Optional<String> open(Interaction interaction) throws CrmFailure {
            fails(failure);
            opened.add(interaction);
            return id;
        }

        @Override
        public synchronized void note(String interaction, String text) throws CrmFailure {
            fails(failure);
            fails(refusesNotes);
            notes.add(interaction + " " + text);
        }

        private static void fails(Optional<CrmFailure> failure) throws CrmFailure {
            if (failure.isPresent()) {
                throw failure.get();
            }
        }
    }

    @BeforeEach
    void opens() {
        depot = new Depot(directory);
        own = new StoreCrm(depot.database.writer(), depot.database.reader());
        recipient = new CrmRecipient(_ -> Optional.of(books), own, () -> {});
        postman = depot.postman(
                Map.of(Kind.CRM, message -> recipient.deliver(message)), Postman.Rules.USUAL);
        depot.acme = new Subscriptions(
                List.of(new Subscription(Depot.FILING, Depot.ALL)), true, depot.acme.redaction());
    }

    @AfterEach
    void closes() {
        depot.close();
    }

    @Test
    void a_call_that_ended_is_filed_whole_and_with_its_customer() {
        depot.begins("CA1");
        depot.usesTool("CA1", "lookup_order", "{\"order_number\":\"AB7492\"}", "ok");
        depot.usesTool("CA1", "refund", "{\"order_number\":\"ZZ1\"}", "error");
        depot.usesTool("CA1", "end_call", "{\"reason\":\"x\"}", "ok");
        depot.ends("CA1");

        rounds(2);

        assertThat(books.opened)
                .containsExactly(new Interaction(
                        new CallId("CA1"),
                        Optional.of(new PhoneNumber("+14155550123")),
                        Optional.of("C-17"),
                        "phone",
                        "order AB7492",
                        "voicemail",
                        "",
                        NOON,
                        Optional.of(NOON.plusSeconds(90))));
        assertThat(books.notes).isEmpty();
    }

    @Test
    void a_handoff_is_filed_at_once_and_what_comes_of_it_is_noted() {
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        rounds(2);
        assertThat(books.opened).singleElement().satisfies(interaction -> {
            assertThat(interaction.topic()).isEqualTo("disputes a charge");
            assertThat(interaction.summary()).startsWith("Disputes a $347 charge");
            assertThat(interaction.outcome()).isEqualTo("transferred");
            assertThat(interaction.closedAt()).isEmpty();
        });

        depot.getsVoicemail("CA1");
        depot.ends("CA1");
        rounds(4);

        assertThat(books.opened).hasSize(1);
        assertThat(books.notes)
                .containsExactly(
                        "40210001 The caller left a message: 0:12,"
                                + " https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1",
                        "40210001 The call is over: voicemail (no-answer), 1:30");
    }

    @Test
    void a_message_that_comes_twice_is_filed_once() throws Exception {
        depot.beginsAndEnds("CA1");
        rounds(2);
        var message = depot.outbox.list(Optional.of(State.DONE), 10).getFirst();

        assertThat(recipient.deliver(message)).isEqualTo(Receipt.delivered());

        assertThat(books.opened).hasSize(1);
        assertThat(books.notes).isEmpty();
    }

    @Test
    void the_own_contacts_are_written_once_though_they_are_delivered_twice() throws Exception {
        recipient = new CrmRecipient(_ -> Optional.of(own), own, () -> {});
        depot.begins("CA1");
        depot.usesTool("CA1", "lookup_order", "{\"order_number\":\"AB7492\"}", "ok");
        depot.ends("CA1");
        rounds(2);
        var message = depot.outbox.list(Optional.of(State.DONE), 10).getFirst();

        recipient.deliver(message);
        new CrmRecipient(_ -> Optional.of(own), new NoFilings(), () -> {}).deliver(message);

        var topics = Jdbi.create(depot.database.reader())
                .withHandle(handle -> handle.createQuery("select topic from interaction")
                        .mapTo(String.class)
                        .list());
        assertThat(topics).containsExactly("order AB7492");
        assertThat(own.last(new PhoneNumber("+14155550123"), NOON)).isPresent();
    }

    /// A memory that was lost.
    private static final class NoFilings implements Filings {
        @Override
        public Optional<Filing> find(CallId call, String crm) {
            return Optional.empty();
        }

        @Override
        public void keep(CallId call, String crm, Filing filing) {}
    }

    @Test
    void a_day_of_a_dead_crm_costs_no_call_and_no_customer() {
        for (int i = 0; i < 20; i++) {
            depot.begins("CA" + i);
            depot.isHandedOff("CA" + i);
            depot.ends("CA" + i);
        }
        books.failure = Optional.of(new CrmFailure("unreachable", "no"));
        for (int minutes = 0; minutes < 24 * 60; minutes++) {
            depot.passes(Duration.ofMinutes(1));
            rounds(1);
        }
        assertThat(books.opened).isEmpty();

        books.failure = Optional.empty();
        for (int minutes = 0; minutes < 75; minutes++) {
            depot.passes(Duration.ofMinutes(1));
            rounds(4);
        }

        assertThat(books.opened).hasSize(20).allMatch(interaction -> interaction.caller().equals(Optional.of("C-17")));
        assertThat(books.notes).hasSize(20).allMatch(note -> note.contains("The call is over"));
        assertThat(depot.outbox.load().waiting() + depot.outbox.load().dead()).isZero();
    }

    @Test
    void a_note_that_fails_is_tried_again_and_files_nothing_anew() {
        depot.begins("CA1");
        depot.getsVoicemail("CA1");
        books.refusesNotes = Optional.of(CrmFailure.ofStatus(500, "no"));
        rounds(2);
        assertThat(books.opened).hasSize(1);

        books.refusesNotes = Optional.empty();
        depot.passes(Duration.ofMinutes(1));
        rounds(2);

        assertThat(books.opened).hasSize(1);
        assertThat(books.notes).hasSize(1);
    }

    @Test
    void a_crm_that_gives_no_id_gets_no_notes_and_no_second_interaction() {
        books.id = Optional.of("");
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        depot.ends("CA1");

        rounds(3);

        assertThat(books.opened).hasSize(1);
        assertThat(books.notes).isEmpty();
    }

    @Test
    void where_a_call_was_filed_is_forgotten_with_its_messages() throws Exception {
        depot.beginsAndEnds("CA1");
        rounds(2);
        assertThat(own.find(new CallId("CA1"), "acme/crm")).isPresent();

        depot.passes(Duration.ofDays(15));
        rounds(1);

        assertThat(own.find(new CallId("CA1"), "acme/crm")).isEmpty();
    }

    @Test
    void a_borrowed_number_is_neither_looked_up_nor_kept() {
        depot.verstat = "TN-Validation-Failed-A";
        depot.beginsAndEnds("CA1");

        rounds(2);

        assertThat(books.opened).singleElement().satisfies(interaction -> {
            assertThat(interaction.number()).isEmpty();
            assertThat(interaction.caller()).isEmpty();
        });
    }

    @ParameterizedTest
    @CsvSource({
        "401,RECEIVER",
        "403,RECEIVER",
        "404,MESSAGE",
        "409,MESSAGE",
        "422,MESSAGE",
        "429,RECEIVER",
        "500,RECEIVER",
        "503,RECEIVER"
    })
    void an_answer_that_is_no_success_is_tried_again(int status, Receipt.Blame blame) throws Exception {
        books.failure = Optional.of(CrmFailure.ofStatus(status, "no"));

        assertThat(recipient.deliver(ended()))
                .isEqualTo(new Receipt.Later("http_" + status, blame, Optional.empty()));
    }

    @Test
    void what_no_later_try_can_mend_is_given_up() throws Exception {
        books.failure = Optional.of(CrmFailure.ofStatus(410, "no"));
        assertThat(recipient.deliver(ended())).isEqualTo(Receipt.refused("http_410"));

        books.failure = Optional.of(new CrmFailure("bad_arguments", "no"));
        assertThat(recipient.deliver(ended())).isEqualTo(Receipt.refused("bad_arguments"));
    }

    @Test
    void a_crm_that_is_no_longer_configured_waits_for_the_operator() throws Exception {
        recipient = new CrmRecipient(_ -> Optional.empty(), own, () -> {});

        assertThat(recipient.deliver(ended())).isEqualTo(Receipt.later("target_unknown"));
    }

    private OutboxMessage ended() {
        return new OutboxMessage(
                "m1",
                new CallId("CA1"),
                1,
                "call.ended",
                Kind.CRM,
                "acme/crm",
                "CA1:call.ended:1",
                "{\"event\":\"call.ended\",\"call\":{\"from\":\"+14155550123\"}}",
                NOON,
                1,
                NOON,
                State.CLAIMED,
                "");
    }

    private void rounds(int times) {
        for (int i = 0; i < times; i++) {
            postman.round();
            assertThat(postman.settle(Duration.ofSeconds(10))).isTrue();
        }
    }
}
