package io.offhook.agent;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The agents in force. A saved change counts from the next call on; a change with mistakes in it counts for nothing,
/// and the agents from before stay. Any thread may ask for [#current]; reloading takes turns.
public final class AgentDirectory implements AutoCloseable {
    /// Hears what became of a changed file. Called on the watching thread.
    public interface Listener {
        /// Puts the changed agents in force. Whatever this throws refuses them.
        void reloaded(AgentFiles agents);

        /// The change was refused; the agents from before go on.
        void refused(ConfigException mistakes);
    }

    private record Stamp(FileTime modified, long size) {}

    private final List<Path> files;
    private final Map<String, String> environment;
    private volatile AgentFiles current;
    private Map<Path, Optional<Stamp>> stamps;
    private @Nullable Thread watching;

    private AgentDirectory(
            List<Path> files, Map<String, String> environment, AgentFiles current, Map<Path, Optional<Stamp>> stamps) {
        this.files = List.copyOf(files);
        this.environment = Map.copyOf(environment);
        this.current = current;
        this.stamps = stamps;
    }

    /// Reads the files for the first time.
    ///
    /// @throws ConfigException if the files can't be used as they are
    public static AgentDirectory open(List<Path> files, Map<String, String> environment) {
        var opening = attempt(files, environment);
        return opening.agents().orElseThrow(() -> new ConfigException(opening.mistakes()));
    }

    /// What opening files came to, for whoever has more to report than their mistakes.
    ///
    /// @param agents present exactly if there are no mistakes
    /// @param drafts every agent as far as it can be read; not for taking calls
    public record Opening(Optional<AgentDirectory> agents, List<AgentProfile> drafts, List<Mistake> mistakes) {
        public Opening {
            drafts = List.copyOf(drafts);
            mistakes = List.copyOf(mistakes);
        }

        /// Whether OpenAI's key is needed, as it is by an agent that says nothing about its engine.
        public boolean useOpenAi() {
            return drafts.isEmpty()
                    || drafts.stream().anyMatch(agent -> agent.engine().kind() == EngineChoice.Kind.OPENAI);
        }
    }

    /// Like [#open], and mistakes are part of the result.
    public static Opening attempt(List<Path> files, Map<String, String> environment) {
        var before = stamps(files);
        var reading = AgentFiles.read(files, environment);
        var agents = reading.agents()
                .map(read -> new AgentDirectory(files, environment, read, stamps(reading.files(), before)));
        return new Opening(agents, reading.drafts(), reading.mistakes());
    }

    /// Agents that come from no file, such as the demo's. There is nothing to reload.
    public static AgentDirectory of(AgentFiles agents) {
        return new AgentDirectory(List.of(), Map.of(), agents, Map.of());
    }

    public AgentFiles current() {
        return current;
    }

    /// Reads the files again and offers them to the listener. Unless it takes them, nothing has changed.
    synchronized void reload(Listener listener) {
        if (files.isEmpty()) {
            return;
        }
        var before = stamps(stamps.keySet());
        var reading = AgentFiles.read(files, environment);
        stamps = stamps(reading.files(), before);
        if (reading.agents().isEmpty()) {
            listener.refused(new ConfigException(reading.mistakes()));
            return;
        }
        try {
            listener.reloaded(reading.agents().get());
            current = reading.agents().get();
        } catch (ConfigException e) {
            listener.refused(e);
        } catch (RuntimeException | LinkageError e) {
            // A class of an operator's tool can fail in any way while it is loaded; the watch must outlive that.
            listener.refused(new ConfigException(List.of(new Mistake(
                    "agents",
                    "They can't be made ready (" + e.getClass().getName() + ").",
                    "See what the tools' classes do when they are loaded."))));
        }
    }

    /// Looks at the files again and again on a virtual thread, until [#close]. Polling sees changes that file-system
    /// events miss: mounted volumes, editors that replace a file, and Kubernetes' swapped links.
    public synchronized void watch(Duration every, Listener listener) {
        if (watching != null) {
            throw new IllegalStateException("already watching");
        }
        watching = Thread.ofVirtual().name("agent-files").start(() -> {
            try {
                while (!Thread.currentThread().isInterrupted()) {
                    Thread.sleep(every);
                    look(listener);
                }
            } catch (InterruptedException _) {
                // close() ends the watch
            }
        });
    }

    /// One look: reloads if a file has another time or size than at the last reading.
    synchronized void look(Listener listener) {
        if (stamps(stamps.keySet()).equals(stamps)) {
            return;
        }
        reload(listener);
    }

    @Override
    public synchronized void close() {
        if (watching != null) {
            watching.interrupt();
        }
    }

    /// The time of a file counts from before it was read, so that a change during the reading isn't missed.
    private static Map<Path, Optional<Stamp>> stamps(List<Path> files, Map<Path, Optional<Stamp>> before) {
        var stamps = stamps(files);
        stamps.replaceAll((file, after) -> before.getOrDefault(file, after));
        return stamps;
    }

    private static Map<Path, Optional<Stamp>> stamps(Collection<Path> files) {
        var stamps = new HashMap<Path, Optional<Stamp>>();
        for (var file : files) {
            try {
                stamps.put(file, Optional.of(new Stamp(Files.getLastModifiedTime(file), Files.size(file))));
            } catch (IOException _) {
                stamps.put(file, Optional.empty());
            }
        }
        return stamps;
    }
}
