package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.PhoneNumber;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NumberSealTest {
    private static final PhoneNumber NUMBER = new PhoneNumber("+14155550123");

    private static NumberSeal seal(String... tokens) {
        return new NumberSeal(new TwilioSettings(
                "AC00000000000000000000000000000001", List.of(tokens), URI.create("https://voice.example.com"), false));
    }

    @Test
    void any_node_opens_what_another_has_closed_also_while_tokens_change() {
        var sealed = seal("old").close(NUMBER);

        assertThat(seal("old").open(sealed)).contains(NUMBER);
        assertThat(seal("new", "old").open(sealed)).contains(NUMBER);
        assertThat(seal("new").open(sealed)).isEmpty();
    }

    @Test
    void an_address_does_not_show_the_number_nor_that_it_is_the_same() {
        var seal = seal("token");

        assertThat(seal.close(NUMBER)).matches("[A-Za-z0-9_-]{20,100}").isNotEqualTo(seal.close(NUMBER));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "A", "+14155550123", "%%%", "AAAAAAAAAAAAAAAA", "\u00e4\u00f6\u00fc"})
    void what_is_not_sealed_is_no_number(String text) {
        assertThat(seal("token").open(text)).isEmpty();
    }

    @Test
    void one_letter_changed_breaks_it() {
        var sealed = seal("token").close(NUMBER);

        for (int i = 0; i < sealed.length() - 1; i++) {
            var other = sealed.charAt(i) == 'A' ? 'B' : 'A';
            assertThat(seal("token").open(sealed.substring(0, i) + other + sealed.substring(i + 1)))
                    .isEmpty();
        }
        assertThat(seal("token").open("A".repeat(10_000))).isEmpty();
    }
}
