package io.offhook.agent;

import io.offhook.call.Price;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// `engine.prices:` to the price of each model. A mistaken price stands for one of nothing, so that nobody misses it.
final class PriceReader {
    static final String PER_MINUTE = "per_minute";
    private static final List<String> TOKENS =
            List.of("text_in", "text_cached", "text_out", "audio_in", "audio_cached", "audio_out");
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final double MOST = 1_000_000;

    private final EngineChoice engine;

    /// @param engine whose models have prices; one of any other would count for nothing
    PriceReader(EngineChoice engine) {
        this.engine = engine;
    }

    Map<String, Price> read(Value prices) {
        var models = List.of(engine.model(), engine.transcription());
        var read = new HashMap<String, Price>();
        prices.names()
                .ifPresent(names -> names.all().forEach((model, value) -> {
                    if (models.contains(model)) {
                        value.fields("engine.prices.*").ifPresent(fields -> read.put(model, price(model, fields)));
                    } else {
                        names.mistake(
                                model,
                                "This agent uses no model " + model + "." + Value.didYouMean(model, models),
                                "Its models are: " + String.join(", ", models) + ".");
                    }
                }));
        return read;
    }

    private Price price(String model, Fields fields) {
        var currency = fields.value("currency")
                .flatMap(it -> it.matching(CURRENCY, "Use the three letters of a currency, such as USD."))
                .orElse(PriceList.CURRENCY);
        if (!fields.mentions(PER_MINUTE)) {
            return tokens(currency, fields);
        }
        if (model.equals(engine.model())) {
            fields.mistake(
                    PER_MINUTE,
                    "What " + model + " says is charged by tokens, not by the minute.",
                    "Give a price for a million tokens of each kind.");
        }
        TOKENS.stream()
                .filter(fields::mentions)
                .findFirst()
                .ifPresent(kind -> fields.mistake(
                        kind,
                        "A model is charged by tokens or by the minute, not both.",
                        "Remove the key " + kind + ", or the key " + PER_MINUTE + "."));
        return new Price.ForSpeech(currency, amount(fields.value(PER_MINUTE)));
    }

    private static Price tokens(String currency, Fields fields) {
        var textIn = required(fields, "text_in");
        var textOut = required(fields, "text_out");
        var audioIn = required(fields, "audio_in");
        var audioOut = required(fields, "audio_out");
        return new Price.ForTokens(
                currency,
                textIn,
                fields.mentions("text_cached") ? amount(fields.value("text_cached")) : textIn,
                textOut,
                audioIn,
                fields.mentions("audio_cached") ? amount(fields.value("audio_cached")) : audioIn,
                audioOut);
    }

    private static BigDecimal required(Fields fields, String kind) {
        return amount(fields.required(
                kind,
                "Give a price for a million tokens of each kind, 0 for what the model does not have; or one "
                        + PER_MINUTE + "."));
    }

    private static BigDecimal amount(Optional<Value> value) {
        return value.flatMap(it -> it.decimal(0, MOST)).map(BigDecimal::valueOf).orElse(BigDecimal.ZERO);
    }
}
