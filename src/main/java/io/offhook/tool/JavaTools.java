package io.offhook.tool;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;

/// The tools written in Java that are there to be named in agent.yaml: those given to `Offhook`, those that
/// `ServiceLoader` finds, and any public class of [Tool] by its own name. A given one goes before a found one of the
/// same name.
public final class JavaTools {
    private final Map<String, Tool> tools = new LinkedHashMap<>();
    private final ClassLoader loader;

    /// @throws IllegalArgumentException when two given tools have one name
    public JavaTools(List<Tool> given, ClassLoader loader) {
        this.loader = loader;
        for (var tool : given) {
            if (tools.put(tool.name(), tool) != null) {
                throw new IllegalArgumentException("two tools are named " + tool.name());
            }
        }
        ServiceLoader.load(Tool.class, loader).forEach(tool -> tools.putIfAbsent(tool.name(), tool));
    }

    /// The tool of this name, or of this class.
    ///
    /// @throws IllegalArgumentException when the name is that of a class that is no tool, or can't be made
    public Optional<Tool> find(String reference) {
        var registered = Optional.ofNullable(tools.get(reference));
        if (registered.isPresent() || !reference.contains(".") || reference.contains("#")) {
            return registered;
        }
        return Optional.of(ToolClass.load(reference, reference, loader).tool());
    }
}
