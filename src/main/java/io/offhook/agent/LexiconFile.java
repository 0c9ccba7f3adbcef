package io.offhook.agent;

import io.offhook.call.Lexicon;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The words that Offhook itself knows in each language, from `lexicon.yaml`.
public final class LexiconFile {
    private static final String FILE = "/io/offhook/agent/lexicon.yaml";
    private static final Map<String, Lexicon.Words> LANGUAGES = read();

    private LexiconFile() {}

    /// The lexicon of an agent that speaks these languages; those it has no words for are left to the model.
    public static Lexicon of(List<String> languages) {
        return new Lexicon(LANGUAGES, languages);
    }

    /// A pattern that begins and ends where words do.
    static Pattern words(String expression) {
        return Pattern.compile("(?<![\\p{L}\\p{N}])(?:" + expression + ")(?![\\p{L}\\p{N}])");
    }

    private static Map<String, Lexicon.Words> read() {
        try (var in = LexiconFile.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + FILE + " is missing from this build");
            }
            var root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            return root.entrySet().stream()
                    .collect(Collectors.toMap(e -> String.valueOf(e.getKey()), e -> words((Map<?, ?>) e.getValue())));
        } catch (IOException bad) {
            throw new UncheckedIOException(bad);
        }
    }

    private static Lexicon.Words words(Map<?, ?> language) {
        return new Lexicon.Words(
                patterns(language, "person"),
                patterns(language, "not_person"),
                patterns(language, "anger"),
                patterns(language, "unsure"),
                patterns(language, "promise"),
                patterns(language, "commits"),
                patterns(language, "name"),
                common(language));
    }

    private static Set<String> common(Map<?, ?> language) {
        if (!(language.get("common") instanceof String words)) {
            throw new IllegalStateException(FILE + " lacks common");
        }
        return Set.of(words.strip().split("\\s+"));
    }

    private static List<Pattern> patterns(Map<?, ?> language, String kind) {
        if (!(language.get(kind) instanceof List<?> expressions)) {
            throw new IllegalStateException(FILE + " lacks " + kind);
        }
        return expressions.stream().map(text -> words(String.valueOf(text))).toList();
    }
}
