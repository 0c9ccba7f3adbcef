package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import com.twilio.security.RequestValidator;
import io.offhook.Samples;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.Test;

class TwilioSignatureTest {
    private static final String TOKEN = "0123456789abcdef0123456789abcdef";
    private static final String VOICE = "https://voice.example.com/twilio/voice?tenant=a";
    private static final String VOICE_SIGNATURE = "AN1UNBF+GG7JWGyFOqXUPQ3dWNY=";
    private static final Map<String, List<String>> FORM = Map.of(
            "AccountSid", List.of("AC00000000000000000000000000000001"),
            "ApiVersion", List.of("2010-04-01"),
            "CallSid", List.of("CA00000000000000000000000000000001"),
            "CallStatus", List.of("ringing"),
            "CallerCity", List.of("SAN FRANCISCO"),
            "Direction", List.of("inbound"),
            "From", List.of("+14155550100"),
            "SpeechResult", List.of("café & co + 1"),
            "To", List.of("+14155550199"));
    private final TwilioSignature signature = new TwilioSignature(List.of(TOKEN));

    @Test
    void a_form_post_is_signed_over_its_url_and_sorted_parameters() {
        assertThat(signature.signs(VOICE_SIGNATURE, VOICE, FORM)).isTrue();
    }

    @Test
    void the_default_port_may_be_written_or_left_out() {
        var withPort = "https://voice.example.com:443/twilio/voice?tenant=a";

        assertThat(signature.signs("8TGcfjO8tefLgX1p5843sfvecBE=", VOICE, FORM)).isTrue();
        assertThat(signature.signs("8TGcfjO8tefLgX1p5843sfvecBE=", withPort, FORM))
                .isTrue();
        assertThat(signature.signs(VOICE_SIGNATURE, withPort, FORM)).isTrue();
        assertThat(signature.signs(VOICE_SIGNATURE, "https://voice.example.com:8443/twilio/voice?tenant=a", FORM))
                .isFalse();
    }

    @Test
    void a_changed_parameter_url_or_signature_is_refused() {
        var changed = new TreeMap<>(FORM);
        changed.put("From", List.of("+14155550101"));

        assertThat(signature.signs(VOICE_SIGNATURE, VOICE, changed)).isFalse();
        assertThat(signature.signs(VOICE_SIGNATURE, VOICE + "b", FORM)).isFalse();
        assertThat(signature.signs(VOICE_SIGNATURE, VOICE.replace("https", "http"), FORM))
                .isFalse();
        assertThat(signature.signs("", VOICE, FORM)).isFalse();
        assertThat(signature.signs("AN1UNBF+GG7JWGyFOqXUPQ3dWNY", VOICE, FORM)).isFalse();
    }

    @Test
    void an_upgrade_is_signed_over_its_wss_url() {
        assertThat(signature.signs("glVYh1t/0Dvf+h7sOwB2wdefrc8=", "wss://voice.example.com/twilio/stream"))
                .isTrue();
        assertThat(signature.signs("glVYh1t/0Dvf+h7sOwB2wdefrc8=", "https://voice.example.com/twilio/stream"))
                .isFalse();
    }

    @Test
    void both_tokens_of_a_rotation_are_taken() {
        var rotating = new TwilioSignature(List.of("the-new-one", TOKEN));

        assertThat(rotating.signs(VOICE_SIGNATURE, VOICE, FORM)).isTrue();
        assertThat(new TwilioSignature(List.of("the-new-one")).signs(VOICE_SIGNATURE, VOICE, FORM))
                .isFalse();
        assertThat(new TwilioSignature(List.of()).signs(VOICE_SIGNATURE, VOICE, FORM))
                .isFalse();
    }

    @Test
    void a_bare_host_is_taken_with_and_without_a_slash() throws Exception {
        for (var signed : List.of("https://voice.example.com", "https://voice.example.com/")) {
            for (var known : List.of("https://voice.example.com", "https://voice.example.com/")) {
                assertThat(signature.signs(hmac(signed), known)).as(signed).isTrue();
            }
        }
        assertThat(TwilioSignature.spellings("wss://[::1]/"))
                .containsExactlyInAnyOrder("wss://[::1]/", "wss://[::1]", "wss://[::1]:443/", "wss://[::1]:443");
    }

    @Test
    void repeated_values_are_signed_once_each_in_order() throws Exception {
        var form = Map.of("Digit", List.of("2", "1", "2"), "A", List.of("x"));

        assertThat(signature.signs(
                        hmac("https://voice.example.com/vAxDigit1Digit2"), "https://voice.example.com/v", form))
                .isTrue();
    }

    @Test
    void what_twilios_own_library_accepts_is_accepted_and_nothing_else() {
        Samples.forAll(300, some -> judgedAlike(form(some), url(some), some.yes()));
    }

    private void judgedAlike(Map<String, String> form, String url, boolean honest) throws Exception {
        var data = new StringBuilder(url);
        new TreeMap<>(form).forEach((name, value) -> data.append(name).append(value));
        var signed = hmac(honest ? data.toString() : data + "x");
        var oracle = new RequestValidator(TOKEN).validate(url, form, signed);
        var lists = new TreeMap<String, List<String>>();
        form.forEach((name, value) -> lists.put(name, List.of(value)));

        var ours = signature.signs(signed, url, lists);

        assertThat(ours).isEqualTo(oracle).isEqualTo(honest);
    }

    private static Map<String, String> form(Samples some) {
        var form = new TreeMap<String, String>();
        some.list(12, () -> some.of("A", "b", "7") + some.text(5, '0', '9') + some.text(6, 'A', 'Z') + some.text(6, 'a', 'z'))
                .forEach(name -> form.put(name, some.text(20, ' ', '\ud7ff')));
        return form;
    }

    private static String url(Samples some) {
        return some.of(
                "https://voice.example.com/voice/incoming",
                "https://voice.example.com:443/voice/continue?after=2",
                "https://voice.example.com:8443/voice/continue?after=2&x=%20y",
                "https://voice.example.com/a/b/voice/status");
    }

    static String hmac(String data) {
        return hmac(TOKEN, data);
    }

    static String hmac(String token, String data) {
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(token.getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(data.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }
}
