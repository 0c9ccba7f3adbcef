package io.offhook.agent;

import io.offhook.config.ConfigException;
import io.offhook.config.Mistake;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The agents of one server, told apart by the number that was called. Immutable.
public final class AgentFiles {
    private final List<AgentProfile> profiles;
    private final Map<String, AgentProfile> byNumber;
    private final Optional<AgentProfile> withoutNumber;

    private AgentFiles(
            List<AgentProfile> profiles, Map<String, AgentProfile> byNumber, Optional<AgentProfile> withoutNumber) {
        this.profiles = List.copyOf(profiles);
        this.byNumber = Map.copyOf(byNumber);
        this.withoutNumber = withoutNumber;
    }

    /// One attempt at all files.
    ///
    /// @param agents present exactly if there are no mistakes
    /// @param drafts every agent as far as it can be read
    record Reading(
            Optional<AgentFiles> agents, List<AgentProfile> drafts, List<Mistake> mistakes, List<Path> files) {}

    /// Reads all files.
    ///
    /// @throws ConfigException with every mistake of every file, and those between them
    public static AgentFiles load(List<Path> files, Map<String, String> environment) {
        var reading = read(files, environment);
        return reading.agents().orElseThrow(() -> new ConfigException(reading.mistakes()));
    }

    /// Agents that were read before.
    ///
    /// @throws ConfigException if two agents have the same name or number, or neither has a number
    public static AgentFiles of(List<AgentProfile> profiles) {
        var mistakes = new ArrayList<Mistake>();
        var agents = of(profiles, mistakes);
        if (!mistakes.isEmpty()) {
            throw new ConfigException(mistakes);
        }
        return agents;
    }

    /// The agent that answers a called number: the one that has it, else the one that has none.
    public Optional<AgentProfile> answering(String calledNumber) {
        return Optional.ofNullable(byNumber.get(calledNumber)).or(() -> withoutNumber);
    }

    /// In the order in which the files were named.
    public List<AgentProfile> all() {
        return profiles;
    }

    public Optional<AgentProfile> named(String name) {
        return profiles.stream().filter(profile -> profile.name().equals(name)).findFirst();
    }

    /// Whether any agent speaks through OpenAI, so that its key is needed.
    public boolean useOpenAi() {
        return profiles.stream().anyMatch(profile -> profile.engine().kind() == EngineChoice.Kind.OPENAI);
    }

    static Reading read(List<Path> files, Map<String, String> environment) {
        var mistakes = new ArrayList<Mistake>();
        var profiles = new ArrayList<AgentProfile>();
        var drafts = new ArrayList<AgentProfile>();
        var touched = new ArrayList<Path>();
        for (var file : files) {
            var reading = AgentFile.read(file, environment);
            mistakes.addAll(reading.mistakes());
            touched.addAll(reading.files());
            reading.profile().ifPresent(profiles::add);
            reading.draft().ifPresent(drafts::add);
        }
        if (files.isEmpty()) {
            mistakes.add(
                    new Mistake("environment", "OFFHOOK_AGENT names no file.", "Set it to the path of an agent.yaml."));
        }
        var agents = of(profiles, mistakes);
        return new Reading(
                mistakes.isEmpty() ? Optional.of(agents) : Optional.empty(),
                List.copyOf(drafts),
                List.copyOf(mistakes),
                touched.stream().distinct().toList());
    }

    private static AgentFiles of(List<AgentProfile> profiles, List<Mistake> mistakes) {
        var names = new LinkedHashMap<String, AgentProfile>();
        var numbers = new LinkedHashMap<String, AgentProfile>();
        var withoutNumber = Optional.<AgentProfile>empty();
        for (var profile : profiles) {
            var sameName = names.putIfAbsent(profile.name(), profile);
            if (sameName != null) {
                mistakes.add(between(
                        profile,
                        "Another agent has the name " + profile.name() + " as well: " + place(sameName) + ".",
                        "Give each agent a name of its own."));
            }
            for (var number : profile.numbers()) {
                var sameNumber = numbers.putIfAbsent(number, profile);
                if (sameNumber != null) {
                    mistakes.add(between(
                            profile,
                            "The number " + number + " belongs to another agent as well: " + place(sameNumber) + ".",
                            "Let one agent answer it."));
                }
            }
            if (profile.numbers().isEmpty()) {
                if (withoutNumber.isPresent()) {
                    mistakes.add(between(
                            profile,
                            "Another agent without a number answers all other calls: " + place(withoutNumber.get())
                                    + ".",
                            "Give one of the two a number."));
                } else {
                    withoutNumber = Optional.of(profile);
                }
            }
        }
        return new AgentFiles(profiles, numbers, withoutNumber);
    }

    private static Mistake between(AgentProfile profile, String what, String fix) {
        return new Mistake(place(profile), what, fix);
    }

    private static String place(AgentProfile profile) {
        return profile.files().isEmpty()
                ? profile.name()
                : profile.files().getFirst().toString();
    }
}
