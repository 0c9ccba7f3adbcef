package io.offhook.crm.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.PhoneNumber;
import io.offhook.config.Mistake;
import io.offhook.crm.Caller;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CustomerFileTest {
    private static CustomerFile.Reading read(String text) throws IOException {
        return CustomerFile.read("customers.csv", new StringReader(text), "US");
    }

    @Test
    void names_numbers_and_further_columns_are_read() throws Exception {
        var reading = read("""
                \uFEFFid,Phone,First Name,last-name,tier
                C-17,(415) 555-0123,Dana,Ruiz,gold

                C-18,+44 20 7946 0018,Kim,"O'Neil, ""the"" second
                line",
                """);

        assertThat(reading.mistakes()).isEmpty();
        assertThat(reading.shared()).isZero();
        assertThat(reading.customers())
                .containsExactly(
                        new Customer(
                                new PhoneNumber("+14155550123"), Caller.of("C-17", "Dana", "Ruiz", Map.of("tier", "gold"))),
                        new Customer(
                                new PhoneNumber("+442079460018"),
                                Caller.of("C-18", "Kim", "O'Neil, \"the\" second line", Map.of())));
    }

    @Test
    void a_customer_without_an_id_has_the_same_one_each_time_and_it_does_not_tell_the_number() throws Exception {
        var once = read("phone\n+14155550123\n").customers().getFirst().caller().id();
        var again = read("phone,first_name\n415-555-0123,Dana\n").customers().getFirst().caller().id();

        assertThat(once).isEqualTo(again).doesNotContain("5550123");
    }

    @Test
    void customers_who_share_a_number_are_counted() throws Exception {
        var reading = read("id,phone\nC-1,4155550123\nC-2,+14155550123\n");

        assertThat(reading.mistakes()).isEmpty();
        assertThat(reading.shared()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiterString = "=>",
            quoteCharacter = '`',
            value = {
                "``=>customers.csv:1=>empty",
                "name,tel\\nDana,1=>customers.csv:1=>no column phone",
                "phone,phone\\n1,2=>customers.csv:1=>twice",
                "phone,1st\\n1,2=>customers.csv:1=>Column 2",
                "phone,a\\n+14155550123=>customers.csv:2=>1 fields, but 2 columns",
                "phone\\n+14155550123\\n\\n\\n12=>customers.csv:5=>no phone number of the region US",
                "phone\\nanonymous=>customers.csv:2=>no phone number",
                "phone\\n+266696687=>customers.csv:2=>no phone number",
                "phone\\n4155550123\\n+1 415 555 0123=>customers.csv:3=>on line 2 already",
                "id,phone\\nC-1,4155550123\\nC-1,4155550124=>customers.csv:3=>id is on line 2",
                "phone,a\\n\\n+14155550123,\"never ends=>customers.csv:3=>quotes",
                "phone,a\\n4155550123,\"one\\ntwo\"\\n4155550124,\"x\"y=>customers.csv:4=>quotes"
            })
    void a_mistake_names_its_line(String text, String where, String what) throws Exception {
        var mistakes = read(text.replace("\\n", "\n")).mistakes();

        assertThat(mistakes).extracting(Mistake::where).containsExactly(where);
        assertThat(mistakes.getFirst().what()).contains(what).doesNotContain("0123");
    }

    @Test
    void a_file_full_of_mistakes_is_given_up() throws Exception {
        var mistakes = read("phone\n" + "nonsense\n".repeat(10_000)).mistakes();

        assertThat(mistakes).hasSize(50);
    }

    @Test
    void a_file_that_is_not_utf_8_is_refused(@TempDir Path folder) throws Exception {
        var file = folder.resolve("latin1.csv");
        Files.write(file, "phone,first_name\n+14155550123,Ren\u00e9e\n".getBytes(StandardCharsets.ISO_8859_1));

        var reading = CustomerFile.read(file, "US");

        assertThat(reading.mistakes()).extracting(Mistake::what).allMatch(what -> what.contains("not UTF-8"));
        assertThat(reading.mistakes()).isNotEmpty();
    }

    @Test
    void long_fields_are_refused_and_hostile_ones_are_kept_as_text() throws Exception {
        var reading = read("phone,a\n4155550123,=cmd|' /C calc'!A0\n4155550124," + "x".repeat(501) + "\n");

        assertThat(reading.mistakes()).extracting(Mistake::where).isEqualTo(List.of("customers.csv:3"));
        assertThat(reading.customers().getFirst().caller().attributes()).containsEntry("a", "=cmd|' /C calc'!A0");
    }
}
