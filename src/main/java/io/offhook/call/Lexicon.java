package io.offhook.call;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/// The words that show what a speaker is about, for the languages of one agent. Works without a model, so it must be
/// sure rather than clever: what it misses, the model and key 0 still catch.
///
/// Text is compared in lower case, with single blanks and straight apostrophes. One caller may mix languages, so all
/// of them are looked at. Matching takes time in proportion to the text, which is cut at [#MAX_TEXT] characters.
public final class Lexicon {
    static final int MAX_TEXT = 2_000;

    private static final Pattern NAME = Pattern.compile("(?: [\\p{L}\\p{M}][\\p{L}\\p{M}'-]{0,30}){1,3}");
    private static final Set<String> AFTER_NAME = Set.of(
            "and", "i", "i'm", "from", "with", "calling", "my", "the", "about", "on", "not", "y", "e", "de", "con", "und",
            "ich", "von", "et", "je", "eu", "com");

    /// Patterns of one language; each is searched for, and must begin and end at a word's border.
    ///
    /// @param person    the caller asks for a human
    /// @param notPerson what takes that back, or looks like it and isn't
    /// @param anger     the caller is upset
    /// @param unsure    the agent does not know or did not understand
    /// @param promise   the agent says that a human is coming
    /// @param commits   the agent says that something will happen after the call
    /// @param name      what a caller says before the own name
    /// @param common    small words that almost every sentence of the language has some of
    public record Words(
            List<Pattern> person,
            List<Pattern> notPerson,
            List<Pattern> anger,
            List<Pattern> unsure,
            List<Pattern> promise,
            List<Pattern> commits,
            List<Pattern> name,
            Set<String> common) {
        public Words {
            person = List.copyOf(person);
            notPerson = List.copyOf(notPerson);
            anger = List.copyOf(anger);
            unsure = List.copyOf(unsure);
            promise = List.copyOf(promise);
            commits = List.copyOf(commits);
            name = List.copyOf(name);
            common = Set.copyOf(common);
        }
    }

    private final List<Words> languages;
    private final SpokenLanguage spoken;

    /// @param languages words by language code, such as `en`
    /// @param spoken    the agent's languages, regions included (`en-US`); those without words are left out
    public Lexicon(Map<String, Words> languages, List<String> spoken) {
        this.languages = spoken.stream()
                .map(tag -> Locale.forLanguageTag(tag).getLanguage())
                .distinct()
                .filter(languages::containsKey)
                .map(languages::get)
                .toList();
        this.spoken = new SpokenLanguage(
                languages.entrySet().stream()
                        .collect(Collectors.toMap(
                                Map.Entry::getKey, words -> words.getValue().common())),
                spoken);
    }

    /// Which of the agent's languages the speaker uses; empty when the words don't show it for sure.
    public Optional<String> language(String text) {
        return spoken.of(plain(text));
    }

    /// How the agent's configuration spells this language; empty for one that the agent doesn't speak.
    public Optional<String> spelled(String tag) {
        return spoken.spelled(tag);
    }

    public boolean asksForPerson(String text) {
        var plain = plain(text);
        return languages.stream().anyMatch(words -> {
            var rest = plain;
            for (var not : words.notPerson()) {
                rest = not.matcher(rest).replaceAll(" ; ");
            }
            return found(words.person(), rest);
        });
    }

    public boolean angry(String text) {
        return any(Words::anger, text);
    }

    public boolean unsure(String text) {
        return any(Words::unsure, text);
    }

    public boolean promisesPerson(String text) {
        return any(Words::promise, text);
    }

    public boolean commits(String text) {
        return any(Words::commits, text);
    }

    /// The name that the speaker goes by, as far as the speaker says it: three words at most.
    Optional<String> callerName(String text) {
        var plain = plain(text);
        return languages.stream()
                .flatMap(words -> words.name().stream())
                .map(pattern -> pattern.matcher(plain))
                .filter(Matcher::find)
                .map(said -> name(plain.substring(said.end())))
                .filter(name -> !name.isEmpty())
                .findFirst();
    }

    private static String name(String rest) {
        var found = NAME.matcher(rest);
        if (!found.lookingAt()) {
            return "";
        }
        return Arrays.stream(found.group().strip().split(" "))
                .takeWhile(word -> !AFTER_NAME.contains(word))
                .map(word -> word.substring(0, 1).toUpperCase(Locale.ROOT) + word.substring(1))
                .collect(Collectors.joining(" "));
    }

    private boolean any(Function<Words, List<Pattern>> kind, String text) {
        var plain = plain(text);
        return languages.stream().anyMatch(words -> found(kind.apply(words), plain));
    }

    private static boolean found(List<Pattern> patterns, String plain) {
        return patterns.stream().anyMatch(pattern -> pattern.matcher(plain).find());
    }

    /// The form in which texts and patterns meet.
    static String plain(String text) {
        var cut = text.length() > MAX_TEXT ? text.substring(0, MAX_TEXT) : text;
        return cut.toLowerCase(Locale.ROOT)
                .replace('\u2019', '\'')
                .replaceAll("\\s+", " ")
                .strip();
    }
}
