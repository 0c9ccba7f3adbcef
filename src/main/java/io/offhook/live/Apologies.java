package io.offhook.live;

import java.util.Locale;
import java.util.Map;

/// What the provider's voice says when the agent can't: little, since the person waits behind it. Text and language
/// belong together: a voice made for one language can't read another, so a call in a language that is not here hears
/// English from an English voice.
///
/// @param someoneElse before the next of several people is rung
/// @param takeIt asks a human who has picked up to take the call by key 1
record Apologies(
        String language,
        String technical,
        String allLinesBusy,
        String oneMoment,
        String nobodyFree,
        String someoneElse,
        String closed,
        String goodbye,
        String takeIt,
        String leaveMessage) {
    private static final Apologies ENGLISH = new Apologies(
            "en",
            "Sorry, we have a technical problem.",
            "All our lines are busy at the moment.",
            "One moment, please.",
            "I'm sorry, nobody could take your call.",
            "Nobody is free there at the moment. I'm trying someone else for you.",
            "Our office is closed at the moment.",
            "Thank you for calling. Goodbye.",
            "Press 1 to take the call.",
            "Please leave a message after the tone.");
    private static final Map<String, Apologies> OTHERS = Map.of(
            "es",
            new Apologies(
                    "es",
                    "Perdón, tenemos un problema técnico.",
                    "En este momento todas nuestras líneas están ocupadas.",
                    "Un momento.",
                    "Lo siento, nadie ha podido atender su llamada.",
                    "Ahí no hay nadie libre en este momento. Intento con otra persona.",
                    "En este momento nuestra oficina está cerrada.",
                    "Gracias por llamar. Adiós.",
                    "Pulse 1 para atender la llamada.",
                    "Deje un mensaje después de la señal."),
            "de",
            new Apologies(
                    "de",
                    "Leider haben wir ein technisches Problem.",
                    "Im Moment sind alle unsere Leitungen belegt.",
                    "Einen Moment, bitte.",
                    "Es tut mir leid, niemand konnte Ihren Anruf annehmen.",
                    "Dort ist gerade niemand frei. Ich versuche es bei jemand anderem.",
                    "Unser Büro ist im Moment geschlossen.",
                    "Danke für Ihren Anruf. Auf Wiederhören.",
                    "Drücken Sie die 1, um den Anruf anzunehmen.",
                    "Bitte sprechen Sie nach dem Ton."),
            "fr",
            new Apologies(
                    "fr",
                    "Désolé, nous avons un problème technique.",
                    "Toutes nos lignes sont occupées en ce moment.",
                    "Un instant.",
                    "Je suis désolé, personne n'a pu prendre votre appel.",
                    "Personne n'y est libre en ce moment. J'essaie quelqu'un d'autre.",
                    "Nos bureaux sont fermés en ce moment.",
                    "Merci de votre appel. Au revoir.",
                    "Appuyez sur 1 pour prendre l'appel.",
                    "Veuillez laisser un message après le signal."),
            "pt",
            new Apologies(
                    "pt",
                    "Desculpe, temos um problema técnico.",
                    "No momento todas as nossas linhas estão ocupadas.",
                    "Um momento.",
                    "Sinto muito, ninguém pôde atender a sua ligação.",
                    "Ninguém está livre aí no momento. Vou tentar com outra pessoa.",
                    "No momento o nosso escritório está fechado.",
                    "Obrigado por ligar. Até logo.",
                    "Tecle 1 para atender a ligação.",
                    "Deixe uma mensagem após o sinal."));

    /// @param language such as `es` or `es-MX`
    static Apologies in(String language) {
        var spoken = Locale.forLanguageTag(language).getLanguage();
        var found = OTHERS.getOrDefault(spoken, ENGLISH);
        return found == ENGLISH && !spoken.equals("en") ? ENGLISH : found.as(language);
    }

    private Apologies as(String language) {
        return new Apologies(
                language,
                technical,
                allLinesBusy,
                oneMoment,
                nobodyFree,
                someoneElse,
                closed,
                goodbye,
                takeIt,
                leaveMessage);
    }
}
