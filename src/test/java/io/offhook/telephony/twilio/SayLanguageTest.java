package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SayLanguageTest {
    @ParameterizedTest
    @CsvSource({
        "en, en-US",
        "es, es-ES",
        "de, de-DE",
        "fr, fr-FR",
        "pt, pt-BR",
        "no, nb-NO",
        "es-MX, es-MX",
        "es-mx, es-MX",
        "es-AR, es-ES",
        "de-CH, de-DE",
        "fil, fil-PH",
        "zh, zh-CN"
    })
    void a_language_is_named_as_twilio_lists_it(String language, String listed) {
        assertThat(SayLanguage.of(language)).contains(listed);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "sw", "x", "en_US\" voice=\"man"})
    void what_twilio_does_not_list_is_left_to_its_default(String language) {
        assertThat(SayLanguage.of(language)).isEmpty();
    }

    @Test
    void a_document_in_such_a_language_names_none() {
        assertThat(MeetingTwiml.leave("Samahani.", "sw")).contains("<Say>Samahani.</Say>");
    }
}
