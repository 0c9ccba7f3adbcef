package io.offhook.agent;

import io.offhook.call.Price;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.util.Map;
import java.util.stream.Collectors;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// The prices that Offhook itself knows, from `prices.yaml`. What is not in there has no price.
///
/// @param asOf   when they were the prices, in words
/// @param models by the model's own name
record PriceList(String asOf, Map<String, Price> models) {
    static final String CURRENCY = "USD";
    private static final String FILE = "/io/offhook/agent/prices.yaml";
    static final PriceList KNOWN = read();

    PriceList {
        models = Map.copyOf(models);
    }

    private static PriceList read() {
        try (var in = PriceList.class.getResourceAsStream(FILE)) {
            if (in == null) {
                throw new IllegalStateException("the resource " + FILE + " is missing from this build");
            }
            var root = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromInputStream(in);
            if (!(root.get("models") instanceof Map<?, ?> models)) {
                throw new IllegalStateException(FILE + " has no models");
            }
            return new PriceList(
                    String.valueOf(root.get("as_of")),
                    models.entrySet().stream()
                            .collect(Collectors.toMap(
                                    model -> String.valueOf(model.getKey()),
                                    model -> price((Map<?, ?>) model.getValue()))));
        } catch (IOException bad) {
            throw new UncheckedIOException(bad);
        }
    }

    private static Price price(Map<?, ?> model) {
        if (model.containsKey(PriceReader.PER_MINUTE)) {
            return new Price.ForSpeech(CURRENCY, amount(model, PriceReader.PER_MINUTE));
        }
        return new Price.ForTokens(
                CURRENCY,
                amount(model, "text_in"),
                amount(model, "text_cached"),
                amount(model, "text_out"),
                amount(model, "audio_in"),
                amount(model, "audio_cached"),
                amount(model, "audio_out"));
    }

    private static BigDecimal amount(Map<?, ?> model, String kind) {
        return new BigDecimal(String.valueOf(model.get(kind)));
    }
}
