package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Lexicon;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Which language a caller speaks, by the words that are shipped.
class SpokenLanguageTest {
    private static final Lexicon BILINGUAL = LexiconFile.of(List.of("en-US", "es-MX"));
    private static final Lexicon ALL = LexiconFile.of(List.of("en", "es", "de", "fr", "pt-BR"));

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "es-MX | Quiero hablar con una persona",
                "es-MX | Hola, buenos días, tengo una pregunta sobre mi pedido",
                "es-MX | ¿Donde esta mi pedido? No ha llegado todavia",
                "es-MX | No, ya le he dicho que no me llegó nada",
                "es-MX | Hola, I mean, quiero hablar con alguien de facturación",
                "en-US | I want to talk to a person",
                "en-US | Hi, I’d like to know where my order is",
                "en-US | My appointment is at La Quinta, I think it's on Monday",
                "en-US | Can I speak with Señor de la Cruz about my order, please?",
            })
    void a_sentence_shows_which_of_two_languages_it_is_in(String language, String said) {
        assertThat(BILINGUAL.language(said)).contains(language);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "Hola",
                "No",
                "Sí, por favor",
                "Gracias, adiós",
                "Thank you",
                "A B 7 4 9 2",
                "four one five, five five five, zero one two three",
                "I want to hablar con una persona",
                "Sorry, no hablo mucho inglés, can you help me con mi pedido",
                "La Quinta Inn, 200 El Camino Real, San Francisco",
                "Guten Tag, ich möchte mit jemandem sprechen",
                "?!",
            })
    void short_mixed_and_other_words_show_nothing(String said) {
        assertThat(BILINGUAL.language(said)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en | I would like to know where my order is",
                "es | Quisiera hablar con alguien sobre mi cuenta",
                "de | Ich möchte bitte mit einem Menschen sprechen",
                "de | Wo ist meine Bestellung? Ich warte schon lange",
                "fr | Je voudrais parler à quelqu'un, s'il vous plaît",
                "fr | Bonjour, j'ai un problème avec ma commande",
                "pt-BR | Eu quero falar com uma pessoa, por favor",
                "pt-BR | Olá, não recebi o meu pedido ainda",
            })
    void neighbours_are_told_apart_where_an_agent_speaks_them_all(String language, String said) {
        assertThat(ALL.language(said)).contains(language);
    }

    @ParameterizedTest
    @ValueSource(strings = {"Por favor, como está a conta", "de la de la de la de la"})
    void what_neighbours_share_shows_nothing(String said) {
        assertThat(ALL.language(said)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"es,es-MX", "it,es", "ja,en"})
    void with_one_language_or_one_whose_words_are_not_known_it_is_left_to_the_model(String first, String second) {
        var agent = LexiconFile.of(List.of(first, second));

        assertThat(agent.language("Vorrei parlare con una persona, por favor")).isEmpty();
        assertThat(agent.language("Quiero hablar con una persona")).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"es,es-MX", "es-ES,es-MX", "en-US,en-US", "de,", "'',", "español,"})
    void a_language_is_spelled_as_the_agent_has_it(String tag, String spelled) {
        assertThat(BILINGUAL.spelled(tag).orElse(null)).isEqualTo(spelled);
    }
}
