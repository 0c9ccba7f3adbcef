package io.offhook.call;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/// What a human must know before the first word to the caller. Made without a model, from what was said and done; a
/// model may have written the summary, and pointed at topics and facts that can be checked. Everything in it is bounded,
/// and everything that a caller, a tool or a model said is data.
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
/// @param mentioned what the engine has picked out of what was said, by name; each value stands in the conversation
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
        Map<String, String> customer,
        Map<String, String> mentioned) {
    private static final int MAX_TOPICS = 6;

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
        mentioned = Collections.unmodifiableMap(new LinkedHashMap<>(Objects.requireNonNullElse(mentioned, Map.of())));
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
        this(mood, name, topics, summary, source, facts, done, promised, doNotAsk, opening, Map.of(), Map.of());
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
                turns, signals, rules.escalation().lexicon(), rules.caller(), cause, summary);
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

    /// The same with what the engine has written: its summary as it is, of its topics those that the operator knows, and
    /// of its facts those whose value was said in the call and is no tool's.
    ///
    /// @param said  the conversation
    /// @param known the names of the operator's topics
    Story with(Digest digest, List<Turn> said, List<String> known) {
        return written(
                digest.summary(),
                digest.topics().stream().filter(known::contains).toList(),
                StoryByRule.mentioned(digest.facts(), said, facts));
    }

    /// The same with what the engine has written into another one.
    Story keeping(Story other) {
        return other.source == SummarySource.ENGINE ? written(other.summary, other.topics, other.mentioned) : this;
    }

    private Story written(String text, List<String> more, Map<String, String> found) {
        var all = Stream.concat(topics.stream(), more.stream()).distinct().limit(MAX_TOPICS).toList();
        return new Story(
                mood, name, all, text, SummarySource.ENGINE, facts, done, promised, doNotAsk, opening, customer, found);
    }

    /// Without what anybody said.
    @Override
    public String toString() {
        return "Story[" + mood + ", " + facts.size() + " facts, summary by " + source + "]";
    }
}
