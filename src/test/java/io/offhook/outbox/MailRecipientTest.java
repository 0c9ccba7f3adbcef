package io.offhook.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.smtp.SmtpServer;
import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.offhook.config.MailSettings;
import io.offhook.config.Secret;
import io.offhook.store.OutboxMessage;
import jakarta.mail.Message;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.UnaryOperator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(300)
class MailRecipientTest {
    private static final String PASSWORD = "for-this-test-only";
    private static final Optional<MailSettings.Login> LOGIN =
            Optional.of(new MailSettings.Login("offhook", new Secret("hunter2")));

    @TempDir
    private static Path keys;

    private static SSLSocketFactory trusting;

    @TempDir
    private Path directory;

    private Depot depot;
    private GreenMail mail;

    @BeforeAll
    static void makes_a_certificate_for_this_address() throws Exception {
        var store = keys.resolve("mail.p12");
        var made = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                        "-genkeypair",
                        "-alias",
                        "mail",
                        "-keyalg",
                        "EC",
                        "-dname",
                        "CN=mail",
                        "-ext",
                        "san=ip:127.0.0.1",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start()
                .waitFor();
        assertThat(made).isZero();
        System.setProperty("greenmail.tls.keystore.file", store.toString());
        System.setProperty("greenmail.tls.keystore.password", PASSWORD);
        System.setProperty("greenmail.tls.key.password", PASSWORD);
        var mail = KeyStore.getInstance(store.toFile(), PASSWORD.toCharArray());
        var trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("mail", mail.getCertificate("mail"));
        var managers = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        managers.init(trusted);
        var context = SSLContext.getInstance("TLS");
        context.init(null, managers.getTrustManagers(), null);
        trusting = context.getSocketFactory();
    }

    @BeforeEach
    void starts() {
        depot = new Depot(directory);
        depot.acme = new Subscriptions(
                List.of(new Subscription(Depot.MAILBOX, Set.of("voicemail.left"))), true, UnaryOperator.identity());
        mail = new GreenMail(new ServerSetup[] {
            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP),
            new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTPS)
        });
        mail.start();
        mail.setUser("support@acme.example", "offhook", "hunter2");
    }

    @AfterEach
    void stops() {
        mail.stop();
        depot.close();
    }

    @Test
    void a_voicemail_is_told_to_the_mailbox_of_its_destination() throws Exception {
        var receipt = deliver(loopback());

        assertThat(receipt).isEqualTo(Receipt.delivered());
        var got = only();
        assertThat(got.getSubject()).isEqualTo("Voicemail from +14155550123 (0:12): disputes a charge");
        assertThat(got.getFrom()).extracting(Object::toString).containsExactly("offhook@acme.example");
        assertThat(got.getRecipients(Message.RecipientType.TO))
                .extracting(Object::toString)
                .containsExactly("support@acme.example");
        assertThat(got.getContent().toString().replace("\r\n", "\n").strip())
                .isEqualTo(
                        """
                        A caller left a message.

                        From      +14155550123
                        When      23 November 2026, 12:01 UTC
                        Length    0:12
                        Urgency   high
                        Reason    disputes a charge
                        Summary   Disputes a $347 charge from February; says she never authorised it.
                        Source    machine-made, written by the agent

                        Recording https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1
                                  (at Twilio, which asks for the account's login)""");
    }

    @Test
    void a_mail_says_what_it_was_about_when_no_model_did() throws Exception {
        depot.summary = "";

        deliver(loopback());

        assertThat(only().getContent().toString())
                .contains("Summary   Caller: \u201cIt is about my card.\u201d")
                .contains("Source    machine-made, put together by rule");
    }

    @Test
    void a_mail_that_is_sent_twice_has_one_id() throws Exception {
        var message = message();
        var recipient = recipient(loopback(), Optional.empty());

        recipient.deliver(message);
        recipient.deliver(message);

        assertThat(mail.getReceivedMessages())
                .hasSize(2)
                .extracting(MimeMessage::getMessageID)
                .containsOnly("<" + message.id() + "@offhook>");
    }

    @Test
    void words_of_a_caller_make_no_headers() throws Exception {
        depot.summary = "x\r\n.\r\nMAIL FROM:<a@b.c>\r\nBcc: everyone@evil.example";
        depot.reason = "\u00dcber\r\nBcc: everyone@evil.example\r\n\r\n<script>\u202e\u0007" + "long ".repeat(100);

        assertThat(deliver(loopback())).isEqualTo(Receipt.delivered());

        var got = only();
        assertThat(got.getHeader("Bcc")).isNull();
        assertThat(got.getAllRecipients()).hasSize(1);
        assertThat(got.getSubject())
                .startsWith("Voicemail from +14155550123 (0:12): \u00dcber Bcc: everyone@evil.example <script> long")
                .hasSizeLessThanOrEqualTo(120);
        assertThat(got.getContent().toString()).contains("Summary   x . MAIL FROM:<a@b.c> Bcc: everyone@evil.example");
    }

    @Test
    void a_server_that_asks_for_a_login_gets_it_over_tls() throws Exception {
        var receipt = deliver(secure(LOGIN), trusting);

        assertThat(receipt).isEqualTo(Receipt.delivered());
        assertThat(only().getSubject()).startsWith("Voicemail");
    }

    @Test
    void a_wrong_password_is_the_operators_to_mend() throws Exception {
        var wrong = new MailSettings.Login("offhook", new Secret("wrong"));

        assertThat(deliver(secure(Optional.of(wrong)), trusting))
                .isEqualTo(Receipt.later("mail_auth"));
    }

    @Test
    void a_server_that_nobody_vouches_for_gets_neither_password_nor_mail() throws Exception {
        assertThat(deliver(secure(LOGIN))).isEqualTo(Receipt.later("tls"));

        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_server_that_proves_another_name_gets_neither_password_nor_mail() throws Exception {
        var other = new MailSettings("localhost", mail.getSmtps().getPort(), true, true, LOGIN, "offhook@acme.example");

        assertThat(deliver(other, trusting)).isEqualTo(Receipt.later("tls"));

        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_server_elsewhere_that_offers_no_tls_gets_neither_password_nor_mail() throws Exception {
        // 0.0.0.0 leads here, but does not say so.
        var elsewhere = new MailSettings(
                "0.0.0.0", mail.getSmtp().getPort(), false, false, LOGIN, "offhook@acme.example");

        assertThat(deliver(elsewhere)).isInstanceOf(Receipt.Later.class);

        assertThat(mail.getReceivedMessages()).isEmpty();
    }

    @Test
    void a_server_that_is_away_is_tried_again() throws Exception {
        var settings = loopback();
        mail.stop();

        assertThat(deliver(settings)).isEqualTo(Receipt.later("unreachable"));
    }

    @Test
    void a_mailbox_that_is_no_address_is_not_tried_again() {
        var recipient = new MailRecipient(loopback(), _ -> Optional.of("not an address"), Optional.empty());

        assertThat(recipient.deliver(message())).isEqualTo(Receipt.refused("mail_address"));
    }

    @Test
    void a_destination_that_is_no_longer_configured_waits_for_the_operator() {
        var recipient = new MailRecipient(loopback(), _ -> Optional.empty());

        assertThat(recipient.deliver(message())).isEqualTo(Receipt.later("target_unknown"));
    }

    private MailSettings loopback() {
        return new MailSettings(
                "127.0.0.1", smtp().getPort(), false, true, Optional.empty(), "offhook@acme.example");
    }

    private MailSettings secure(Optional<MailSettings.Login> login) {
        return new MailSettings("127.0.0.1", mail.getSmtps().getPort(), true, true, login, "offhook@acme.example");
    }

    private SmtpServer smtp() {
        return mail.getSmtp();
    }

    private MimeMessage only() {
        assertThat(mail.getReceivedMessages()).hasSize(1);
        return mail.getReceivedMessages()[0];
    }

    private Receipt deliver(MailSettings settings) {
        return recipient(settings, Optional.empty()).deliver(message());
    }

    private Receipt deliver(MailSettings settings, SSLSocketFactory trust) {
        return recipient(settings, Optional.of(trust)).deliver(message());
    }

    private static MailRecipient recipient(MailSettings settings, Optional<SSLSocketFactory> trust) {
        return new MailRecipient(
                settings,
                target -> target.equals("acme/voicemail") ? Optional.of("support@acme.example") : Optional.empty(),
                trust);
    }

    /// What the outbox holds once a caller has left a message.
    private OutboxMessage message() {
        depot.begins("CA1");
        depot.isHandedOff("CA1");
        depot.getsVoicemail("CA1");
        var postman = depot.postman(Map.of(), Postman.Rules.USUAL);
        postman.round();
        postman.settle(Duration.ofSeconds(60));
        return depot.outbox.list(Optional.empty(), 1).getFirst();
    }
}
