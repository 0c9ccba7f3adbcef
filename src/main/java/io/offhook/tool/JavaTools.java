package io.offhook.tool;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/// The tools written in Java that are there to be named in agent.yaml: those given to `Offhook`, and those that
/// `ServiceLoader` finds. A given one goes before a found one of the same name.
public final class JavaTools {
    private final Map<String, Tool> tools = new LinkedHashMap<>();

    /// @throws IllegalArgumentException when two given tools have one name
    public JavaTools(List<Tool> given, ClassLoader loader) {
        for (var tool : given) {
            if (tools.put(tool.name(), tool) != null) {
                throw new IllegalArgumentException("two tools are named " + tool.name());
            }
        }
        ServiceLoader.load(Tool.class, loader).forEach(tool -> tools.putIfAbsent(tool.name(), tool));
    }

    public Optional<Tool> find(String name) {
        return Optional.ofNullable(tools.get(name));
    }

    public Collection<Tool> all() {
        return List.copyOf(tools.values());
    }
}
