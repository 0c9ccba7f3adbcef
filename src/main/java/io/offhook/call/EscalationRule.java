package io.offhook.call;

import java.math.BigDecimal;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// One line of `escalate.when`: when all its conditions hold, the caller goes to a human.
///
/// A rule of circumstances alone (caller, language, hours, urgency) is no reason to take a caller away from an agent who does
/// well: it says where callers go once there is a reason, unless it is to hold `atOnce`.
///
/// @param to      name of the route; empty for the usual one
/// @param urgency empty to leave it as the reason has it
public record EscalationRule(
        List<Condition> conditions, Optional<String> to, Optional<Handoff.Urgency> urgency, boolean atOnce) {

    public EscalationRule {
        conditions = List.copyOf(conditions);
        if (conditions.isEmpty()) {
            throw new IllegalArgumentException("a rule needs a condition");
        }
    }

    boolean holds(Signals signals, Circumstances circumstances) {
        return conditions.stream().allMatch(condition -> condition.holds(signals, circumstances));
    }

    /// Whether the rule by itself is a reason to hand the caller over.
    boolean isReason() {
        return atOnce || conditions.stream().anyMatch(Condition::isReason);
    }

    boolean speaksOfHours() {
        return conditions.stream().anyMatch(Hours.class::isInstance);
    }

    /// Constant word for what the rule is about, such as `topic`.
    String slug() {
        return conditions.stream()
                .filter(Condition::isReason)
                .findFirst()
                .orElse(conditions.getFirst())
                .slug();
    }

    /// A claim about a conversation that is true or not.
    public sealed interface Condition {
        boolean holds(Signals signals, Circumstances circumstances);

        /// Constant word, stored and used as a metric tag.
        String slug();

        /// Whether it tells of something that happened in the conversation, rather than of the caller or the hour.
        default boolean isReason() {
            return true;
        }
    }

    public record TopicIs(String topic) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.topics().contains(topic);
        }

        @Override
        public String slug() {
            return "topic";
        }
    }

    /// The caller sounded upset this many turns in a row.
    public record Angry(int turns) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.angryTurns() >= turns;
        }

        @Override
        public String slug() {
            return "sentiment";
        }
    }

    public record ToolErrors(int count) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.toolErrors() >= count;
        }

        @Override
        public String slug() {
            return "tool_errors";
        }
    }

    /// The agent did not know or understand this many times.
    public record Unsure(int times) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.unsure() >= times;
        }

        @Override
        public String slug() {
            return "unsure";
        }
    }

    public record AskedForPerson() implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.askedForPerson();
        }

        @Override
        public String slug() {
            return "asked_for_person";
        }
    }

    /// A fact that a tool answered with is a number above this one.
    public record FactAbove(String fact, BigDecimal limit) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return signals.amount(fact)
                    .filter(amount -> amount.compareTo(limit) > 0)
                    .isPresent();
        }

        @Override
        public String slug() {
            return "fact";
        }
    }

    public record CallerIs(String attribute, String value) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return value.equalsIgnoreCase(circumstances.caller().getOrDefault(attribute, ""));
        }

        @Override
        public String slug() {
            return "caller";
        }

        @Override
        public boolean isReason() {
            return false;
        }
    }

    public record LanguageIs(String language) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return Locale.forLanguageTag(signals.language().orElse(circumstances.language()))
                    .getLanguage()
                    .equals(Locale.forLanguageTag(language).getLanguage());
        }

        @Override
        public String slug() {
            return "language";
        }

        @Override
        public boolean isReason() {
            return false;
        }
    }

    /// Somebody is needed this soon, by what the agent says or by another rule. Known once the caller is to go, so it only
    /// ever says where.
    public record UrgencyIs(Handoff.Urgency urgency) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return circumstances.urgency().filter(urgency::equals).isPresent();
        }

        @Override
        public String slug() {
            return "urgency";
        }

        @Override
        public boolean isReason() {
            return false;
        }
    }

    /// @param open whether the rule is for opening hours or for the rest of the week
    public record Hours(boolean open) implements Condition {
        @Override
        public boolean holds(Signals signals, Circumstances circumstances) {
            return circumstances.open() == open;
        }

        @Override
        public String slug() {
            return "hours";
        }

        @Override
        public boolean isReason() {
            return false;
        }
    }
}
