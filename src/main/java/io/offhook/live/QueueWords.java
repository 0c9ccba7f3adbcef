package io.offhook.live;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// What a caller in a queue is told, by the provider's voice. As with [Apologies], text and language belong together.
///
/// @param position with one `%d`
/// @param minutes  with one `%d`, for two minutes and more
/// @param callback the way out by key 1, where callers can be called back
/// @param message  the way out by key 2
record QueueWords(
        String language,
        String next,
        String position,
        String minute,
        String minutes,
        String callback,
        String message) {
    static final char CALLBACK_KEY = '1';
    static final char MESSAGE_KEY = '2';

    private static final QueueWords ENGLISH = new QueueWords(
            "en",
            "You are next in line.",
            "You are number %d in line.",
            "You have been waiting for one minute.",
            "You have been waiting for %d minutes.",
            "To be called back instead, press 1.",
            "To leave a message instead, press 2.");
    private static final Map<String, QueueWords> OTHERS = Map.of(
            "es",
            new QueueWords(
                    "es",
                    "Usted es el siguiente.",
                    "Su turno es el número %d.",
                    "Lleva un minuto esperando.",
                    "Lleva %d minutos esperando.",
                    "Para que le llamemos, pulse 1.",
                    "Para dejar un mensaje, pulse 2."),
            "de",
            new QueueWords(
                    "de",
                    "Sie sind als Nächstes an der Reihe.",
                    "Sie sind an Stelle %d in der Warteschlange.",
                    "Sie warten seit einer Minute.",
                    "Sie warten seit %d Minuten.",
                    "Um zurückgerufen zu werden, drücken Sie die 1.",
                    "Um eine Nachricht zu hinterlassen, drücken Sie die 2."),
            "fr",
            new QueueWords(
                    "fr",
                    "Vous êtes le prochain.",
                    "Vous êtes numéro %d dans la file.",
                    "Vous attendez depuis une minute.",
                    "Vous attendez depuis %d minutes.",
                    "Pour être rappelé, appuyez sur 1.",
                    "Pour laisser un message, appuyez sur 2."));

    /// @param language such as `es` or `es-MX`
    static QueueWords in(String language) {
        var spoken = Locale.forLanguageTag(language).getLanguage();
        return OTHERS.getOrDefault(spoken, ENGLISH);
    }

    /// @param mayCallBack whether callers can be called back
    List<String> about(OptionalInt place, Optional<Duration> waited, boolean mayCallBack) {
        var say = new ArrayList<String>();
        place.ifPresent(number -> say.add(number == 1 ? next : position.formatted(number)));
        long full = waited.map(Duration::toMinutes).orElse(0L);
        if (full > 0) {
            say.add(full == 1 ? minute : minutes.formatted(full));
        }
        if (mayCallBack) {
            say.add(callback);
        }
        say.add(message);
        return say;
    }
}
