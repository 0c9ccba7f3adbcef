package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.PhoneNumber;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CallbackNumbersTest {
    private static final Optional<PhoneNumber> BERLIN = PhoneNumber.parse("+4930901820");
    private static final Optional<PhoneNumber> CALLED = PhoneNumber.parse("+16502530000");

    private static Optional<PhoneNumber> chosen(String keys, String... countries) {
        return CallbackNumbers.of(BERLIN, CALLED, Set.of(countries)).chosen(keys);
    }

    @ParameterizedTest
    @CsvSource({
        "1, +4930901820",
        "6502530001, +16502530001",
        "16502530001, +16502530001",
        "030901821, +4930901821",
        "004930901821, +4930901821"
    })
    void it_is_the_callers_own_or_one_in_a_country_that_counts(String keys, String number) {
        assertThat(chosen(keys, "DE")).contains(new PhoneNumber(number));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", "2", "911", "112", "9005550100", "8005550199", "0900123456", "0700123456", "0118812345678",
                "00442070313000", "1*#", "650253000A", "+16502530001", "650 253 0001", "65025300011234567"
            })
    void it_is_nothing_that_costs_extra_or_lies_elsewhere_or_is_no_number(String keys) {
        assertThat(chosen(keys, "DE")).isEmpty();
    }

    @Test
    void a_number_is_read_out_digit_by_digit_in_its_groups() {
        var numbers = CallbackNumbers.of(BERLIN, CALLED, Set.of("DE"));

        assertThat(numbers.groups(new PhoneNumber("+16502530001"))).isEqualTo("6 5 0, 2 5 3, 0 0 0 1");
        assertThat(numbers.groups(new PhoneNumber("+4930901821"))).isEqualTo("+4 9, 3 0, 9 0 1 8 2 1");
    }

    @Test
    void the_country_that_a_caller_claims_to_be_in_does_not_count() {
        assertThat(chosen("1")).isEmpty();
        assertThat(chosen("030901821")).isEmpty();
        assertThat(chosen("8765550100")).as("Jamaica, by the same country code").isEmpty();
        assertThat(chosen("6502530001")).isPresent();
    }

    @Test
    void a_caller_without_a_number_must_type_one() {
        var numbers = CallbackNumbers.of(Optional.empty(), CALLED, Set.of());

        assertThat(numbers.own()).isEmpty();
        assertThat(numbers.chosen("1")).isEmpty();
        assertThat(numbers.chosen("6502530001")).isPresent();
    }

    @Test
    void nobody_is_called_back_without_a_number_to_show() {
        var numbers = CallbackNumbers.of(BERLIN, Optional.empty(), Set.of("DE"));

        assertThat(numbers.any()).isFalse();
        assertThat(numbers.chosen("1")).isEmpty();
    }

    @Test
    void a_toll_free_number_that_was_called_has_a_country() {
        var numbers = CallbackNumbers.of(Optional.empty(), PhoneNumber.parse("+18005550199"), Set.of());

        assertThat(numbers.chosen("4155550123")).contains(new PhoneNumber("+14155550123"));
    }
}
