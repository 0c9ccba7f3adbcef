package io.offhook.agent;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.ScalarNode;

/// The entries of one map, each key at most once. Keys that agent.yaml doesn't have, or not yet, are reported when the
/// map is opened and left out of it.
final class Fields {
    private final Source source;
    private final String path;
    private final Node node;
    private final Map<String, Node> keys = new LinkedHashMap<>();
    private final Map<String, Value> values = new LinkedHashMap<>();

    private Fields(Source source, String path, Node node) {
        this.source = source;
        this.path = path;
        this.node = node;
    }

    static Fields known(Source source, String pattern, String path, MappingNode map) {
        var fields = free(source, path, map);
        var known = Keys.of(pattern);
        for (var name : fields.keys.keySet()) {
            var key = known.get(name);
            if (key == null) {
                fields.values.remove(name);
                fields.mistake(
                        name,
                        "There is no key " + fields.pathOf(name) + "." + Value.didYouMean(name, known.keySet()),
                        "The keys here are: " + String.join(", ", known.keySet()) + ".");
            } else if (!key.available()) {
                fields.values.remove(name);
                fields.notYet(name);
            }
        }
        return fields;
    }

    static Fields free(Source source, String path, MappingNode map) {
        var fields = new Fields(source, path, map);
        for (var entry : map.getValue()) {
            if (entry.getKeyNode() instanceof ScalarNode key) {
                fields.add(key, entry.getValueNode());
            } else {
                source.mistake(entry.getKeyNode(), "A key must be a word.", "Write it like key: value.");
            }
        }
        return fields;
    }

    private void add(ScalarNode key, Node value) {
        var name = key.getValue();
        var before = keys.putIfAbsent(name, key);
        if (before != null) {
            source.mistake(
                    key,
                    "The key " + pathOf(name) + " is here for the second time; the first one is on line "
                            + YamlText.line(before) + ".",
                    "Keep one of them.");
            return;
        }
        values.put(name, new Value(source, pathOf(name), value));
    }

    Optional<Value> value(String name) {
        return Optional.ofNullable(values.get(name));
    }

    /// Like [#value], and missing it is a mistake.
    Optional<Value> required(String name, String fix) {
        if (!keys.containsKey(name)) {
            source.mistake(node, "The key " + pathOf(name) + " is missing.", fix);
        }
        return value(name);
    }

    /// Whether the key is there at all, also when it was refused.
    boolean mentions(String name) {
        return keys.containsKey(name);
    }

    Map<String, Value> all() {
        return Collections.unmodifiableMap(values);
    }

    /// A mistake at the key itself.
    void mistake(String name, String what, String fix) {
        var key = keys.get(name);
        source.mistake(key == null ? node : key, what, fix);
    }

    void mistake(String what, String fix) {
        source.mistake(node, what, fix);
    }

    void notYet(String name) {
        mistake(
                name,
                "The key " + pathOf(name) + " is not yet available.",
                "Remove it: nothing in this file is ever ignored in silence.");
    }

    private String pathOf(String name) {
        return path.isEmpty() ? name : path + "." + name;
    }
}
