package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CardNumbersTest {
    @ParameterizedTest
    @ValueSource(
            strings = {
                "4111111111111111",
                "4111 1111 1111 1111",
                "4111-1111-1111-1111",
                "4111. 1111. 1111. 1111",
                "3782 822463 10005",
                "5555555555554444",
                "6011 0009 9013 9424",
                "4 1 1 1 1 1 1 1 1 1 1 1 1 1 1 1",
                "4222222222222"
            })
    void a_card_number_is_blackened_however_it_is_grouped(String number) {
        assertThat(CardNumbers.blackened("My card is " + number + ", till 03/29."))
                .isEqualTo("My card is [card], till 03/29.");
    }

    @ParameterizedTest
    @CsvSource({
        "order 12 4111 1111 1111 1111,order 12 [card]",
        "4111 1111 1111 1111 1229,[card] 1229",
        "4111111111111111 and 5555555555554444,[card] and [card]"
    })
    void numbers_beside_it_stay(String said, String told) {
        assertThat(CardNumbers.blackened(said)).isEqualTo(told);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "It is about my card, 4111 1111.",
                "4111 1111 1111 1112",
                "+1 415 555 0123",
                "order AB7492 of 2026-03-20",
                "1234567890123456789012345",
                "the $347.00 charge",
                ""
            })
    void other_numbers_are_left_alone(String text) {
        assertThat(CardNumbers.blackened(text)).isEqualTo(text);
    }

    @Test
    void a_long_row_of_digits_takes_no_time() {
        assertThat(CardNumbers.blackened("1 ".repeat(50_000))).hasSize(100_000);
    }
}
