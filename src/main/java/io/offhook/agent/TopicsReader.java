package io.offhook.agent;

import io.offhook.call.Signals.Topic;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// `analytics.topics:` to the topics that conversations are told apart by. The short form is a list of names, which
/// give their words themselves: `billing_dispute` is what speaks of a bill and of a dispute.
final class TopicsReader {
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,63}");
    private static final Pattern ENDING = Pattern.compile("(?<=\\p{L}{3})(ing|ed|es|s|e|y)$");
    private static final int MOST_WORDS = 200;

    private TopicsReader() {}

    static List<Topic> read(Value value) {
        if (value.isList()) {
            return value.items().stream()
                    .flatMap(item -> item.matching(NAME, "Use lower-case letters, digits and _, such as billing_dispute.")
                            .map(name -> new Topic(name, List.of(byName(name))))
                            .stream())
                    .toList();
        }
        var topics = new ArrayList<Topic>();
        value.names().ifPresent(names -> names.all().forEach((name, words) -> {
            if (!NAME.matcher(name).matches()) {
                names.mistake(
                        name,
                        "A topic can't have the name \"" + name + "\".",
                        "Use lower-case letters, digits and _, such as billing_dispute.");
            } else if (words.isEmpty()) {
                topics.add(new Topic(name, List.of(byName(name))));
            } else {
                topics.add(new Topic(name, given(words)));
            }
        }));
        return topics;
    }

    private static List<Pattern> given(Value words) {
        var items = words.items();
        if (items.size() > MOST_WORDS) {
            words.mistake(words.path() + " has more than " + MOST_WORDS + " words.", "Leave some away.");
        }
        return items.stream()
                .flatMap(item -> item.text().stream())
                .map(text -> LexiconFile.words(Pattern.quote(text.strip().toLowerCase(Locale.ROOT))))
                .toList();
    }

    /// Every word of the name, in whatever form, somewhere in the sentence; `other` is a name without words.
    private static Pattern byName(String name) {
        if (name.equals("other")) {
            return Pattern.compile("(?!)");
        }
        var pattern = new StringBuilder("(?s)^");
        for (var word : name.split("_")) {
            Optional.of(word)
                    .filter(w -> !w.isEmpty())
                    .map(w -> ENDING.matcher(w).replaceFirst(""))
                    .ifPresent(stem -> pattern.append("(?=.*(?<![\\p{L}\\p{N}])")
                            .append(Pattern.quote(stem))
                            .append(')'));
        }
        return Pattern.compile(pattern.toString());
    }
}
