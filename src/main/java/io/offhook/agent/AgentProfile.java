package io.offhook.agent;

import io.offhook.call.OpeningHours;
import io.offhook.call.Signals;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// One voice agent as agent.yaml describes it: immutable, complete (every default filled in) and checked. A call keeps
/// the profile it began with, whatever happens to the file meanwhile.
///
/// @param numbers called numbers in E.164 form; none means that this agent answers every number no other agent has
/// @param languages never empty; the first one is the default
/// @param caller empty = nobody is looked up
/// @param hours none means that people are always there
/// @param topics what conversations are told apart by, and the words that give each away
/// @param files what the profile was read from: agent.yaml first, then each `file:`; empty if it is part of Offhook
public record AgentProfile(
        String name,
        List<String> numbers,
        EngineChoice engine,
        String instructions,
        List<Language> languages,
        Optional<CallerProfile> caller,
        List<ToolProfile> tools,
        Escalation escalation,
        Optional<OpeningHours> hours,
        List<Signals.Topic> topics,
        Limits limits,
        Privacy privacy,
        List<WebhookProfile> webhooks,
        List<Path> files) {

    public AgentProfile {
        numbers = List.copyOf(numbers);
        languages = List.copyOf(languages);
        tools = List.copyOf(tools);
        topics = List.copyOf(topics);
        webhooks = List.copyOf(webhooks);
        files = List.copyOf(files);
    }

    public Language defaultLanguage() {
        return languages.getFirst();
    }

    AgentProfile readFrom(List<Path> read) {
        return new AgentProfile(
                name,
                numbers,
                engine,
                instructions,
                languages,
                caller,
                tools,
                escalation,
                hours,
                topics,
                limits,
                privacy,
                webhooks,
                read);
    }
}
