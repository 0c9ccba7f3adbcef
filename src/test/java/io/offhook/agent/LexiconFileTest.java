package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Lexicon;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LexiconFileTest {
    private static final Lexicon ALL = LexiconFile.of(List.of("en-US", "es", "de", "fr", "pt-BR"));

    @ParameterizedTest
    @ValueSource(
            strings = {
                "I want to speak to a person.",
                "Can I talk to someone, please?",
                "Let me speak with your supervisor",
                "agent",
                "Representative!",
                "Operator, please.",
                "Get me a human",
                "I need a real person on the line",
                "Please transfer me to customer service",
                "Could you put me through to someone?",
                "Is there a real person I can talk to",
                "I\u2019d rather talk to a human being",
                "Quiero hablar con una persona",
                "Páseme con alguien, por favor",
                "necesito un agente",
                "¿Puedo hablar con alguien?",
                "Operadora, por favor",
                "Ich möchte mit einem Menschen sprechen",
                "Kann ich bitte mit einem Mitarbeiter reden?",
                "Verbinden Sie mich bitte mit einem Berater",
                "Mitarbeiter",
                "Je voudrais parler à quelqu'un",
                "Passez-moi un conseiller",
                "Est-ce que je peux parler avec une vraie personne ?",
                "Quero falar com um atendente",
                "Preciso de uma pessoa",
                "posso falar com alguém?"
            })
    void a_caller_who_asks_for_a_person_is_understood(String words) {
        assertThat(ALL.asksForPerson(words)).as(words).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Where is my order?",
                "I don't want to talk to a person, just tell me the status.",
                "No need to speak to an agent.",
                "I already talked to a representative yesterday and nothing happened.",
                "Please don't transfer me to a person.",
                "The person who delivered it was rude.",
                "My agent number is four.",
                "I'm a human, not a robot, and my order is late",
                "Can you talk to me about returns?",
                "No quiero hablar con una persona, solo dime el estado.",
                "¿Dónde está mi pedido?",
                "Ich möchte nicht mit einem Menschen sprechen",
                "Ich möchte über meine Rechnung sprechen",
                "Je voudrais parler de ma commande",
                "Não quero falar com um atendente",
                "Quero falar sobre o meu pedido",
                ""
            })
    void one_who_does_not_is_left_with_the_agent(String words) {
        assertThat(ALL.asksForPerson(words)).as(words).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "This is ridiculous. | true",
                "I'm really frustrated with you people | true",
                "what a waste of time | true",
                "The $347 charge. I never authorized that. | true",
                "Esto es una estafa | true",
                "Das ist eine Frechheit | true",
                "C'est inadmissible | true",
                "Isso é um absurdo | true",
                "Thank you, that helps. | false",
                "I was mad about the game last night | false",
                "The parcel came, great | false"
            })
    void a_caller_who_is_upset_sounds_so(String words, boolean upset) {
        assertThat(ALL.angry(words)).as(words).isEqualTo(upset);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "I'm sorry, I don't have that information. | true | false",
                "I didn't catch that. Could you repeat it? | true | false",
                "I'm not sure what you mean. | true | false",
                "Lo siento, no lo sé. | true | false",
                "Your order arrives on Tuesday. | false | false",
                "I'm connecting you with a specialist. | false | true",
                "Okay, let me transfer you now to a colleague. | false | true",
                "Le paso con un compañero. | false | true",
                "Ich verbinde Sie jetzt mit einem Kollegen. | false | true",
                "I can connect your account to the app. | false | false",
                "Would you like me to explain the transfer fee? | false | false"
            })
    void an_agent_who_is_unsure_or_promises_a_person_is_caught(String words, boolean unsure, boolean promised) {
        assertThat(ALL.unsure(words)).as(words).isEqualTo(unsure);
        assertThat(ALL.promisesPerson(words)).as(words).isEqualTo(promised);
    }
}
