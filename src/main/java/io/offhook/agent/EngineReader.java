package io.offhook.agent;

import io.offhook.agent.EngineChoice.Kind;
import io.offhook.agent.EngineChoice.NoiseReduction;
import io.offhook.agent.EngineChoice.TurnDetection;
import io.offhook.agent.EngineChoice.TurnDetection.SemanticVad;
import io.offhook.agent.EngineChoice.TurnDetection.ServerVad;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;

/// `engine:` to an [EngineChoice].
final class EngineReader {
    private static final Pattern OPENAI = Pattern.compile("openai/(?<model>[A-Za-z0-9][A-Za-z0-9._-]*)");
    private static final Pattern MODEL = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]*");
    private static final List<String> NOISE = List.of("near_field", "far_field", "off");
    private static final List<String> EAGERNESS = List.of("low", "medium", "high", "auto");
    private static final List<String> REASONING = List.of("minimal", "low", "medium", "high", "xhigh");
    private static final List<String> VAD = List.of("server", "semantic");

    EngineChoice read(Value engine) {
        if (!engine.isMap()) {
            return model(engine, EngineChoice.DEFAULT);
        }
        return engine.fields("engine").map(this::read).orElse(EngineChoice.DEFAULT);
    }

    private EngineChoice read(Fields fields) {
        var usual = EngineChoice.DEFAULT;
        var options = new EngineChoice(
                usual.kind(),
                usual.model(),
                fields.value("vad").map(EngineReader::turnDetection).orElse(usual.turnDetection()),
                fields.value("noise_reduction")
                        .flatMap(value -> value.oneOf(NOISE))
                        .map(word -> NoiseReduction.valueOf(word.toUpperCase(Locale.ROOT)))
                        .orElse(usual.noiseReduction()),
                fields.value("transcription")
                        .flatMap(value -> value.matching(MODEL, "Use the name of a model, such as gpt-transcribe."))
                        .orElse(usual.transcription()),
                fields.value("reasoning").flatMap(value -> value.oneOf(REASONING)),
                fields.value("speed").flatMap(value -> value.decimal(0.25, 1.5)).orElse(usual.speed()),
                usual.prices());
        var choice = fields.value("model").map(value -> model(value, options)).orElse(options);
        return fields.value("prices")
                .map(new PriceReader(choice)::read)
                .map(choice::with)
                .orElse(choice);
    }

    private static EngineChoice model(Value value, EngineChoice options) {
        return value.text()
                .map(text -> {
                    var openAi = OPENAI.matcher(text);
                    if (openAi.matches()) {
                        return options.with(Kind.OPENAI, openAi.group("model"));
                    }
                    if (text.equals("demo")) {
                        return options.with(Kind.DEMO, "demo");
                    }
                    if (text.startsWith("java:")) {
                        value.notYet("An engine of your own (java:)");
                    } else {
                        value.mistake(
                                value.path() + " can't be " + value.quoted() + ".",
                                "Use openai/gpt-realtime-2.1, another openai/<model>, or demo (offline).");
                    }
                    return options;
                })
                .orElse(options);
    }

    private static TurnDetection turnDetection(Value vad) {
        if (!vad.isMap()) {
            return vad.oneOf(VAD)
                    .filter("semantic"::equals)
                    .<TurnDetection>map(_ -> new SemanticVad("auto"))
                    .orElse(ServerVad.DEFAULT);
        }
        return vad.fields("engine.vad")
                .map(fields -> {
                    var type = fields.value("type")
                            .flatMap(value -> value.oneOf(VAD))
                            .orElse("server");
                    return type.equals("semantic") ? semantic(fields) : server(fields);
                })
                .orElse(ServerVad.DEFAULT);
    }

    private static TurnDetection semantic(Fields fields) {
        refuse(fields, List.of("threshold", "silence", "prefix"), "server");
        return new SemanticVad(fields.value("eagerness")
                .flatMap(value -> value.oneOf(EAGERNESS))
                .orElse("auto"));
    }

    private static TurnDetection server(Fields fields) {
        refuse(fields, List.of("eagerness"), "semantic");
        var usual = ServerVad.DEFAULT;
        return new ServerVad(
                fields.value("threshold").flatMap(value -> value.decimal(0, 1)).orElse(usual.threshold()),
                fields.value("silence")
                        .flatMap(value -> value.duration(Duration.ofMillis(100), Duration.ofSeconds(5)))
                        .orElse(usual.silence()),
                fields.value("prefix")
                        .flatMap(value -> value.duration(Duration.ZERO, Duration.ofSeconds(2)))
                        .orElse(usual.prefix()));
    }

    private static void refuse(Fields fields, List<String> keys, String type) {
        keys.stream()
                .filter(fields::mentions)
                .forEach(key -> fields.mistake(
                        key,
                        "The key " + key + " belongs to vad type " + type + ".",
                        "Remove it, or set type: " + type + "."));
    }
}
