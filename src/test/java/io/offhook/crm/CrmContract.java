package io.offhook.crm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What every `Crm` must do. Each test starts with an empty one.
@Timeout(300)
public abstract class CrmContract {
    protected static final Instant NOON = Instant.parse("2026-03-20T12:00:00Z");
    protected static final PhoneNumber NUMBER = new PhoneNumber("+14155550123");
    protected static final Caller DANA = Caller.of("C-17", "Dana", "Ruiz", Map.of("tier", "gold"));

    protected abstract Crm crm();

    /// Puts a customer into the CRM.
    protected abstract void knows(PhoneNumber number, Caller customer);

    /// From now on the CRM does not answer.
    protected abstract void breaks();

    /// The ids of the interactions that the CRM holds, each with its notes.
    protected abstract Map<String, List<String>> interactions();

    @Test
    void a_number_that_one_customer_has_finds_that_customer() throws Exception {
        knows(NUMBER, DANA);
        knows(new PhoneNumber("+14155550124"), Caller.of("C-18", "Kim", "Lee", Map.of()));

        assertThat(crm().find(NUMBER)).contains(DANA);
    }

    @Test
    void nobody_is_found_by_a_number_that_nobody_has() throws Exception {
        knows(NUMBER, DANA);

        assertThat(crm().find(new PhoneNumber("+14155550199"))).isEmpty();
    }

    @Test
    void nobody_is_found_by_a_number_that_two_share() throws Exception {
        knows(NUMBER, DANA);
        knows(NUMBER, Caller.of("C-18", "Kim", "Ruiz", Map.of()));

        assertThat(crm().find(NUMBER)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"+266696687", "+7378742833", "+2562533", "+8656696", "+86282452253"})
    void a_withheld_number_is_nobodys_also_when_a_record_has_it(String keypad) throws Exception {
        knows(new PhoneNumber(keypad), DANA);

        assertThat(crm().find(new PhoneNumber(keypad))).isEmpty();
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void a_customer_of_hostile_texts_is_found_whole_and_on_one_line(String text) throws Exception {
        var customer = Caller.of("C-17", text, text, Map.of("tier", text, "note", text));
        knows(NUMBER, customer);

        var found = crm().find(NUMBER);

        assertThat(found).contains(customer);
        assertThat(found.orElseThrow().toString()).doesNotContain("Dana");
        assertThat(found.orElseThrow().facts().values())
                .allSatisfy(value -> assertThat(value).hasSizeLessThanOrEqualTo(500).doesNotContain("\n", "\u0000"));
    }

    @ParameterizedTest
    @MethodSource("hostileTexts")
    void an_interaction_takes_hostile_texts_and_notes(String text) throws Exception {
        var call = new CallId("CA1");
        var over = Interaction.begun(call, Optional.of(NUMBER), Optional.of("C-17"), NOON)
                .closed(text, "transferred", text, NOON.plusSeconds(90));

        var id = crm().open(over).orElseThrow();
        crm().note(id, "noted: " + text);

        assertThat(interactions()).containsOnlyKeys(id);
        assertThat(interactions().get(id)).hasSize(1);
    }

    @Test
    void a_call_is_one_interaction_however_often_it_is_filed() throws Exception {
        var begun = Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of("C-17"), NOON);

        var first = crm().open(begun);
        var again = crm().open(begun.closed("order AB7492", "resolved", "Told the date.", NOON.plusSeconds(60)));

        assertThat(first).isPresent().isEqualTo(again);
        assertThat(interactions()).hasSize(1);
    }

    @Test
    void the_same_note_twice_is_one_note() throws Exception {
        var id = crm().open(Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of("C-17"), NOON))
                .orElseThrow();

        crm().note(id, "Wants a call back.");
        crm().note(id, "Asked for Kim, 100%_sure!");
        crm().note(id, "Asked for Kim, 100%_sure!");

        assertThat(interactions().get(id)).containsExactly("Wants a call back.", "Asked for Kim, 100%_sure!");
    }

    @Test
    void a_broken_crm_says_so_without_naming_the_caller() {
        knows(NUMBER, DANA);
        var begun = Interaction.begun(new CallId("CA1"), Optional.of(NUMBER), Optional.of("C-17"), NOON);
        breaks();

        var failures = Stream.of(
                catchThrowableOfType(CrmFailure.class, () -> crm().find(NUMBER)),
                catchThrowableOfType(CrmFailure.class, () -> crm().open(begun)),
                catchThrowableOfType(CrmFailure.class, () -> crm().note("call-CA1", "a secret")));

        assertThat(failures).allSatisfy(failure -> {
            assertThat(failure.reason()).matches("[a-z_]+");
            assertThat(failure.toString()).doesNotContain("415555", "Dana", "secret");
        });
    }

    static List<String> hostileTexts() {
        return List.of(
                "Robert'); drop table customer;--",
                "\"quoted\" and {\"id\":\"x\"} and \\ back",
                "</Say><Hangup/><!-- & -->",
                "a\u0000b\u0007c\r\nd\u2028e\u202Ef",
                "Dana \uD83E\uDDD1\u200D\uD83D\uDCBB Ruiz",
                "broken \uD800 half",
                "{caller.id} ${HOME} %s",
                "x".repeat(10_000),
                "\uD83D\uDE00".repeat(5_000));
    }
}
