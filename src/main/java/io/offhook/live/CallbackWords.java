package io.offhook.live;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/// How callers are asked whether they may be called back. What a caller agrees to is stored word for word. As with
/// [Apologies], text and language belong together.
///
/// @param here          agreed to by yes or key 1
/// @param elsewhere     agreed to by typing a number
/// @param notThat       the number is none that we call
/// @param notUnderstood what was said is neither yes nor a number
/// @param heard         with one `%s` for the digits that were understood
/// @param there         agreed to by yes or key 1 once they were read out
/// @param otherwise     what to do if they are wrong
/// @param plus          how the sign before a country code is spoken
/// @param answers       what a caller may say, digits apart
record CallbackWords(
        String language,
        String offer,
        String here,
        String elsewhere,
        String notThat,
        String notUnderstood,
        String heard,
        String there,
        String otherwise,
        String agreed,
        String plus,
        List<String> answers) {
    private static final CallbackWords ENGLISH = new CallbackWords(
            "en",
            "We can call you back.",
            "If you agree to be called at the number that you are calling from, say yes, or press 1 and the hash key.",
            "If you agree to be called at another number, say that number, or type it and press the hash key.",
            "We can't call that number.",
            "I didn't understand.",
            "I heard: %s.",
            "If you agree to be called at this number, say yes, or press 1 and the hash key.",
            "If it is wrong, say no, or type the number and press the hash key.",
            "Thank you. We will call you back.",
            "plus",
            List.of("yes", "no"));
    private static final Map<String, CallbackWords> OTHERS = Map.of(
            "es",
            new CallbackWords(
                    "es",
                    "Podemos devolverle la llamada.",
                    "Si acepta que le llamemos al número desde el que llama, diga sí, o pulse 1 y almohadilla.",
                    "Si acepta que le llamemos a otro número, dígalo, o márquelo y pulse almohadilla.",
                    "No podemos llamar a ese número.",
                    "No le he entendido.",
                    "He entendido: %s.",
                    "Si acepta que le llamemos a este número, diga sí, o pulse 1 y almohadilla.",
                    "Si no es correcto, diga no, o marque el número y pulse almohadilla.",
                    "Gracias. Le llamaremos.",
                    "más",
                    List.of("sí", "no")),
            "de",
            new CallbackWords(
                    "de",
                    "Wir rufen Sie gern zurück.",
                    "Wenn Sie mit einem Rückruf unter der Nummer einverstanden sind, von der Sie anrufen, sagen Sie Ja,"
                            + " oder drücken Sie 1 und Raute.",
                    "Wenn Sie mit einem Rückruf unter einer anderen Nummer einverstanden sind, sagen Sie diese, oder"
                            + " geben Sie sie ein und drücken Sie Raute.",
                    "Diese Nummer können wir nicht anrufen.",
                    "Das habe ich nicht verstanden.",
                    "Verstanden habe ich: %s.",
                    "Wenn Sie mit einem Rückruf unter dieser Nummer einverstanden sind, sagen Sie Ja, oder drücken Sie 1"
                            + " und Raute.",
                    "Wenn sie nicht stimmt, sagen Sie Nein, oder geben Sie die Nummer ein und drücken Sie Raute.",
                    "Danke. Wir rufen Sie zurück.",
                    "plus",
                    List.of("ja", "nein")),
            "fr",
            new CallbackWords(
                    "fr",
                    "Nous pouvons vous rappeler.",
                    "Si vous acceptez d'être rappelé au numéro dont vous appelez, dites oui, ou tapez 1 puis dièse.",
                    "Si vous acceptez d'être rappelé à un autre numéro, dites-le, ou tapez-le puis dièse.",
                    "Nous ne pouvons pas appeler ce numéro.",
                    "Je n'ai pas compris.",
                    "J'ai compris : %s.",
                    "Si vous acceptez d'être rappelé à ce numéro, dites oui, ou tapez 1 puis dièse.",
                    "S'il est faux, dites non, ou tapez le numéro puis dièse.",
                    "Merci. Nous vous rappellerons.",
                    "plus",
                    List.of("oui", "non")),
            "pt",
            new CallbackWords(
                    "pt",
                    "Podemos ligar de volta para você.",
                    "Se aceita que liguemos para o número de que está ligando, diga sim, ou tecle 1 e jogo da velha.",
                    "Se aceita que liguemos para outro número, diga o número, ou digite-o e tecle jogo da velha.",
                    "Não podemos ligar para esse número.",
                    "Não entendi.",
                    "Entendi: %s.",
                    "Se aceita que liguemos para este número, diga sim, ou tecle 1 e jogo da velha.",
                    "Se não estiver certo, diga não, ou digite o número e tecle jogo da velha.",
                    "Obrigado. Vamos ligar para você.",
                    "mais",
                    List.of("sim", "não")));

    /// @param language such as `es` or `es-MX`
    static CallbackWords in(String language) {
        var spoken = Locale.forLanguageTag(language).getLanguage();
        var found = OTHERS.getOrDefault(spoken, ENGLISH);
        return found == ENGLISH && !spoken.equals("en") ? ENGLISH : found.as(language);
    }

    /// @param known whether a number is known that can be called at a yes
    List<String> question(boolean known) {
        return known ? List.of(here, elsewhere) : List.of(elsewhere);
    }

    /// @param groups of digits, as [CallbackNumbers#groups] has them
    List<String> confirmation(String groups) {
        return List.of(heard.replace("%s", groups.replace("+", plus + " ")), there, otherwise);
    }

    /// What a caller may say, as a recogniser wants to know it.
    List<String> hints() {
        var hints = new ArrayList<>(answers);
        hints.add(plus);
        hints.addAll(SpokenDigits.words(language));
        return hints;
    }

    private CallbackWords as(String tag) {
        return new CallbackWords(
                tag, offer, here, elsewhere, notThat, notUnderstood, heard, there, otherwise, agreed, plus, answers);
    }
}
