package io.offhook.agent;

import io.offhook.call.Price;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Which engine holds the conversation, and how it listens.
///
/// @param model the model's own name (`gpt-realtime-2.1`); `demo` for the offline engine
/// @param reasoning how hard a reasoning model thinks; absent = the model's own default
/// @param prices what models cost, by name; a model that is not in it has no known price
public record EngineChoice(
        Kind kind,
        String model,
        TurnDetection turnDetection,
        NoiseReduction noiseReduction,
        String transcription,
        Optional<String> reasoning,
        double speed,
        Map<String, Price> prices) {

    public static final EngineChoice DEFAULT = new EngineChoice(
            Kind.OPENAI,
            "gpt-realtime-2.1",
            TurnDetection.ServerVad.DEFAULT,
            NoiseReduction.OFF,
            "gpt-transcribe",
            Optional.empty(),
            1.0,
            PriceList.KNOWN.models());

    public EngineChoice {
        prices = Map.copyOf(prices);
    }

    public enum Kind {
        OPENAI,
        DEMO
    }

    public enum NoiseReduction {
        OFF,
        NEAR_FIELD,
        FAR_FIELD;

        /// The word used in agent.yaml, which is OpenAI's as well.
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /// How the engine decides that the caller has finished.
    public sealed interface TurnDetection {
        /// By loudness: speech above `threshold` (0 to 1) begins a turn, `silence` ends it, `prefix` is kept before it.
        record ServerVad(double threshold, Duration silence, Duration prefix) implements TurnDetection {
            public static final ServerVad DEFAULT = new ServerVad(0.5, Duration.ofMillis(500), Duration.ofMillis(300));
        }

        /// By meaning: `eagerness` is low, medium, high or auto.
        record SemanticVad(String eagerness) implements TurnDetection {}
    }

    /// With these prices in place of those that are known of the same models.
    EngineChoice with(Map<String, Price> own) {
        var all = new HashMap<>(prices);
        all.putAll(own);
        return new EngineChoice(kind, model, turnDetection, noiseReduction, transcription, reasoning, speed, all);
    }

    EngineChoice with(Kind newKind, String newModel) {
        return new EngineChoice(newKind, newModel, turnDetection, noiseReduction, transcription, reasoning, speed, prices);
    }
}
