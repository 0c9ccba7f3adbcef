package io.offhook.call;

import java.math.BigDecimal;
import java.util.HashMap;
import java.util.Map;

/// What a call has cost so far, on whatever stream, as far as there are prices for it.
///
/// @param amounts by currency
public record Bill(Map<String, BigDecimal> amounts) {
    public static final Bill NONE = new Bill(Map.of());

    public Bill {
        amounts = Map.copyOf(amounts);
    }

    public Bill plus(Money charge) {
        return plus(new Bill(Map.of(charge.currency(), charge.amount())));
    }

    public Bill plus(Bill other) {
        var all = new HashMap<>(amounts);
        other.amounts.forEach((currency, amount) -> all.merge(currency, amount, BigDecimal::add));
        return new Bill(all);
    }

    boolean reaches(Money limit) {
        return amounts.getOrDefault(limit.currency(), BigDecimal.ZERO).compareTo(limit.amount()) >= 0;
    }
}
