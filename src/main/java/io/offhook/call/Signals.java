package io.offhook.call;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/// What has shown up in a conversation that may call for a human. Bounded; grows with the call.
///
/// @param askedForPerson the caller asked for a human, in words or by key
/// @param promisedPerson the agent said that a human is coming, and nothing has been done about it
/// @param topics         what the conversation is about, of the topics in agent.yaml
/// @param angryTurns     the caller's latest turns in a row that sounded upset
/// @param toolErrors     tools that failed or took too long
/// @param unsure         times that the agent did not know or did not understand
/// @param facts          what tools have answered, by name
/// @param deeds          the tools that ran, oldest first
/// @param language       that the caller speaks, of those that the agent speaks; empty until it has shown
public record Signals(
        boolean askedForPerson,
        boolean promisedPerson,
        Set<String> topics,
        int angryTurns,
        int toolErrors,
        int unsure,
        Map<String, String> facts,
        List<Deed> deeds,
        Optional<String> language) {
    public static final Signals NONE = new Signals(false, false, Set.of(), 0, 0, 0, Map.of(), List.of(), Optional.empty());
    private static final int MAX_FACTS = 100;
    private static final int MAX_DEEDS = 20;
    private static final int MAX_FACT = 200;
    private static final Pattern AMOUNT = Pattern.compile("-?\\d{1,15}(\\.\\d{1,9})?");

    public Signals {
        topics = Set.copyOf(topics);
        facts = Map.copyOf(facts);
        deeds = List.copyOf(deeds);
    }

    /// Something that the agent did for the caller.
    ///
    /// @param given what the tool was given, by name
    /// @param well  whether it did what was asked
    public record Deed(String tool, Map<String, String> given, boolean well) {
        public Deed {
            given = Map.copyOf(given);
        }

        /// Without what the caller said.
        @Override
        public String toString() {
            return "Deed[" + tool + ", " + well + "]";
        }
    }

    /// A topic, and the words that give it away.
    ///
    /// @param words each a pattern for [Lexicon#plain] text
    public record Topic(String name, List<Pattern> words) {
        public Topic {
            words = List.copyOf(words);
        }

        public boolean in(String plain) {
            return words.stream().anyMatch(word -> word.matcher(plain).find());
        }
    }

    Signals callerSaid(String text, Lexicon lexicon, List<Topic> known) {
        if (text.isBlank()) {
            return this;
        }
        var plain = Lexicon.plain(text);
        var more = new HashSet<>(topics);
        known.stream().filter(topic -> topic.in(plain)).map(Topic::name).forEach(more::add);
        return new Signals(
                askedForPerson || lexicon.asksForPerson(text),
                promisedPerson,
                more,
                lexicon.angry(text) ? angryTurns + 1 : 0,
                toolErrors,
                unsure,
                facts,
                deeds,
                lexicon.language(text).or(() -> language));
    }

    Signals agentSaid(String text, Lexicon lexicon) {
        return new Signals(
                askedForPerson,
                promisedPerson || lexicon.promisesPerson(text),
                topics,
                angryTurns,
                toolErrors,
                unsure + (lexicon.unsure(text) ? 1 : 0),
                facts,
                deeds,
                language);
    }

    Signals toolRan(ToolOutcome outcome, Map<String, String> found) {
        boolean failed =
                outcome.result().equals(ToolOutcome.ERROR) || outcome.result().equals(ToolOutcome.TIMEOUT);
        var more = new HashMap<>(facts);
        found.forEach((name, value) -> {
            if ((more.size() < MAX_FACTS || more.containsKey(name)) && value.length() <= MAX_FACT) {
                more.put(name, value);
            }
        });
        return new Signals(
                askedForPerson,
                promisedPerson,
                topics,
                angryTurns,
                toolErrors + (failed ? 1 : 0),
                unsure,
                more,
                deeds,
                language);
    }

    Signals did(Deed deed) {
        if (deeds.size() >= MAX_DEEDS) {
            return this;
        }
        var more = new ArrayList<>(deeds);
        more.add(deed);
        return new Signals(askedForPerson, promisedPerson, topics, angryTurns, toolErrors, unsure, facts, more, language);
    }

    Signals asking() {
        return new Signals(true, promisedPerson, topics, angryTurns, toolErrors, unsure, facts, deeds, language);
    }

    Signals speaking(Optional<String> heard) {
        return new Signals(
                askedForPerson,
                promisedPerson,
                topics,
                angryTurns,
                toolErrors,
                unsure,
                facts,
                deeds,
                heard.or(() -> language));
    }

    Signals about(String topic) {
        var more = new HashSet<>(topics);
        more.add(topic);
        return new Signals(askedForPerson, promisedPerson, more, angryTurns, toolErrors, unsure, facts, deeds, language);
    }

    /// What stays true for a caller who comes back to the agent: the topics, facts and language, but no reason to go again.
    public Signals returned() {
        return new Signals(false, false, topics, 0, 0, 0, facts, deeds, language);
    }

    /// The fact as a number, such as `347.00`.
    Optional<BigDecimal> amount(String fact) {
        return Optional.ofNullable(facts.get(fact))
                .filter(value -> AMOUNT.matcher(value).matches())
                .map(BigDecimal::new);
    }

    @Override
    public String toString() {
        return "Signals[asked " + askedForPerson + ", topics " + topics + ", angry " + angryTurns + ", tool errors "
                + toolErrors + ", unsure " + unsure + ", " + facts.size() + " facts]";
    }
}
