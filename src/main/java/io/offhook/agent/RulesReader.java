package io.offhook.agent;

import io.offhook.call.EscalationRule;
import io.offhook.call.EscalationRule.Condition;
import io.offhook.call.Handoff.Urgency;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/// `escalate.when:` to rules. All keys of one rule must hold together.
final class RulesReader {
    private static final String PATTERN = "escalate.when";
    private static final Pattern LANGUAGE = Pattern.compile("[a-z]{2,3}(-[A-Z]{2})?");
    private static final Pattern FACT = Pattern.compile("[A-Za-z_][A-Za-z0-9_.]{0,63}");
    private static final String WHEN_URGENCY = "when_urgency";
    private static final int MOST = 100;

    private final List<String> destinations;
    private final List<String> topics;
    private final boolean hours;

    /// @param destinations the names under `escalate.to`
    /// @param topics       the names under `analytics.topics`
    /// @param hours        whether the agent has opening hours
    RulesReader(List<String> destinations, List<String> topics, boolean hours) {
        this.destinations = destinations;
        this.topics = topics;
        this.hours = hours;
    }

    List<EscalationRule> read(Value when) {
        var items = when.items();
        if (items.size() > MOST) {
            when.mistake("escalate.when has more than " + MOST + " rules.", "Join some of them.");
        }
        return items.stream().flatMap(item -> rule(item).stream()).toList();
    }

    private Optional<EscalationRule> rule(Value item) {
        return item.fields(PATTERN).flatMap(fields -> {
            var conditions = new ArrayList<Condition>();
            topic(fields).ifPresent(conditions::add);
            sentiment(fields).ifPresent(conditions::add);
            fields.value("tool_errors")
                    .flatMap(v -> v.integer(1, MOST))
                    .ifPresent(count -> conditions.add(new EscalationRule.ToolErrors(count)));
            fields.value("unsure")
                    .flatMap(v -> v.integer(1, MOST))
                    .ifPresent(times -> conditions.add(new EscalationRule.Unsure(times)));
            asked(fields).ifPresent(conditions::add);
            fact(fields).ifPresent(conditions::add);
            fields.value("caller")
                    .flatMap(Value::names)
                    .ifPresent(names -> names.all().forEach((name, value) -> value.raw()
                            .ifPresent(text -> conditions.add(new EscalationRule.CallerIs(name, text)))));
            fields.value("language")
                    .flatMap(v -> v.matching(LANGUAGE, "Use codes such as en, es or pt-BR."))
                    .ifPresent(language -> conditions.add(new EscalationRule.LanguageIs(language)));
            hours(fields).ifPresent(conditions::add);
            var atOnce = fields.value("at_once").flatMap(Value::flag).orElse(false);
            var to = to(fields);
            var urgency = urgency(fields, "urgency");
            urgency(fields, WHEN_URGENCY).ifPresent(needed -> conditions.add(new EscalationRule.UrgencyIs(needed)));
            onlySaysWhere(fields);
            if (conditions.isEmpty()) {
                if (Keys.of(PATTERN).keySet().stream().noneMatch(CONDITIONS::contains) || nothingSaid(fields)) {
                    fields.mistake(
                            "This rule has no condition.",
                            "Say when it holds, such as topic: billing_dispute or tool_errors: 2.");
                }
                return Optional.empty();
            }
            return Optional.of(new EscalationRule(conditions, to, urgency, atOnce));
        });
    }

    private static final List<String> CONDITIONS = List.of(
            "topic",
            "sentiment",
            "tool_errors",
            "unsure",
            "asked_for_person",
            "fact",
            "caller",
            "language",
            "hours",
            WHEN_URGENCY);

    private static Optional<Urgency> urgency(Fields fields, String key) {
        return fields.value(key)
                .flatMap(v -> v.oneOf(List.of("low", "normal", "high")))
                .map(word -> Urgency.valueOf(word.toUpperCase(Locale.ROOT)));
    }

    /// How soon a person is needed is settled when the rule is looked at.
    private static void onlySaysWhere(Fields fields) {
        if (!fields.mentions(WHEN_URGENCY)) {
            return;
        }
        for (var other : List.of("urgency", "at_once")) {
            if (fields.mentions(other)) {
                fields.mistake(
                        other,
                        "A rule with " + WHEN_URGENCY + " says where a caller goes who needs a person, and nothing else.",
                        "Put " + other + " into a rule of its own.");
            }
        }
        if (!fields.mentions("to")) {
            fields.mistake(
                    WHEN_URGENCY,
                    "A rule with " + WHEN_URGENCY + " says where a caller goes, and this one does not.",
                    "Write it like { " + WHEN_URGENCY + ": high, to: hotline }.");
        }
    }

    private static boolean nothingSaid(Fields fields) {
        return CONDITIONS.stream().noneMatch(fields::mentions);
    }

    private Optional<Condition> topic(Fields fields) {
        return fields.value("topic").flatMap(value -> value.text().flatMap(topic -> {
            if (topics.contains(topic)) {
                return Optional.of(new EscalationRule.TopicIs(topic));
            }
            value.mistake(
                    "There is no topic " + value.quoted() + "." + Value.didYouMean(topic, topics),
                    "Name it under analytics: { topics: [" + topic + "] }.");
            return Optional.empty();
        }));
    }

    private static Optional<Condition> sentiment(Fields fields) {
        var angry = fields.value("sentiment").flatMap(v -> v.oneOf(List.of("angry")));
        var turns = fields.value("turns").flatMap(v -> v.integer(1, MOST));
        if (fields.mentions("turns") && !fields.mentions("sentiment")) {
            fields.mistake("turns", "turns counts the turns of a sentiment.", "Add sentiment: angry.");
        }
        return angry.map(_ -> new EscalationRule.Angry(turns.orElse(1)));
    }

    private static Optional<Condition> asked(Fields fields) {
        return fields.value("asked_for_person").flatMap(value -> value.flag().flatMap(asked -> {
            if (!asked) {
                value.mistake(
                        "Asking for a person always leads to one.",
                        "Write asked_for_person: true to say where, or remove it.");
                return Optional.empty();
            }
            return Optional.of(new EscalationRule.AskedForPerson());
        }));
    }

    private static Optional<Condition> fact(Fields fields) {
        var fact = fields.value("fact")
                .flatMap(v -> v.matching(FACT, "Use the name of a value that a tool answers with, such as total."));
        var over = fields.value("over").flatMap(v -> v.decimal(0, 999_999_999));
        if (fields.mentions("fact") != fields.mentions("over")) {
            fields.mistake(
                    fields.mentions("fact") ? "fact" : "over",
                    "fact and over belong together.",
                    "Write it like { fact: total, over: 300 }.");
        }
        return fact.flatMap(name -> over.map(limit -> new EscalationRule.FactAbove(name, BigDecimal.valueOf(limit))));
    }

    private Optional<Condition> hours(Fields fields) {
        return fields.value("hours").flatMap(value -> {
            if (!hours) {
                value.mistake(
                        "The agent has no opening hours.",
                        "Add hours: { zone: …, open: [ \"Mon-Fri 09:00-18:00\" ] } at the top of the file.");
                return Optional.empty();
            }
            return value.oneOf(List.of("open", "closed")).map(word -> new EscalationRule.Hours(word.equals("open")));
        });
    }

    private Optional<String> to(Fields fields) {
        return fields.value("to").flatMap(value -> value.text().filter(name -> {
            if (!destinations.contains(name)) {
                value.mistake(
                        "There is no destination " + value.quoted() + "." + Value.didYouMean(name, destinations),
                        "Name it under escalate.to.");
            }
            return destinations.contains(name);
        }));
    }
}
