package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TwilioSettingsTest {
    private static final String ACCOUNT = "AC00000000000000000000000000000001";

    @Test
    void urls_are_absolute_and_keep_the_path_prefix() {
        var settings = settings("https://voice.example.com:8443/phone/", false);

        assertThat(settings.url("/voice/continue")).isEqualTo("https://voice.example.com:8443/phone/voice/continue");
        assertThat(settings.socketUrl("/voice/stream")).isEqualTo("wss://voice.example.com:8443/phone/voice/stream");
        assertThat(settings("http://localhost:8080", true).socketUrl("/voice/stream"))
                .isEqualTo("ws://localhost:8080/voice/stream");
    }

    @Test
    void a_scheme_in_capitals_means_the_same() {
        var settings = settings("HTTPS://voice.example.com", false);

        assertThat(settings.url("/voice/continue")).isEqualTo("https://voice.example.com/voice/continue");
        assertThat(settings.socketUrl("/voice/stream")).isEqualTo("wss://voice.example.com/voice/stream");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://voice.example.com",
                "https://voice.example.com/?a=b",
                "https://user@voice.example.com",
                "ftp://localhost",
                "voice.example.com"
            })
    void a_public_url_that_could_not_work_is_refused(String url) {
        assertThatThrownBy(() -> settings(url, false)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"https://voice.example.com", "https://localhost.example.com", "https://127.0.0.1.example.com"})
    void unsigned_requests_are_never_allowed_in_public(String url) {
        assertThatThrownBy(() -> settings(url, true)).hasMessageContaining("unsigned");
    }

    @Test
    void without_a_token_nothing_could_be_checked() {
        assertThatThrownBy(
                        () -> new TwilioSettings(ACCOUNT, List.of(" "), URI.create("https://voice.example.com"), false))
                .hasMessageContaining("auth token");
        assertThat(new TwilioSettings(ACCOUNT, List.of(), URI.create("http://[::1]:8080"), true).tokens())
                .isEmpty();
    }

    @Test
    void the_tokens_do_not_print() {
        assertThat(settings("https://voice.example.com", false).toString()).doesNotContain("secret");
    }

    private static TwilioSettings settings(String url, boolean allowUnsigned) {
        return new TwilioSettings(ACCOUNT, List.of("secret"), URI.create(url), allowUnsigned);
    }
}
