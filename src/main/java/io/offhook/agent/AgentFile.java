package io.offhook.agent;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads one agent.yaml: all of it is right, or all its mistakes are known.
public final class AgentFile {
    private static final String DEMO = "/io/offhook/engine/demo/agent.yaml";
    private static final String SCHEMA = "/io/offhook/agent/agent.v1.schema.json";

    private AgentFile() {}

    /// One attempt.
    ///
    /// @param draft what can be read in spite of mistakes
    /// @param files what was read or asked for, so that a change to any of them is worth another attempt
    record Reading(Optional<AgentProfile> draft, List<Mistake> mistakes, List<Path> files) {
        /// Present exactly if there are no mistakes.
        Optional<AgentProfile> profile() {
            return draft.filter(_ -> mistakes.isEmpty());
        }

        AgentProfile profileOrThrow() {
            return profile().orElseThrow(() -> new ConfigException(mistakes));
        }
    }

    /// Reads one file and the files it includes.
    ///
    /// @throws ConfigException with every mistake, each at its line
    public static AgentProfile load(Path file, Map<String, String> environment) {
        return read(file, environment).profileOrThrow();
    }

    /// Text that is in no folder: `file:` is a mistake in it.
    ///
    /// @param label stands for the file's name in messages
    public static AgentProfile parse(String label, String text, Map<String, String> environment) {
        return read(text, new Source(label, Optional.empty(), environment), List.of())
                .profileOrThrow();
    }

    /// The agent of `offhook demo`; needs no environment.
    public static AgentProfile demo() {
        return parse("demo/agent.yaml", resource(DEMO), Map.of());
    }

    /// The JSON Schema of agent.yaml for editors.
    public static String schema() {
        return resource(SCHEMA);
    }

    static Reading read(Path file, Map<String, String> environment) {
        var folder = Optional.ofNullable(file.toAbsolutePath().getParent());
        var source = new Source(file.toString(), folder, environment);
        try (var in = Files.newInputStream(file)) {
            var bytes = in.readNBytes(YamlText.BYTES_MAX + 1);
            if (bytes.length <= YamlText.BYTES_MAX) {
                return read(Source.decode(bytes), source, List.of(file));
            }
            source.mistake(
                    "The file is larger than 1 MiB.", "Move long texts into files of their own: file:prompts/agent.md");
        } catch (CharacterCodingException _) {
            source.mistake("The file is not UTF-8 text.", "Save it as UTF-8.");
        } catch (IOException _) {
            source.mistake(
                    Files.exists(file) ? "The file can't be read." : "The file does not exist.",
                    "Name another one with OFFHOOK_AGENT or on the command line.");
        }
        return new Reading(Optional.empty(), source.mistakes(), List.of(file));
    }

    private static Reading read(String text, Source source, List<Path> self) {
        var withoutMark = text.startsWith("\uFEFF") ? text.substring(1) : text;
        var draft = YamlText.read(withoutMark, source)
                .map(map -> new AgentReader().read(Fields.known(source, "", "", map)));
        var mistakes = source.mistakes();
        var files = new ArrayList<>(self);
        files.addAll(source.included());
        return new Reading(draft.map(made -> made.readFrom(files)), mistakes, List.copyOf(files));
    }

    private static String resource(String name) {
        try (var in = AgentFile.class.getResourceAsStream(name)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + name + " is missing from this build");
            }
            return Source.decode(in.readAllBytes());
        } catch (IOException bad) {
            throw new UncheckedIOException(bad);
        }
    }
}
