package io.offhook.call;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/// What a human must know before the first word to the caller. Made without a model, from what was said and done; only
/// the summary may be a model's. Everything in it is bounded, and everything that a caller, a tool or a model said is
/// data.
///
/// @param name     what the caller goes by, as far as the caller said so
/// @param topics   what the conversation is about
/// @param summary  one paragraph, and
/// @param source   who wrote it
/// @param facts    what tools have found, by name, in the order in which they are told
/// @param done     what the agent did, such as `order AB7492 looked up`
/// @param promised sentences of the agent that the caller will hold us to
/// @param doNotAsk what the caller has given already
/// @param opening  what the human may say first
/// @param customer what the operator's records say about whoever has this number, by name, such as `first_name`; the
///                 caller may be somebody else
public record Story(
        Mood mood,
        Optional<String> name,
        List<String> topics,
        String summary,
        SummarySource source,
        Map<String, String> facts,
        List<String> done,
        List<String> promised,
        List<String> doNotAsk,
        String opening,
        Map<String, String> customer) {
    /// Of a call of which nothing is known.
    public static final Story NONE = new Story(
            Mood.UNKNOWN,
            Optional.empty(),
            List.of(),
            "",
            SummarySource.RULE,
            Map.of(),
            List.of(),
            List.of(),
            List.of(),
            "");

    public Story {
        topics = List.copyOf(topics);
        facts = Collections.unmodifiableMap(new LinkedHashMap<>(facts));
        done = List.copyOf(done);
        promised = List.copyOf(promised);
        doNotAsk = List.copyOf(doNotAsk);
        // One that was stored by an earlier version has none.
        customer = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNullElse(customer, Map.of())));
    }

    /// A story of a caller who is in no record.
    public Story(
            Mood mood,
            Optional<String> name,
            List<String> topics,
            String summary,
            SummarySource source,
            Map<String, String> facts,
            List<String> done,
            List<String> promised,
            List<String> doNotAsk,
            String opening) {
        this(mood, name, topics, summary, source, facts, done, promised, doNotAsk, opening, Map.of());
    }

    /// How the caller sounds.
    public enum Mood {
        /// The caller has said nothing yet.
        UNKNOWN,
        CALM,
        UPSET
    }

    /// Who wrote the summary. Whoever it was, it is machine-made.
    public enum SummarySource {
        /// The agent, when it asked for a human.
        AGENT,
        /// Offhook itself, from the caller's own words.
        RULE,
        /// The engine, asked beside the conversation.
        ENGINE
    }

    /// The story of a call.
    ///
    /// @param turns   what was heard, oldest first
    /// @param summary the agent's own; empty when it gave none
    public static Story of(
            List<Turn> turns, Signals signals, CallRules rules, HandoffCause cause, String summary) {
        return of(
                turns, signals, rules.escalation().lexicon(), rules.circumstances().caller(), cause, summary);
    }

    static Story of(
            List<Turn> turns,
            Signals signals,
            Lexicon lexicon,
            Map<String, String> records,
            HandoffCause cause,
            String summary) {
        return new StoryByRule(turns, signals, lexicon, records, cause, summary).tell();
    }

    /// The same with a summary that the engine wrote.
    Story summarised(String text) {
        return new Story(
                mood, name, topics, text, SummarySource.ENGINE, facts, done, promised, doNotAsk, opening, customer);
    }

    /// Without what anybody said.
    @Override
    public String toString() {
        return "Story[" + mood + ", " + facts.size() + " facts, summary by " + source + "]";
    }
}
