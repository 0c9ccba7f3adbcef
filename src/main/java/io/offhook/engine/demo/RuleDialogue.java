package io.offhook.engine.demo;

import io.offhook.simulator.ConversationView;
import io.offhook.simulator.Dialogue;
import io.offhook.simulator.Move;
import io.offhook.simulator.Turn;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Answers by [Rules]. It remembers one thing, what it expects next; in a new session it finds that again from what was
/// said before. Belongs to one session's event loop.
final class RuleDialogue implements Dialogue {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final Pattern PLACEHOLDER = Pattern.compile("\\{([\\w|.-]+)}");

    private final Rules rules;
    private Optional<String> expected = Optional.empty();
    private boolean begun;

    RuleDialogue(Rules rules) {
        this.rules = rules;
    }

    @Override
    public List<Move> onCallerTurn(Turn turn, ConversationView conversation) {
        recall(conversation);
        if (turn.idle()) {
            return speak(rules.stillThere());
        }
        if (!turn.understood() || turn.text().isBlank()) {
            return speak(rules.notUnderstood());
        }
        return answer(turn.text(), conversation);
    }

    @Override
    public List<Move> onToolResult(ToolResult result, ConversationView conversation) {
        recall(conversation);
        var fields = new HashMap<String, String>();
        collect(tree(result.argumentsJson()), fields);
        var answer = new HashMap<String, String>();
        collect(resultTree(result.output()), answer);
        fields.putAll(answer);
        conversation.lastOf("user").ifPresent(words -> fields.put("text", words));
        for (var rule : rules.results()) {
            boolean applies = (rule.tools().contains(result.tool()) || rule.tools().contains("*"))
                    && rule.conditions().entrySet().stream()
                            .allMatch(condition -> condition.getKey().stream()
                                    .anyMatch(field -> condition.getValue()
                                            .matcher(answer.getOrDefault(field, ""))
                                            .find()));
            if (applies) {
                rule.expect().ifPresent(next -> expected = Optional.of(next));
                return rule.call().stream()
                        .filter(conversation::offers)
                        .findFirst()
                        .map(tool -> acting(rule.say(), tool, rule.with(), fields))
                        .orElseGet(() -> speak(filled(rule.say(), fields)));
            }
        }
        return List.of(new Move.Silence());
    }

    @Override
    public List<Move> onResponseRequested(Request request, ConversationView conversation) {
        if (request.outOfBand()) {
            var summary = JsonMapper.shared().writeValueAsString(Map.of("summary", summary(conversation)));
            return List.of(new Move.Speak(summary));
        }
        recall(conversation);
        var told = conversation.latestOf("system").flatMap(note -> told(note, conversation));
        if (told.isPresent()) {
            return told.get();
        }
        var asked = conversation.lastOf("user");
        if (asked.isPresent()) {
            // A response without a new turn: the answer to the last one was lost on its way, so it is given again.
            return answer(asked.get(), conversation);
        }
        return speak(conversation.lastOf("assistant").isPresent() ? rules.stillThere() : rules.greeting());
    }

    private List<Move> answer(String text, ConversationView conversation) {
        return first(rules.rules(), text, conversation).orElseGet(() -> speak(rules.unknown()));
    }

    /// What there is to say to a note from behind the scenes; empty when it is nothing to speak about.
    private Optional<List<Move>> told(String note, ConversationView conversation) {
        return first(rules.notes(), note, conversation);
    }

    private Optional<List<Move>> first(List<Rules.Rule> among, String text, ConversationView conversation) {
        for (var rule : among) {
            boolean counts = rule.expecting().isEmpty() || rule.expecting().equals(expected);
            if (!counts || !rule.offered().map(conversation::offers).orElse(true)) {
                continue;
            }
            for (var pattern : rule.when()) {
                var matcher = pattern.matcher(text);
                if (matcher.find()) {
                    return Optional.of(apply(rule, captured(matcher, text), conversation));
                }
            }
        }
        return Optional.empty();
    }

    private List<Move> apply(Rules.Rule rule, Map<String, String> fields, ConversationView conversation) {
        if (!rule.keep()) {
            expected = rule.expect();
        }
        var tool = rule.call().stream().filter(conversation::offers).findFirst();
        if (tool.isEmpty()) {
            boolean says = rule.call().isEmpty() || rule.otherwise().isEmpty();
            return speak(filled(says ? rule.say() : rule.otherwise(), fields));
        }
        return acting(rule.say(), tool.get(), rule.with(), fields);
    }

    private static List<Move> acting(
            List<String> say, String tool, Map<String, String> with, Map<String, String> fields) {
        var arguments = JSON.createObjectNode();
        with.forEach((name, value) -> arguments.put(name, fill(value, fields).orElse(value)));
        var moves = new ArrayList<>(speak(filled(say, fields)));
        moves.removeIf(Move.Silence.class::isInstance);
        moves.add(new Move.CallTool(tool, arguments.toString()));
        return moves;
    }

    /// After a reconnect the conversation is known only by its words: what was asked last tells what is expected.
    private void recall(ConversationView conversation) {
        if (begun) {
            return;
        }
        begun = true;
        expected = conversation.lastOf("assistant").flatMap(last -> rules.rules().stream()
                .filter(rule -> rule.expect().isPresent() && !rule.say().isEmpty())
                .filter(rule -> last.contains(rule.say().getLast()))
                .findFirst()
                .flatMap(Rules.Rule::expect));
    }

    private static List<Move> speak(List<String> sentences) {
        return sentences.isEmpty()
                ? List.of(new Move.Silence())
                : List.of(new Move.Speak(String.join(" ", sentences)));
    }

    private static String summary(ConversationView conversation) {
        var words = conversation.said().stream()
                .filter(one -> one.role().equals("user") && !one.text().isBlank())
                .map(ConversationView.Said::text)
                .toList();
        return words.isEmpty()
                ? "The caller has said nothing that was understood."
                : "The caller said: " + String.join(" ", words);
    }

    private static Map<String, String> captured(Matcher matcher, String text) {
        var fields = new HashMap<String, String>();
        fields.put("text", text);
        matcher.namedGroups().keySet().forEach(name -> {
            var value = matcher.group(name);
            if (value != null) {
                fields.put(name, value.toUpperCase(Locale.ROOT));
            }
        });
        return fields;
    }

    private static List<String> filled(List<String> sentences, Map<String, String> fields) {
        return sentences.stream()
                .map(sentence -> fill(sentence, fields))
                .flatMap(Optional::stream)
                .toList();
    }

    /// The text with its placeholders filled; empty when one has no value. `{a|b}` takes the first that has one.
    private static Optional<String> fill(String text, Map<String, String> values) {
        var matcher = PLACEHOLDER.matcher(text);
        var result = new StringBuilder();
        while (matcher.find()) {
            var value = Arrays.stream(matcher.group(1).split("\\|"))
                    .map(name -> Optional.ofNullable(values.get(name)))
                    .flatMap(Optional::stream)
                    .filter(one -> !one.isBlank())
                    .findFirst();
            if (value.isEmpty()) {
                return Optional.empty();
            }
            matcher.appendReplacement(result, Matcher.quoteReplacement(value.get()));
        }
        return Optional.of(matcher.appendTail(result).toString());
    }

    private static JsonNode tree(String json) {
        try {
            return JSON.readTree(json);
        } catch (JacksonException _) {
            return JSON.createObjectNode();
        }
    }

    /// A result that is no JSON object is the answer of something that went wrong.
    private static JsonNode resultTree(String output) {
        var tree = tree(output);
        return tree.isObject() && !tree.isEmpty() ? tree : JSON.createObjectNode().put("error", output);
    }

    /// All values of an object by their names; those of inner objects, too, so that `{"order":{"status":…}}` works.
    private static void collect(JsonNode node, Map<String, String> fields) {
        for (var field : node.properties()) {
            if (field.getValue().isObject()) {
                fields.putIfAbsent(field.getKey(), field.getValue().toString());
                collect(field.getValue(), fields);
            } else if (field.getValue().isValueNode() && !field.getValue().isNull()) {
                fields.put(field.getKey(), field.getValue().asString());
            }
        }
    }
}
