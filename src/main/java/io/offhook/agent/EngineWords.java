package io.offhook.agent;

import io.offhook.config.Mistake;
import java.util.ArrayList;
import java.util.List;

/// The names that an engine gives to its voices and models, as far as they were known when this was written. New ones
/// appear without a word to us, so one that is not among them is a doubt and no mistake.
public final class EngineWords {
    static final List<String> VOICES =
            List.of("alloy", "ash", "ballad", "cedar", "coral", "echo", "marin", "sage", "shimmer", "verse");
    static final List<String> MODELS = List.of(
            "gpt-realtime-2.1",
            "gpt-realtime-2.1-mini",
            "gpt-realtime-2",
            "gpt-realtime-1.5",
            "gpt-realtime",
            "gpt-realtime-2025-08-28",
            "gpt-realtime-mini",
            "gpt-realtime-mini-2025-12-15");
    static final List<String> TRANSCRIPTIONS = List.of(
            "gpt-transcribe",
            "gpt-live-transcribe",
            "gpt-realtime-whisper",
            "whisper-1",
            "gpt-4o-transcribe",
            "gpt-4o-mini-transcribe",
            "gpt-4o-mini-transcribe-2025-12-15",
            "gpt-4o-transcribe-diarize");

    private EngineWords() {}

    /// Names in this agent that its engine may not know, which would cost every call its agent.
    public static List<Mistake> doubts(AgentProfile agent) {
        if (agent.engine().kind() != EngineChoice.Kind.OPENAI) {
            return List.of();
        }
        var doubts = new ArrayList<Mistake>();
        var first = agent.defaultLanguage();
        doubt(agent, "languages." + first.code() + ".voice", first.voice(), VOICES, doubts);
        doubt(agent, "engine", agent.engine().model(), MODELS, doubts);
        doubt(agent, "engine.transcription", agent.engine().transcription(), TRANSCRIPTIONS, doubts);
        return doubts;
    }

    private static void doubt(AgentProfile agent, String key, String word, List<String> known, List<Mistake> doubts) {
        if (!known.contains(word)) {
            doubts.add(new Mistake(
                    agent.name() + ": " + key,
                    "\"" + word + "\" is not among the names known to this version." + Value.didYouMean(word, known),
                    "offhook check asks the engine. Known are: " + String.join(", ", known) + "."));
        }
    }
}
