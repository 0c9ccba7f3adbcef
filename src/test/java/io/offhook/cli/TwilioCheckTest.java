package io.offhook.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.config.Settings;
import io.offhook.simulator.RestFailure;
import io.offhook.simulator.SimulatedCarrier;
import io.offhook.telephony.twilio.TwilioErrors;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TwilioCheckTest {
    private static final String ACCOUNT = "AC00000000000000000000000000000001";
    private static final String OURS = "+14155550199";
    private static final String HERE = "https://voice.example.com/voice/incoming";

    @TempDir
    Path home;

    private final SimulatedCarrier carrier =
            SimulatedCarrier.builder().apiKey("SK1", "secret").restPort(0).start();
    private final Map<String, String> environment = new HashMap<>();

    @AfterEach
    void close() {
        carrier.close();
    }

    private List<Finding> findings() {
        environment.putIfAbsent("TWILIO_AUTH_TOKEN", "0123456789abcdef0123456789abcdef");
        environment.put("TWILIO_ACCOUNT_SID", ACCOUNT);
        environment.put("OFFHOOK_TWILIO_URL", carrier.restUrl().toString());
        environment.put("OFFHOOK_PUBLIC_URL", "https://voice.example.com");
        environment.put("OFFHOOK_HOME", home.toString());
        return TwilioCheck.of(Settings.from(environment));
    }

    @Test
    void a_number_that_leads_here_with_a_fallback_is_fine() {
        carrier.account().add(OURS).set("VoiceUrl", HERE).set("VoiceFallbackUrl", "https://handler.twilio.com/x");

        assertThat(findings()).extracting("level").containsOnly(Finding.Level.OK);
    }

    @Test
    void a_number_that_leads_to_this_machine_is_error_11100() {
        carrier.account().add(OURS).set("VoiceUrl", "http://localhost:8080/voice");

        var finding = findings().getLast();

        assertThat(finding.exitCode()).isEqualTo(OffhookCommand.FOUND_ERRORS);
        assertThat(finding.what()).isEqualTo(OURS);
        assertThat(finding.text()).contains("http://localhost:8080/voice - Twilio can't reach", "error 11100");
        assertThat(finding.fix()).isEqualTo("offhook number connect " + OURS);
    }

    @Test
    void nobody_behind_the_server_and_a_trial_are_warnings() {
        carrier.account().trial().add(OURS).set("VoiceUrl", HERE);

        var found = findings();

        assertThat(found).extracting("level").containsOnly(Finding.Level.WARNING);
        assertThat(found.getFirst().text()).contains("trial account", "verified numbers only");
    }

    @Test
    void other_numbers_of_the_account_are_left_alone() {
        carrier.account().add("+14155550197").set("VoiceUrl", "https://elsewhere.example/");
        carrier.account().add("+14155550198").set("TrunkSid", "TK0123456789abcdef0123456789abcdef");
        assertThat(findings().getLast().text()).isEqualTo("none of the account's numbers leads here");

        carrier.account().add(OURS).set("VoiceUrl", HERE);
        assertThat(findings()).extracting("what").containsExactly("TWILIO_*", OURS);
    }

    @Test
    void credentials_and_reach_decide_the_exit_code() {
        carrier.failRest(RestFailure.UNAVAILABLE, 2);
        assertThat(findings().getLast().exitCode()).isEqualTo(OffhookCommand.UNREACHABLE);

        carrier.failRest(RestFailure.UNAUTHORIZED, 1);
        assertThat(findings().getLast().exitCode()).isEqualTo(OffhookCommand.CREDENTIALS);

        carrier.account().suspended();
        assertThat(findings().getFirst().text()).contains("suspended");
    }

    @Test
    void every_explained_code_has_two_sentences() {
        assertThat(TwilioErrors.all()).containsKeys(11100, 11200, 20003, 20404, 20429, 21211, 21220, 21404, 31920);
        assertThat(TwilioErrors.all().values())
                .allSatisfy(each -> assertThat(each.what() + " " + each.fix()).matches("[A-Z].*[.].*"));
    }
}
