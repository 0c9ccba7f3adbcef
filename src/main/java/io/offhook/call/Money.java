package io.offhook.call;

import java.math.BigDecimal;
import java.math.RoundingMode;

/// An amount of money, to a billionth: a single token costs less than a thousandth of a cent.
///
/// @param currency such as `USD`
public record Money(String currency, BigDecimal amount) {
    public static final int PLACES = 9;

    public Money {
        amount = amount.setScale(PLACES, RoundingMode.HALF_UP);
    }
}
