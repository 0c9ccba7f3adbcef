package io.offhook.call;

import java.math.BigDecimal;
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
public record Signals(
        boolean askedForPerson,
        boolean promisedPerson,
        Set<String> topics,
        int angryTurns,
        int toolErrors,
        int unsure,
        Map<String, String> facts) {
    public static final Signals NONE = new Signals(false, false, Set.of(), 0, 0, 0, Map.of());
    private static final int MAX_FACTS = 100;
    private static final int MAX_FACT = 200;
    private static final Pattern AMOUNT = Pattern.compile("-?\\d{1,15}(\\.\\d{1,9})?");

    public Signals {
        topics = Set.copyOf(topics);
        facts = Map.copyOf(facts);
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
                facts);
    }

    Signals agentSaid(String text, Lexicon lexicon) {
        return new Signals(
                askedForPerson,
                promisedPerson || lexicon.promisesPerson(text),
                topics,
                angryTurns,
                toolErrors,
                unsure + (lexicon.unsure(text) ? 1 : 0),
                facts);
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
                askedForPerson, promisedPerson, topics, angryTurns, toolErrors + (failed ? 1 : 0), unsure, more);
    }

    Signals asking() {
        return new Signals(true, promisedPerson, topics, angryTurns, toolErrors, unsure, facts);
    }

    Signals about(String topic) {
        var more = new HashSet<>(topics);
        more.add(topic);
        return new Signals(askedForPerson, promisedPerson, more, angryTurns, toolErrors, unsure, facts);
    }

    /// What stays true for a caller who comes back to the agent: the topics and facts, but no reason to go again.
    Signals returned() {
        return new Signals(false, false, topics, 0, 0, 0, facts);
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
