package io.offhook.call;

import java.math.BigDecimal;

/// What a model costs: an amount of money for a million tokens of each kind.
///
/// @param currency   such as `USD`
/// @param textCached of text that the engine had read before, and still knew
public record Price(
        String currency,
        BigDecimal textIn,
        BigDecimal textCached,
        BigDecimal textOut,
        BigDecimal audioIn,
        BigDecimal audioCached,
        BigDecimal audioOut) {
    private static final int MILLION = 6;

    /// What was charged, in money.
    public Cost of(Usage usage) {
        return new Cost(
                currency,
                in(usage.textIn(), usage.cachedTextIn(), textIn, textCached),
                in(usage.audioIn(), usage.cachedAudioIn(), audioIn, audioCached),
                tokens(usage.textOut(), textOut),
                tokens(usage.audioOut(), audioOut));
    }

    /// @param cached a part of `all`
    private static BigDecimal in(long all, long cached, BigDecimal price, BigDecimal priceCached) {
        long known = Math.min(all, cached);
        return tokens(all - known, price).add(tokens(known, priceCached));
    }

    private static BigDecimal tokens(long tokens, BigDecimal price) {
        return price.multiply(BigDecimal.valueOf(tokens)).movePointLeft(MILLION);
    }

    /// An amount of money, by what it was paid for.
    public record Cost(
            String currency, BigDecimal textIn, BigDecimal audioIn, BigDecimal textOut, BigDecimal audioOut) {
        public Money total() {
            return new Money(currency, textIn.add(audioIn).add(textOut).add(audioOut));
        }
    }
}
