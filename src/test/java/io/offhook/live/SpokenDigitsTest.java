package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Phone numbers as people say them, and as recognisers write them down.
class SpokenDigitsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | four one five, five five five, oh one two three          | 4155550123",
                "en-GB | zero two oh, seven nine four six, nought nine five eight | 02079460958",
                "en    | 415-555-0123                                             | 4155550123",
                "en    | (415) 555 0123.                                          | 4155550123",
                "en    | plus one 415 555 0123                                    | +14155550123",
                "en    | +1 415-555-0123                                          | +14155550123",
                "en    | four one five triple five oh one double two              | 4155550122",
                "en    | double 4 seven eight                                     | 4478",
                "en    | four fifteen, five fifty-five, zero one twenty three     | 4155550123",
                "en    | Yes, please call me at 415 555 0123, thank you           | 4155550123",
                "en    | six five oh uh two five three and then oh oh oh one      | 6502530001",
                "en-US | FOUR ONE FIVE FIVE FIVE FIVE OH ONE TWO THREE            | 4155550123",
                "es    | nueve uno cinco, cinco cinco cinco, cero uno dos tres    | 9155550123",
                "es-MX | seis doce treinta y cuatro cincuenta y seis veintiocho   | 612345628",
                "es    | más treinta y cuatro nueve uno dos                       | +34912",
                "es    | doble cinco dieciséis veintidós                          | 551622",
                "de    | null drei null, neun null eins acht zwo eins             | 030901821",
                "de-DE | null eins sieben sechs zwölf vierunddreißig sechzehn     | 0176123416",
                "de    | fünf fuenf eins einundzwanzig dreissig                   | 5512130",
                "de    | plus neunundvierzig dreißig neun null eins acht zwei     | +493090182",
                "fr    | zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit | 0612345678",
                "fr    | zéro un quatre-vingt-dix-sept soixante et onze quatre-vingts vingt et un | 0197718021",
                "fr-CH | zéro sept neuf septante-deux nonante et un octante-trois  | 079729183",
                "fr    | plus trente-trois six douze trente-quatre                | +3361234",
                "pt-BR | onze nove oito meia cinco quatro três dois um zero zero  | 119865432100",
                "pt    | dois um vinte e três quarenta e cinco zero meia          | 21234506"
            })
    void a_number_is_understood_in_figures_and_in_words(String language, String text, String number) {
        assertThat(SpokenDigits.in(text, language)).first().isEqualTo(number);
    }

    @Test
    void digits_that_belong_to_something_else_can_be_left_out() {
        assertThat(SpokenDigits.in("I have 2 phones, so take 415 555 0123", "en"))
                .containsExactly("24155550123", "4155550123");
        assertThat(SpokenDigits.in("C'est un portable, zéro six douze trente-quatre cinquante-six", "fr"))
                .containsExactly("106123456", "06123456");
        assertThat(SpokenDigits.in("extension 12 of plus 1 415 555 0123", "en")).containsExactly("+14155550123");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "yes",
                "no no no",
                "one",
                "plus",
                "double",
                "double double",
                "triple plus",
                "+",
                "++++",
                "my number is my number",
                "\ud83d\ude21\ud83d\ude21",
                "\u0664\u0661\u0665\u0665\u0665\u0665\u0660\u0661\u0662\u0663",
                "\uff14\uff11\uff15\uff15\uff15\uff15",
                "<Dial>call nine</Dial>",
                "'; drop table callback; --",
                "\u0000\u202e\ud800",
                "11111111111111111111"
            })
    void other_words_hold_no_number(String text) {
        for (var language : List.of("en", "es", "de", "fr", "pt", "it", "", "-")) {
            assertThat(SpokenDigits.in(text, language)).as(language).isEmpty();
        }
    }

    @Test
    void marks_and_markup_between_the_digits_are_no_part_of_the_number() {
        assertThat(SpokenDigits.in("4\ud83d\ude214\u202e4\u00004<b>4</b>", "en")).first().isEqualTo("44444");
    }

    @Test
    void a_speech_is_no_number() {
        assertThat(SpokenDigits.in("four ".repeat(2_000), "en")).isEmpty();
        assertThat(SpokenDigits.in("4".repeat(10_000), "en")).isEmpty();
        assertThat(SpokenDigits.in("\ud83d\ude21".repeat(5_000), "en")).isEmpty();
    }

    @Test
    void the_words_for_digits_are_known_to_whoever_listens() {
        assertThat(SpokenDigits.words("en-GB")).contains("oh", "zero", "nine").doesNotContain("ten");
        assertThat(SpokenDigits.words("pt")).contains("meia", "tres");
    }
}
