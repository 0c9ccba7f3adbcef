package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Money for tokens, a million of each kind: text read for 4, read again for 0.40, written for 24; sound heard for 32,
/// heard again for 0.40, spoken for 64. And money for speech that is written down, a minute for 0.017.
class PriceTest {
    private static final Price PRICE = new Price.ForTokens(
            "USD",
            new BigDecimal("4"),
            new BigDecimal("0.4"),
            new BigDecimal("24"),
            new BigDecimal("32"),
            new BigDecimal("0.4"),
            new BigDecimal("64"));
    private static final Price BY_MINUTE = new Price.ForSpeech("EUR", new BigDecimal("0.017"));

    @Test
    void each_kind_of_token_has_its_price() {
        var cost = PRICE.of(new Usage("m", 119, 13, 0, 0, 30, 91)).orElseThrow();

        assertThat(cost.textIn()).isEqualByComparingTo("0.000476");
        assertThat(cost.audioIn()).isEqualByComparingTo("0.000416");
        assertThat(cost.textOut()).isEqualByComparingTo("0.00072");
        assertThat(cost.audioOut()).isEqualByComparingTo("0.005824");
        assertThat(cost.total()).isEqualTo(new Money("USD", new BigDecimal("0.007436")));
    }

    @Test
    void cached_tokens_are_a_part_of_those_read_at_a_price_of_their_own() {
        var cost = PRICE.of(new Usage("m", 1_000_000, 500_000, 750_000, 500_000, 0, 0)).orElseThrow();

        assertThat(cost.textIn()).isEqualByComparingTo("1.3");
        assertThat(cost.audioIn()).isEqualByComparingTo("0.2");
    }

    @Test
    void more_cached_than_read_is_taken_for_all_of_it() {
        assertThat(PRICE.of(new Usage("m", 1_000_000, 0, 2_000_000, 0, 0, 0)).orElseThrow().textIn())
                .isEqualByComparingTo("0.4");
    }

    @Test
    void speech_is_paid_for_by_its_length() {
        var cost = BY_MINUTE.of(Usage.ofSpeech("m", Duration.ofMillis(1_900))).orElseThrow();

        assertThat(cost.audioIn()).isEqualByComparingTo("0.000538333");
        assertThat(cost.total()).isEqualTo(new Money("EUR", new BigDecimal("0.000538333")));
        assertThat(BY_MINUTE.of(Usage.ofSpeech("m", Duration.ZERO)).orElseThrow().total().amount())
                .isZero();
    }

    @Test
    void what_is_charged_in_another_way_than_the_price_is_for_has_no_price() {
        assertThat(BY_MINUTE.of(new Usage("m", 0, 13, 0, 0, 9, 0))).isEmpty();
        assertThat(PRICE.of(Usage.ofSpeech("m", Duration.ofSeconds(2)))).isEmpty();
    }
}
