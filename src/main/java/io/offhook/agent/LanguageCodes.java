package io.offhook.agent;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// Codes of languages: ISO 639-1, which is what engines and telephone networks take, with a region if needed.
final class LanguageCodes {
    private static final Pattern FORM = Pattern.compile("(?<language>[a-z]{2})(-[A-Z]{2})?");
    private static final Set<String> KNOWN = Set.of(Locale.getISOLanguages());
    private static final List<String> USUAL = List.of("en", "es", "fr", "de", "it", "pt");

    private LanguageCodes() {}

    static boolean known(String code) {
        var form = FORM.matcher(code);
        return form.matches() && KNOWN.contains(form.group("language"));
    }

    /// What was meant by something else: a name, a code of three letters, one in other letters, or a slip.
    static Optional<String> meant(String word) {
        var parts = word.split("[-_]", 2);
        var written = parts[0].toLowerCase(Locale.ROOT)
                + (parts.length > 1 ? "-" + parts[1].toUpperCase(Locale.ROOT) : "");
        if (known(written)) {
            return Optional.of(written);
        }
        var language = parts[0].toLowerCase(Locale.ROOT);
        return KNOWN.stream()
                .filter(code -> {
                    var locale = Locale.of(code);
                    return locale.getISO3Language().equals(language)
                            || locale.getDisplayLanguage(Locale.ENGLISH).equalsIgnoreCase(language);
                })
                .min(String::compareTo)
                .or(() -> Spelling.nearest(language, USUAL));
    }
}
