package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.config.Secret;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhookSignatureTest {
    private static final Instant NOW = Instant.ofEpochSecond(1795435200);
    private static final String BODY = "{\"a\":\"\u00e4\"}";
    private static final Secret SECRET = new Secret("whsec-0123456789abcdef");
    private static final Secret OLD = new Secret("whsec-old-old-old-old");
    /// By: printf '%s' '1795435200.{"a":"ä"}' | openssl dgst -sha256 -hmac 'whsec-0123456789abcdef'
    private static final String BY_OPENSSL = "01854c1bb1c0a52a26ed759a7ef4549f0dc97b6ff3987e94825dbf79e8296d37";

    @Test
    void it_is_what_openssl_says() {
        assertThat(WebhookSignature.sign(BODY, List.of(SECRET), NOW)).isEqualTo("t=1795435200,v1=" + BY_OPENSSL);
    }

    @Test
    void a_receiver_with_either_secret_accepts_what_is_signed_with_both() {
        var header = WebhookSignature.sign(BODY, List.of(SECRET, OLD), NOW);

        assertThat(WebhookSignature.verify(header, BODY, List.of(SECRET), NOW)).isTrue();
        assertThat(WebhookSignature.verify(header, BODY, List.of(OLD), NOW)).isTrue();
        assertThat(WebhookSignature.verify(header, BODY, List.of(new Secret("another")), NOW)).isFalse();
    }

    @Test
    void an_altered_body_and_an_altered_time_are_refused() {
        var header = WebhookSignature.sign(BODY, List.of(SECRET), NOW);

        assertThat(WebhookSignature.verify(header, BODY + " ", List.of(SECRET), NOW)).isFalse();
        assertThat(WebhookSignature.verify(header.replace("t=1795435200", "t=1795435201"), BODY, List.of(SECRET), NOW))
                .isFalse();
    }

    @Test
    void an_old_message_that_is_played_again_is_refused() {
        var header = WebhookSignature.sign(BODY, List.of(SECRET), NOW);

        assertThat(WebhookSignature.verify(header, BODY, List.of(SECRET), NOW.plusSeconds(300))).isTrue();
        assertThat(WebhookSignature.verify(header, BODY, List.of(SECRET), NOW.plusSeconds(301))).isFalse();
        assertThat(WebhookSignature.verify(header, BODY, List.of(SECRET), NOW.minusSeconds(301))).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                ",",
                "t=,v1=",
                "v1=" + BY_OPENSSL,
                "t=1795435200",
                "t=1795435200,v0=" + BY_OPENSSL,
                "t=99999999999999999999,v1=" + BY_OPENSSL,
                "t=1795435200;v1=" + BY_OPENSSL
            })
    void what_is_no_signature_is_refused(String header) {
        assertThat(WebhookSignature.verify(header, BODY, List.of(SECRET), NOW)).isFalse();
    }
}
