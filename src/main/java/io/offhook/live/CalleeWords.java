package io.offhook.live;

import java.util.Locale;
import java.util.Map;

/// What a human hears who is called while the caller stays with the agent, by the provider's voice. As with
/// [Apologies], text and language belong together.
///
/// @param ask      for the key
/// @param accepted before the wait for the caller
/// @param declined after the other key
/// @param gone     when there is no caller any more
/// @param hold     when it is not known whether there is
record CalleeWords(String language, String ask, String accepted, String declined, String gone, String hold) {
    private static final CalleeWords ENGLISH = new CalleeWords(
            "en",
            "Press 1 to take the call, or 2 if you can't.",
            "Thank you. One moment.",
            "All right. Goodbye.",
            "Sorry, the caller is no longer waiting. Goodbye.",
            "One moment, please.");
    private static final Map<String, CalleeWords> OTHERS = Map.of(
            "es",
            new CalleeWords(
                    "es",
                    "Pulse 1 para atender la llamada, o 2 si no puede.",
                    "Gracias. Un momento.",
                    "De acuerdo. Adiós.",
                    "Lo siento, la llamada ya no está en espera. Adiós.",
                    "Un momento, por favor."),
            "de",
            new CalleeWords(
                    "de",
                    "Drücken Sie die 1, um den Anruf anzunehmen, oder die 2, wenn Sie nicht können.",
                    "Danke. Einen Moment.",
                    "In Ordnung. Auf Wiederhören.",
                    "Der Anruf wartet leider nicht mehr. Auf Wiederhören.",
                    "Einen Moment, bitte."),
            "fr",
            new CalleeWords(
                    "fr",
                    "Appuyez sur 1 pour prendre l'appel, ou sur 2 si vous ne pouvez pas.",
                    "Merci. Un instant.",
                    "Très bien. Au revoir.",
                    "Désolé, l'appel n'est plus en attente. Au revoir.",
                    "Un instant, s'il vous plaît."));

    /// @param language such as `es` or `es-MX`
    static CalleeWords in(String language) {
        return OTHERS.getOrDefault(Locale.forLanguageTag(language).getLanguage(), ENGLISH);
    }
}
