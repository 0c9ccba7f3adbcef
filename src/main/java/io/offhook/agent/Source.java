package io.offhook.agent;

import io.offhook.config.Mistake;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.snakeyaml.engine.v2.exceptions.Mark;
import org.snakeyaml.engine.v2.nodes.Node;

/// One reading of one agent.yaml: its name, its folder, the environment, and the mistakes found so far. Used by one
/// thread, once.
final class Source {
    private static final int INCLUDED_BYTES_MAX = 256 * 1024;

    private final String label;
    private final Optional<Path> folder;
    private final Map<String, String> environment;
    private final Set<Found> found = new LinkedHashSet<>();
    private final Set<Path> included = new LinkedHashSet<>();

    private record Found(int line, int column, Mistake mistake) {}

    /// @param folder where `file:` starts; empty = there are no files to include
    Source(String label, Optional<Path> folder, Map<String, String> environment) {
        this.label = label;
        this.folder = folder;
        this.environment = Map.copyOf(environment);
    }

    void mistake(Node node, String what, String fix) {
        mistake(node.getStartMark(), what, fix);
    }

    void mistake(Optional<Mark> mark, String what, String fix) {
        var line = mark.map(at -> at.getLine() + 1).orElse(1);
        var column = mark.map(at -> at.getColumn() + 1).orElse(1);
        found.add(new Found(line, column, new Mistake(label + ":" + line + ":" + column, what, fix)));
    }

    /// For what is wrong with the file as a whole.
    void mistake(String what, String fix) {
        found.add(new Found(0, 0, new Mistake(label, what, fix)));
    }

    List<Mistake> mistakes() {
        return found.stream()
                .sorted(Comparator.comparingInt(Found::line).thenComparingInt(Found::column))
                .map(Found::mistake)
                .toList();
    }

    Optional<String> environment(String name) {
        return Optional.ofNullable(environment.get(name)).filter(value -> !value.isEmpty());
    }

    /// Files that were asked for by `file:`, whether they exist or not.
    Set<Path> included() {
        return included;
    }

    Optional<String> include(Node node, String name) {
        if (folder.isEmpty() || name.isBlank()) {
            mistake(node, "file: needs the path of a file.", "Give a path relative to the folder of agent.yaml.");
            return Optional.empty();
        }
        try {
            var path = folder.get().resolve(name.strip()).normalize();
            included.add(path);
            if (!Files.isRegularFile(path)) {
                mistake(node, "The file " + path + " does not exist.", "Paths start at the folder of agent.yaml.");
                return Optional.empty();
            }
            return utf8(node, path);
        } catch (InvalidPathException _) {
            mistake(node, "file: is not followed by a path.", "Give a path relative to the folder of agent.yaml.");
            return Optional.empty();
        }
    }

    private Optional<String> utf8(Node node, Path path) {
        try (var in = Files.newInputStream(path)) {
            var bytes = in.readNBytes(INCLUDED_BYTES_MAX + 1);
            if (bytes.length > INCLUDED_BYTES_MAX) {
                mistake(node, "The file " + path + " is larger than 256 KiB.", "Shorten it; models read every word.");
                return Optional.empty();
            }
            var text = decode(bytes);
            if (text.isBlank()) {
                mistake(node, "The file " + path + " is empty.", "Write the text into it.");
                return Optional.empty();
            }
            return Optional.of(text.strip());
        } catch (CharacterCodingException _) {
            mistake(node, "The file " + path + " is not UTF-8 text.", "Save it as UTF-8.");
        } catch (IOException _) {
            mistake(node, "The file " + path + " can't be read.", "Check its permissions.");
        }
        return Optional.empty();
    }

    static String decode(byte[] bytes) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(ByteBuffer.wrap(bytes))
                .toString();
    }
}
