package io.offhook.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How callers are asked whether they may be called back. What a caller agrees to is stored word for word. As with
/// [Apologies], text and language belong together.
///
/// @param here      agreed to by key 1
/// @param elsewhere agreed to by typing a number
/// @param notThat   the typed number is none that we call
record CallbackWords(
        String language, String offer, String here, String elsewhere, String notThat, String agreed) {
    private static final CallbackWords ENGLISH = new CallbackWords(
            "en",
            "We can call you back.",
            "If you agree to be called at the number that you are calling from, press 1 and the hash key.",
            "If you agree to be called at another number, type that number and press the hash key.",
            "We can't call that number.",
            "Thank you. We will call you back.");
    private static final Map<String, CallbackWords> OTHERS = Map.of(
            "es",
            new CallbackWords(
                    "es",
                    "Podemos devolverle la llamada.",
                    "Si acepta que le llamemos al número desde el que llama, pulse 1 y almohadilla.",
                    "Si acepta que le llamemos a otro número, márquelo y pulse almohadilla.",
                    "No podemos llamar a ese número.",
                    "Gracias. Le llamaremos."),
            "de",
            new CallbackWords(
                    "de",
                    "Wir rufen Sie gern zurück.",
                    "Wenn Sie mit einem Rückruf unter der Nummer einverstanden sind, von der Sie anrufen, drücken Sie 1"
                            + " und Raute.",
                    "Wenn Sie mit einem Rückruf unter einer anderen Nummer einverstanden sind, geben Sie diese ein und"
                            + " drücken Sie Raute.",
                    "Diese Nummer können wir nicht anrufen.",
                    "Danke. Wir rufen Sie zurück."),
            "fr",
            new CallbackWords(
                    "fr",
                    "Nous pouvons vous rappeler.",
                    "Si vous acceptez d'être rappelé au numéro dont vous appelez, tapez 1 puis dièse.",
                    "Si vous acceptez d'être rappelé à un autre numéro, tapez-le puis dièse.",
                    "Nous ne pouvons pas appeler ce numéro.",
                    "Merci. Nous vous rappellerons."));

    /// @param language such as `es` or `es-MX`
    static CallbackWords in(String language) {
        var spoken = Locale.forLanguageTag(language).getLanguage();
        var found = OTHERS.getOrDefault(spoken, ENGLISH);
        return found == ENGLISH && !spoken.equals("en") ? ENGLISH : found.as(language);
    }

    /// @param known whether key 1 stands for a number that can be called
    List<String> question(boolean known, boolean again) {
        var say = new ArrayList<String>();
        say.add(again ? notThat : offer);
        if (known) {
            say.add(here);
        }
        say.add(elsewhere);
        return say;
    }

    /// What a caller has agreed to by these keys.
    String consent(String keys) {
        return CallbackNumbers.isOwn(keys) ? here : elsewhere;
    }

    private CallbackWords as(String tag) {
        return new CallbackWords(tag, offer, here, elsewhere, notThat, agreed);
    }
}
