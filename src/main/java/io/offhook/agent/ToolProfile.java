package io.offhook.agent;

import java.time.Duration;
import java.util.Optional;

/// A tool as agent.yaml declares it.
///
/// @param about what the model is told; absent = [#description] makes do with the name
/// @param parameters JSON Schema of the arguments, for the model and for our own check; absent only for a Java tool
///     that brings its own
/// @param say spoken when the tool takes its time
/// @param confirm the caller must say yes first
public record ToolProfile(
        String name,
        Optional<String> about,
        Optional<String> parameters,
        ToolAction action,
        Optional<String> say,
        boolean confirm,
        Duration timeout) {

    public String description() {
        return about.orElseGet(() -> {
            var words = name.replace('_', ' ').replace('-', ' ');
            return Character.toUpperCase(words.charAt(0)) + words.substring(1);
        });
    }
}
