package io.offhook.agent;

import io.offhook.call.Money;
import io.offhook.call.Price;
import io.offhook.config.Mistake;
import java.math.BigDecimal;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// `limits.cost_per_call`: an amount of money that the prices of the agent's models can be held against.
public final class CostLimit {
    private static final String KEY = "limits.cost_per_call";
    private static final Pattern MONEY = Pattern.compile("(?<amount>-?\\d{1,6}(?:\\.\\d{1,2})?) (?<currency>[A-Z]{3})");

    private CostLimit() {}

    /// A limit that nobody could watch is a mistake. The demo's engine costs nothing, which is within every limit.
    static Optional<Money> read(Value value, EngineChoice engine) {
        return money(value).filter(limit -> {
            var prices = prices(engine);
            var foreign = prices.stream()
                    .filter(priced -> !priced.price().currency().equals(limit.currency()))
                    .findFirst();
            boolean watched = engine.kind() == EngineChoice.Kind.DEMO || engine.prices().containsKey(engine.model());
            if (!watched) {
                value.mistake(
                        KEY + " can't be kept: there is no known price of " + engine.model() + ".",
                        "Give it with engine.prices, or remove the key.");
            }
            foreign.ifPresent(priced -> value.mistake(
                    KEY + " is in " + limit.currency() + ", but the price of " + priced.model() + " is in "
                            + priced.price().currency() + ".",
                    "Write both in one currency; prices are given with engine.prices."));
            return watched && foreign.isEmpty();
        });
    }

    private static Optional<Money> money(Value value) {
        return value.raw().flatMap(text -> {
            var money = MONEY.matcher(text);
            if (!money.matches()) {
                value.mistake(
                        KEY + " must be an amount of money, but " + value.quoted() + " is none.",
                        "Write an amount and its currency, such as 0.60 USD.");
                return Optional.empty();
            }
            var amount = new BigDecimal(money.group("amount"));
            if (amount.signum() <= 0) {
                value.mistake(
                        KEY + " must be more than nothing, not " + value.quoted() + ".",
                        "Write the most that a call may cost, such as 0.60 USD, or remove the key.");
                return Optional.empty();
            }
            return Optional.of(new Money(money.group("currency"), amount));
        });
    }

    private record Priced(String model, Price price) {}

    private static List<Priced> prices(EngineChoice engine) {
        return Stream.of(engine.model(), engine.transcription())
                .flatMap(model -> Optional.ofNullable(engine.prices().get(model))
                        .map(price -> new Priced(model, price))
                        .stream())
                .toList();
    }

    /// What the limit of this agent leaves out.
    public static List<Mistake> doubts(AgentProfile agent) {
        var engine = agent.engine();
        boolean all = engine.kind() == EngineChoice.Kind.DEMO || engine.prices().containsKey(engine.transcription());
        return agent.limits().cost().isEmpty() || all
                ? List.of()
                : List.of(new Mistake(
                        agent.name() + ": " + KEY,
                        "What " + engine.transcription() + " writes down is not counted: it has no known price.",
                        "Give it with engine.prices, as your bill says."));
    }
}
