package io.offhook.call;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/// What a model costs, in the way in which it is charged.
public sealed interface Price {
    /// Such as `USD`.
    String currency();

    /// What was charged, in money; empty when it was charged in the other way, for which there is no price.
    Optional<Cost> of(Usage usage);

    /// An amount of money for a million tokens of each kind.
    ///
    /// @param textCached of text that the engine had read before, and still knew
    record ForTokens(
            String currency,
            BigDecimal textIn,
            BigDecimal textCached,
            BigDecimal textOut,
            BigDecimal audioIn,
            BigDecimal audioCached,
            BigDecimal audioOut)
            implements Price {
        private static final int MILLION = 6;

        @Override
        public Optional<Cost> of(Usage usage) {
            return usage.transcribed().isZero()
                    ? Optional.of(new Cost(
                            currency,
                            in(usage.textIn(), usage.cachedTextIn(), textIn, textCached),
                            in(usage.audioIn(), usage.cachedAudioIn(), audioIn, audioCached),
                            tokens(usage.textOut(), textOut),
                            tokens(usage.audioOut(), audioOut)))
                    : Optional.empty();
        }

        /// @param cached a part of `all`
        private static BigDecimal in(long all, long cached, BigDecimal price, BigDecimal priceCached) {
            long known = Math.min(all, cached);
            return tokens(all - known, price).add(tokens(known, priceCached));
        }

        private static BigDecimal tokens(long tokens, BigDecimal price) {
            return price.multiply(BigDecimal.valueOf(tokens)).movePointLeft(MILLION);
        }
    }

    /// An amount of money for a minute of speech that was written down.
    record ForSpeech(String currency, BigDecimal minute) implements Price {
        private static final BigDecimal MINUTE =
                BigDecimal.valueOf(Duration.ofMinutes(1).toMillis());

        @Override
        public Optional<Cost> of(Usage usage) {
            return usage.hasTokens()
                    ? Optional.empty()
                    : Optional.of(new Cost(
                            currency, BigDecimal.ZERO, speech(usage.transcribed()), BigDecimal.ZERO, BigDecimal.ZERO));
        }

        private BigDecimal speech(Duration length) {
            return minute.multiply(BigDecimal.valueOf(length.toMillis()))
                    .divide(MINUTE, Money.PLACES, RoundingMode.HALF_UP);
        }
    }

    /// An amount of money, by what it was paid for. Speech that was written down is audio that went in.
    record Cost(String currency, BigDecimal textIn, BigDecimal audioIn, BigDecimal textOut, BigDecimal audioOut) {
        public Money total() {
            return new Money(currency, textIn.add(audioIn).add(textOut).add(audioOut));
        }
    }
}
