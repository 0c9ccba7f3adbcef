package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CarrierSignatureTest {
    private final CarrierSignature signature = new CarrierSignature("0123456789abcdef0123456789abcdef");

    @Test
    void a_form_post_is_signed_with_its_address_and_its_sorted_parameters() {
        var form = new LinkedHashMap<String, String>();
        form.put("To", "+14155550199");
        form.put("CallerCity", "SAN FRANCISCO");
        form.put("AccountSid", "AC00000000000000000000000000000001");
        form.put("ApiVersion", "2010-04-01");
        form.put("CallSid", "CA00000000000000000000000000000001");
        form.put("CallStatus", "ringing");
        form.put("Direction", "inbound");
        form.put("From", "+14155550100");
        form.put("SpeechResult", "café & co + 1");

        assertThat(signature.sign("https://voice.example.com/twilio/voice?tenant=a", form))
                .isEqualTo("AN1UNBF+GG7JWGyFOqXUPQ3dWNY=");
        assertThat(signature.sign("https://voice.example.com:443/twilio/voice?tenant=a", form))
                .isEqualTo("8TGcfjO8tefLgX1p5843sfvecBE=");
    }

    @Test
    void a_json_body_is_signed_by_the_hash_in_the_address() {
        var url = "https://voice.example.com/hooks/json?bodySHA256="
                + "357587df5c1da20ec9ea8484fe4f936e06284ac2bfa31639dff87d8ad5950289";

        assertThat(signature.sign(url)).isEqualTo("m8RhZ+AG0hK5wZ7ro8nuJKsz3aI=");
    }

    @Test
    void an_upgrade_is_signed_with_the_wss_address_alone() {
        assertThat(signature.sign("wss://voice.example.com/twilio/stream")).isEqualTo("glVYh1t/0Dvf+h7sOwB2wdefrc8=");
    }

    @Test
    void the_fragment_with_connection_overrides_is_not_signed() {
        assertThat(signature.sign("https://voice.example.com/a#rc=2", Map.of()))
                .isEqualTo(signature.sign("https://voice.example.com/a", Map.of()));
    }
}
