package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.offhook.simulator.Clip;
import jakarta.mail.Message;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Messages that callers leave, and who is told of them.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class MailboxTest {
    private static final String BILLING = "+14155550101";

    @Test
    void the_mailbox_of_the_route_that_was_taken_is_told() throws Exception {
        var mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
        mail.start();
        try (var server = TestServer.plan()
                .person("""
                        dial: "%s", wait: 5s, else: day }
                            day: { voicemail: day@acme.example }
                            bills: { voicemail: bills@acme.example }
                            billing: { dial: "%s", wait: 5s, else: bills""".formatted(PERSON, BILLING))
                .rule("{ sentiment: angry, to: billing }")
                .set("OFFHOOK_SMTP_URL", "smtp://127.0.0.1:" + mail.getSmtp().getPort())
                .set("OFFHOOK_MAIL_FROM", "offhook@acme.example")
                .start()) {
            server.humans.busy(BILLING);
            var call = server.ringAndGreet();

            server.says("This is ridiculous.");

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.awaitEnded(PATIENCE);
            await().atMost(Duration.ofSeconds(60)).until(() -> mail.getReceivedMessages().length > 0);
            assertThat(mail.getReceivedMessages()).hasSize(1);
            assertThat(mail.getReceivedMessages()[0].getRecipients(Message.RecipientType.TO))
                    .extracting(Object::toString)
                    .containsExactly("bills@acme.example");
        } finally {
            mail.stop();
        }
    }
}
