package io.offhook.agent;

import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.api.lowlevel.Parse;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.DocumentStartEvent;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.SequenceNode;

/// YAML 1.2 text to a tree of nodes that know their lines. Hostile text is turned away before it costs anything: depth
/// is checked on the event stream (composing is recursive), and aliases count as often as they are used.
final class YamlText {
    static final int BYTES_MAX = 1024 * 1024;
    private static final int DEPTH_MAX = 24;
    private static final int NODES_MAX = 20_000;
    private static final LoadSettings SETTINGS = LoadSettings.builder()
            .setMaxAliasesForCollections(50)
            .setAllowNonScalarKeys(true)
            .build();

    private YamlText() {}

    static Optional<MappingNode> read(String text, Source source) {
        try {
            if (!shapeIsFine(text, source)) {
                return Optional.empty();
            }
            var root = new Compose(SETTINGS).composeString(text);
            if (root.isPresent() && root.get() instanceof MappingNode map) {
                if (count(map, new HashSet<>(), 0) > NODES_MAX) {
                    source.mistake(
                            "The aliases (*name) multiply to more than 20,000 values.",
                            "Write the values out, or leave some of them away.");
                    return Optional.empty();
                }
                return Optional.of(map);
            }
            source.mistake(
                    root.flatMap(Node::getStartMark), "This is not a map of keys.", "Begin with the line: offhook: 1");
        } catch (MarkedYamlEngineException bad) {
            source.mistake(
                    place(bad),
                    "This is not valid YAML: " + oneLine(bad.getContext(), bad.getProblem()) + ".",
                    "Check indentation, quotes and brackets here and on the line before.");
        } catch (YamlEngineException bad) {
            source.mistake("This is not valid YAML: " + oneLine("", bad.getMessage()) + ".", "Correct the text.");
        }
        return Optional.empty();
    }

    private static boolean shapeIsFine(String text, Source source) {
        var depth = 0;
        var documents = 0;
        for (var event : new Parse(SETTINGS).parseString(text)) {
            depth += event instanceof CollectionStartEvent ? 1 : event instanceof CollectionEndEvent ? -1 : 0;
            documents += event instanceof DocumentStartEvent ? 1 : 0;
            if (depth > DEPTH_MAX) {
                source.mistake(
                        event.getStartMark(),
                        "This is nested more than " + DEPTH_MAX + " levels deep.",
                        "No key of agent.yaml needs that; check the brackets.");
                return false;
            }
            if (documents > 1) {
                source.mistake(
                        event.getStartMark(),
                        "A second document begins here.",
                        "Keep one agent per file, and name several files.");
                return false;
            }
        }
        return true;
    }

    private static int count(Node node, Set<Node> above, int sofar) {
        var count = sofar + 1;
        if (count > NODES_MAX || node.isRecursive() || !above.add(node)) {
            return NODES_MAX + 1;
        }
        switch (node) {
            case MappingNode map -> {
                for (var entry : map.getValue()) {
                    count = count(entry.getKeyNode(), above, count);
                    count = count(entry.getValueNode(), above, count);
                    if (count > NODES_MAX) {
                        break;
                    }
                }
            }
            case SequenceNode list -> {
                for (var item : list.getValue()) {
                    count = count(item, above, count);
                    if (count > NODES_MAX) {
                        break;
                    }
                }
            }
            default -> {}
        }
        above.remove(node);
        return count;
    }

    /// A quote or bracket that never closes is found at the end of the file; its beginning is what helps.
    private static Optional<Mark> place(MarkedYamlEngineException bad) {
        var problem = bad.getProblem();
        return problem != null && problem.contains("end of stream")
                ? bad.getContextMark().or(bad::getProblemMark)
                : bad.getProblemMark().or(bad::getContextMark);
    }

    private static String oneLine(@Nullable String context, @Nullable String problem) {
        var both = (context == null || context.isBlank() ? "" : context + ", ") + (problem == null ? "" : problem);
        return both.replaceAll("\\s+", " ").strip();
    }

    static int line(Node node) {
        return node.getStartMark().map(Mark::getLine).orElse(0) + 1;
    }
}
