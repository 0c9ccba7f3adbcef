package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class TwilioFormTest {

    @Test
    void values_are_decoded_as_utf_8_with_plus_for_a_blank() {
        var form = parse("SpeechResult=caf%C3%A9+%26+co+%2B+1&Empty=&Bare&&To=%2B14155550199")
                .orElseThrow();

        assertThat(form.first("SpeechResult")).isEqualTo("café & co + 1");
        assertThat(form.first("Empty")).isEmpty();
        assertThat(form.has("Bare")).isTrue();
        assertThat(form.first("To")).isEqualTo("+14155550199");
        assertThat(form.first("Missing")).isEmpty();
    }

    @Test
    void the_first_value_wins_and_all_are_kept_for_the_signature() {
        var form = parse("AccountSid=first&AccountSid=second").orElseThrow();

        assertThat(form.first("AccountSid")).isEqualTo("first");
        assertThat(form.values()).containsEntry("AccountSid", List.of("first", "second"));
    }

    @Test
    void broken_escapes_bad_utf_8_and_floods_of_parameters_are_no_form() {
        assertThat(parse("a=%4")).isEmpty();
        assertThat(parse("a=%zz")).isEmpty();
        assertThat(parse("a=%C3")).isEmpty();
        assertThat(parse("a=b&".repeat(200))).isPresent();
        assertThat(parse("a=b&".repeat(201))).isEmpty();
    }

    private static Optional<TwilioForm> parse(String body) {
        return TwilioForm.parse(body.getBytes(StandardCharsets.UTF_8));
    }
}
