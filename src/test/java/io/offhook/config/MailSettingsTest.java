package io.offhook.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class MailSettingsTest {
    private static final String FROM = "offhook@acme.example";

    private final ArrayList<Mistake> mistakes = new ArrayList<>();

    @Test
    void a_whole_url_is_read_and_its_password_not_printed() {
        var settings = read("smtps://offhook%40acme.example:hunt+r%402@mail.acme.example:2465", FROM);

        assertThat(mistakes).isEmpty();
        assertThat(settings)
                .contains(new MailSettings(
                        "mail.acme.example",
                        2465,
                        true,
                        false,
                        Optional.of(new MailSettings.Login("offhook@acme.example", new Secret("hunt+r@2"))),
                        FROM));
        assertThat(settings.toString()).doesNotContain("hunt");
    }

    @ParameterizedTest
    @CsvSource({
        "smtps://mail.acme.example,465,true,false",
        "smtp://mail.acme.example,587,false,false",
        "smtp://localhost,25,false,true",
        "smtp://127.0.0.1:2525/,2525,false,true"
    })
    void what_is_left_out_has_the_usual_value(String url, int port, boolean tls, boolean loopback) {
        assertThat(read(url, FROM)).hasValueSatisfying(settings -> {
            assertThat(settings.port()).isEqualTo(port);
            assertThat(settings.tls()).isEqualTo(tls);
            assertThat(settings.loopback()).isEqualTo(loopback);
            assertThat(settings.login()).isEmpty();
        });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "mail.acme.example",
                "http://mail.acme.example",
                "smtps://",
                "smtps://user@mail.acme.example",
                "smtps://user:hunter2@mail.acme.example/path",
                "smtps://user:hunter2@mail.acme.example?x=1",
                "smtps://user:hun ter2@mail.acme.example",
                "smtps://user:hunter%zz@mail.acme.example"
            })
    void what_is_no_mail_server_is_reported_without_its_password(String url) {
        assertThat(read(url, FROM)).isEmpty();

        assertThat(mistakes).singleElement().satisfies(mistake -> {
            assertThat(mistake.toString()).contains("OFFHOOK_SMTP_URL").doesNotContain("hunter");
        });
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "offhook", "Offhook <offhook@acme.example>", "a@b.example\nBcc: c@d.example", "a@b.c,d@e.f"})
    void a_sender_is_one_plain_address(String from) {
        assertThat(read("smtp://localhost", from)).isEmpty();

        assertThat(mistakes).singleElement().satisfies(mistake -> {
            assertThat(mistake.toString()).contains("OFFHOOK_MAIL_FROM");
        });
    }

    @Test
    void a_sender_without_a_server_is_a_mistake_and_neither_is_none() {
        assertThat(read("", FROM)).isEmpty();
        assertThat(mistakes).hasSize(1);

        mistakes.clear();
        assertThat(read("", "")).isEmpty();
        assertThat(mistakes).isEmpty();
    }

    private Optional<MailSettings> read(String url, String from) {
        return MailSettings.read(Map.of("OFFHOOK_SMTP_URL", url, "OFFHOOK_MAIL_FROM", from), mistakes);
    }
}
