package io.offhook.agent;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Every key of agent.yaml, in the order of the documentation. `*` stands for a name of the operator's choice; list
/// items have no step of their own. The reader takes what it accepts from here, and tests hold the JSON Schema and the
/// documentation to it.
final class Keys {
    static final String NONE = "-";

    /// @param defaultText as the documentation prints it
    /// @param available false: known, but refused in this version
    record Key(String path, String defaultText, boolean available) {
        String parent() {
            var dot = path.lastIndexOf('.');
            return dot < 0 ? "" : path.substring(0, dot);
        }

        String name() {
            return path.substring(path.lastIndexOf('.') + 1);
        }
    }

    static final List<Key> ALL = List.of(
            key("offhook"),
            key("name"),
            key("number"),
            key("engine", "openai/gpt-realtime-2.1"),
            key("engine.model", "openai/gpt-realtime-2.1"),
            key("engine.vad", "server"),
            key("engine.vad.type", "server"),
            key("engine.vad.threshold", "0.5"),
            key("engine.vad.silence", "500ms"),
            key("engine.vad.prefix", "300ms"),
            key("engine.vad.eagerness", "auto"),
            key("engine.noise_reduction", "off"),
            key("engine.transcription", "gpt-transcribe"),
            key("engine.reasoning"),
            key("engine.speed", "1.0"),
            key("engine.prices", "the known prices"),
            key("engine.prices.*"),
            key("engine.prices.*.currency", PriceList.CURRENCY),
            key("engine.prices.*.text_in"),
            key("engine.prices.*.text_cached", "text_in"),
            key("engine.prices.*.text_out"),
            key("engine.prices.*.audio_in"),
            key("engine.prices.*.audio_cached", "audio_in"),
            key("engine.prices.*.audio_out"),
            key("engine.prices.*.per_minute"),
            key("instructions"),
            key("greeting", "Thanks for calling. I'm an AI assistant. How can I help?"),
            key("greeting.say"),
            key("greeting.cached", "true"),
            key("languages", "en"),
            key("languages.*"),
            key("languages.*.voice", "marin"),
            key("languages.*.greeting"),
            key("languages.*.greeting.say"),
            key("languages.*.greeting.cached", "true"),
            key("caller"),
            key("caller.lookup"),
            key("caller.lookup.http"),
            key("caller.lookup.body"),
            key("caller.lookup.map"),
            key("caller.lookup.map.*"),
            key("caller.headers"),
            key("caller.headers.*"),
            key("caller.timeout", "400ms"),
            key("caller.greeting"),
            key("caller.interaction"),
            key("caller.interaction.http"),
            key("caller.interaction.body"),
            key("caller.interaction.id", CallerReader.INTERACTION_ID),
            key("caller.note"),
            key("caller.note.http"),
            key("caller.note.body"),
            key("hours"),
            key("hours.zone"),
            key("hours.open"),
            key("hours.closed_on"),
            key("tools"),
            key("tools.*"),
            key("tools.*.about"),
            key("tools.*.params"),
            key("tools.*.params.*"),
            key("tools.*.params.*.about"),
            key("tools.*.params.*.pattern"),
            key("tools.*.params.*.type", "string"),
            key("tools.*.params.*.enum"),
            key("tools.*.params.*.optional", "false"),
            key("tools.*.http"),
            key("tools.*.headers"),
            key("tools.*.headers.*"),
            key("tools.*.body"),
            key("tools.*.sql"),
            key("tools.*.java"),
            later("tools.*.mcp"),
            later("tools.*.allow"),
            key("tools.*.say"),
            key("tools.*.confirm", "false"),
            key("tools.*.timeout", "limits.tool"),
            key("escalate"),
            key("escalate.announce", Escalation.ANNOUNCE),
            key("escalate.when"),
            key("escalate.when.topic"),
            key("escalate.when.sentiment"),
            key("escalate.when.turns", "1"),
            key("escalate.when.tool_errors"),
            key("escalate.when.unsure"),
            key("escalate.when.asked_for_person"),
            key("escalate.when.fact"),
            key("escalate.when.over"),
            key("escalate.when.caller"),
            key("escalate.when.caller.*"),
            key("escalate.when.language"),
            key("escalate.when.hours"),
            key("escalate.when.when_urgency"),
            key("escalate.when.at_once", "false"),
            key("escalate.when.to"),
            key("escalate.when.urgency"),
            key("escalate.to"),
            key("escalate.to.*"),
            key("escalate.to.*.workflow"),
            key("escalate.to.*.priority"),
            key("escalate.to.*.priority.high", "10"),
            key("escalate.to.*.priority.normal", "5"),
            key("escalate.to.*.priority.low", "5"),
            key("escalate.to.*.dial"),
            key("escalate.to.*.ring", "in_turn"),
            key("escalate.to.*.warm", "false"),
            key("escalate.to.*.voicemail"),
            key("escalate.to.*.queue"),
            key("escalate.to.*.sip"),
            key("escalate.to.*.callback"),
            key("escalate.to.*.callback.humans", "the numbers of the route"),
            key("escalate.to.*.callback.attempts", "3"),
            key("escalate.to.*.callback.every", "10m"),
            key("escalate.to.*.callback.within", "5d"),
            key("escalate.to.*.callback.countries"),
            key("escalate.to.*.whisper", "summary"),
            key("escalate.to.*.wait", "90s, dial and sip 20s"),
            key("escalate.to.*.else", "voicemail"),
            key("keys", "\"0\": escalate"),
            key("keys.*"),
            later("keys.*.language"),
            key("limits"),
            key("limits.call", "10m"),
            key("limits.silence", "15s"),
            key("limits.tool", "4s"),
            key("limits.concurrent", "40"),
            key("limits.cost_per_call"),
            key("analytics"),
            key("analytics.topics"),
            key("analytics.topics.*", "the words of the name"),
            later("analytics.fields"),
            later("analytics.fields.*"),
            key("webhooks"),
            key("webhooks.name", "the host"),
            key("webhooks.url"),
            key("webhooks.secret"),
            key("webhooks.events", "all"),
            key("privacy"),
            key("privacy.disclose", "none"),
            key("privacy.record"),
            key("privacy.record.audio", "off"),
            key("privacy.record.transcript", "true"),
            later("privacy.redact"),
            later("privacy.keep"),
            later("privacy.keep.audio"),
            later("privacy.keep.transcript"),
            later("privacy.keep.metrics"));

    private static final Map<String, Map<String, Key>> BY_PARENT = byParent();

    private Keys() {}

    /// The keys of the map at this path, by name; `*` never among them.
    static Map<String, Key> of(String parent) {
        return BY_PARENT.getOrDefault(parent, Map.of());
    }

    private static Map<String, Map<String, Key>> byParent() {
        var all = new LinkedHashMap<String, Map<String, Key>>();
        for (var key : ALL) {
            if (!key.name().equals("*")) {
                all.computeIfAbsent(key.parent(), _ -> new LinkedHashMap<>()).put(key.name(), key);
            }
        }
        return all;
    }

    private static Key key(String path) {
        return new Key(path, NONE, true);
    }

    private static Key key(String path, String defaultText) {
        return new Key(path, defaultText, true);
    }

    private static Key later(String path) {
        return new Key(path, NONE, false);
    }
}
