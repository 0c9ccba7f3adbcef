package io.offhook.call;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// Which of the agent's languages a caller speaks, told by small words that only one of them has. It must be sure rather
/// than quick: it says nothing about a short sentence, about one that mixes languages, or where one of the languages is
/// not known here. Then the call stays in the language that it is in.
final class SpokenLanguage {
    private static final Pattern BETWEEN_WORDS = Pattern.compile("[^\\p{L}']+");
    private static final Pattern ACCENTS = Pattern.compile("\\p{M}+");
    private static final int LEAST_WORDS = 4;
    private static final int LEAST_FOUND = 3;
    /// One word in so many must be one of those that are known.
    private static final int SHARE = 3;

    private final Map<String, String> tags = new LinkedHashMap<>();
    private final Map<String, Set<String>> words = new HashMap<>();

    /// @param common small words by language code
    /// @param spoken the agent's languages, regions included
    SpokenLanguage(Map<String, Set<String>> common, List<String> spoken) {
        spoken.forEach(tag -> tags.putIfAbsent(code(tag), tag));
        boolean all = tags.keySet().stream()
                .allMatch(code -> !common.getOrDefault(code, Set.of()).isEmpty());
        if (tags.size() > 1 && all) {
            tags.keySet().forEach(code -> words.put(
                    code, common.getOrDefault(code, Set.of()).stream().map(SpokenLanguage::bare).collect(Collectors.toSet())));
        }
    }

    /// How the agent's configuration spells this language, if the agent speaks it.
    Optional<String> spelled(String tag) {
        return Optional.ofNullable(tags.get(code(tag)));
    }

    /// The language of these words; empty when they don't show it.
    ///
    /// @param plain as [Lexicon#plain] makes it
    Optional<String> of(String plain) {
        if (words.isEmpty()) {
            return Optional.empty();
        }
        var said = Arrays.stream(BETWEEN_WORDS.split(bare(plain)))
                .filter(word -> !word.isEmpty())
                .toList();
        if (said.size() < LEAST_WORDS) {
            return Optional.empty();
        }
        var found = said.stream()
                .distinct()
                .flatMap(word -> only(word).stream())
                .collect(Collectors.groupingBy(code -> code, Collectors.counting()));
        return found.entrySet().stream()
                .filter(most -> most.getValue() >= LEAST_FOUND && most.getValue() * SHARE >= said.stream().distinct().count())
                .filter(most -> found.entrySet().stream()
                        .allMatch(other -> other.equals(most) || other.getValue() * 2 < most.getValue()))
                .map(most -> tags.get(most.getKey()))
                .findFirst();
    }

    /// The one language that has the word.
    private Optional<String> only(String word) {
        var having = words.entrySet().stream()
                .filter(language -> language.getValue().contains(word))
                .map(Map.Entry::getKey)
                .toList();
        return having.size() == 1 ? Optional.of(having.getFirst()) : Optional.empty();
    }

    /// Without accents, which transcripts leave out at times.
    private static String bare(String text) {
        return ACCENTS.matcher(Normalizer.normalize(text, Normalizer.Form.NFD)).replaceAll("");
    }

    private static String code(String tag) {
        return Locale.forLanguageTag(tag).getLanguage();
    }
}
