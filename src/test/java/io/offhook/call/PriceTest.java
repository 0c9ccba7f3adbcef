package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import org.junit.jupiter.api.Test;

/// Money for tokens. A million of each kind: text read for 4, read again for 0.40, written for 24; sound heard for 32,
/// heard again for 0.40, spoken for 64.
class PriceTest {
    private static final Price PRICE = new Price(
            "USD",
            new BigDecimal("4"),
            new BigDecimal("0.4"),
            new BigDecimal("24"),
            new BigDecimal("32"),
            new BigDecimal("0.4"),
            new BigDecimal("64"));

    @Test
    void each_kind_of_token_has_its_price() {
        var cost = PRICE.of(new Usage("m", 119, 13, 0, 0, 30, 91));

        assertThat(cost.textIn()).isEqualByComparingTo("0.000476");
        assertThat(cost.audioIn()).isEqualByComparingTo("0.000416");
        assertThat(cost.textOut()).isEqualByComparingTo("0.00072");
        assertThat(cost.audioOut()).isEqualByComparingTo("0.005824");
        assertThat(cost.total()).isEqualTo(new Money("USD", new BigDecimal("0.007436")));
    }

    @Test
    void cached_tokens_are_a_part_of_those_read_at_a_price_of_their_own() {
        var cost = PRICE.of(new Usage("m", 1_000_000, 500_000, 750_000, 500_000, 0, 0));

        assertThat(cost.textIn()).isEqualByComparingTo("1.3");
        assertThat(cost.audioIn()).isEqualByComparingTo("0.2");
    }

    @Test
    void more_cached_than_read_is_taken_for_all_of_it() {
        assertThat(PRICE.of(new Usage("m", 1_000_000, 0, 2_000_000, 0, 0, 0)).textIn())
                .isEqualByComparingTo("0.4");
    }
}
