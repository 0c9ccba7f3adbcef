package io.offhook.agent;

import io.offhook.call.Price;
import java.math.BigDecimal;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `engine.prices:` to the price of each model.
final class PriceReader {
    private static final Pattern CURRENCY = Pattern.compile("[A-Z]{3}");
    private static final double MOST = 1_000_000;

    private PriceReader() {}

    /// @param models those that the agent uses; a price of any other would count for nothing
    static Map<String, Price> read(Value prices, List<String> models) {
        var read = new HashMap<String, Price>();
        prices.names()
                .ifPresent(names -> names.all().forEach((model, value) -> {
                    if (models.contains(model)) {
                        price(value).ifPresent(price -> read.put(model, price));
                    } else {
                        names.mistake(
                                model,
                                "This agent uses no model " + model + "." + Value.didYouMean(model, models),
                                "Its models are: " + String.join(", ", models) + ".");
                    }
                }));
        return read;
    }

    private static Optional<Price> price(Value value) {
        return value.fields("engine.prices.*").flatMap(fields -> {
            var currency = fields.value("currency")
                    .map(it -> it.matching(CURRENCY, "Use the three letters of a currency, such as USD."))
                    .orElse(Optional.of(PriceList.CURRENCY));
            var textIn = required(fields, "text_in");
            var textOut = required(fields, "text_out");
            var audioIn = required(fields, "audio_in");
            var audioOut = required(fields, "audio_out");
            var textCached = fields.value("text_cached").map(PriceReader::amount).orElse(textIn);
            var audioCached = fields.value("audio_cached").map(PriceReader::amount).orElse(audioIn);
            boolean whole = Stream.of(currency, textIn, textOut, audioIn, audioOut, textCached, audioCached)
                    .allMatch(Optional::isPresent);
            return whole
                    ? Optional.of(new Price(
                            currency.get(),
                            textIn.get(),
                            textCached.get(),
                            textOut.get(),
                            audioIn.get(),
                            audioCached.get(),
                            audioOut.get()))
                    : Optional.empty();
        });
    }

    private static Optional<BigDecimal> required(Fields fields, String kind) {
        return fields.required(kind, "Give a price for a million tokens of each kind; 0 for what the model does not have.")
                .flatMap(PriceReader::amount);
    }

    private static Optional<BigDecimal> amount(Value value) {
        return value.decimal(0, MOST).map(BigDecimal::valueOf);
    }
}
