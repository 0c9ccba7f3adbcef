package io.offhook.callback;

import java.util.Locale;
import java.util.Map;

/// What people hear who are rung for a caller, by the provider's voice.
///
/// @param intro said before what the caller wants
/// @param ask   said after it
/// @param gone  the wish is no longer to be had
/// @param late  the caller could not be reached
record CallbackWords(String language, String intro, String ask, String gone, String late) {
    private static final CallbackWords ENGLISH = new CallbackWords(
            "en",
            "A caller has asked to be called back.",
            "Press 1 to be put through to the caller now.",
            "This call has been taken care of. Goodbye.",
            "The caller did not answer. Goodbye.");
    private static final Map<String, CallbackWords> OTHERS = Map.of(
            "es",
            new CallbackWords(
                    "es",
                    "Una persona ha pedido que la llamemos.",
                    "Pulse 1 para hablar ahora con ella.",
                    "Esta llamada ya está atendida. Adiós.",
                    "La persona no ha contestado. Adiós."),
            "de",
            new CallbackWords(
                    "de",
                    "Jemand hat um einen Rückruf gebeten.",
                    "Drücken Sie die 1, um jetzt verbunden zu werden.",
                    "Dieser Rückruf ist schon erledigt. Auf Wiederhören.",
                    "Dort hat niemand abgenommen. Auf Wiederhören."),
            "fr",
            new CallbackWords(
                    "fr",
                    "Une personne a demandé à être rappelée.",
                    "Appuyez sur 1 pour lui parler maintenant.",
                    "Ce rappel a déjà été traité. Au revoir.",
                    "La personne n'a pas répondu. Au revoir."));

    /// @param language such as `es` or `es-MX`
    static CallbackWords in(String language) {
        return OTHERS.getOrDefault(Locale.forLanguageTag(language).getLanguage(), ENGLISH);
    }
}
