package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.offhook.agent.AgentDirectory;
import io.offhook.agent.AgentFile;
import io.offhook.agent.AgentFiles;
import io.offhook.call.CallId;
import io.offhook.config.Settings;
import io.offhook.outbox.Postman;
import io.offhook.store.Fact;
import io.offhook.store.jdbc.Database;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.JdbcOutbox;
import io.offhook.store.jdbc.TestSqlite;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Which mailbox is told of a message.
@Timeout(300)
class OutgoingPostTest {
    private static final CallId CALL = new CallId("CA1");
    private static final String AGENT = """
            offhook: 1
            name: acme
            instructions: You answer the phone.
            escalate:
              to:
                default: { dial: "+14155550100", else: day }
                day: { voicemail: day@acme.example }
                billing: { dial: "+14155550101", else: bills }
                bills: { voicemail: bills@acme.example }
              when: [ { sentiment: angry, to: billing } ]
            """;

    @TempDir
    private Path folder;

    private final GreenMail mail = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP));
    private Database database;
    private JdbcCallLog calls;

    @BeforeEach
    void opens() {
        mail.start();
        database = Database.open(TestSqlite.url(folder), Optional.empty(), Optional.empty());
        calls = new JdbcCallLog(database);
    }

    @AfterEach
    void closes() {
        mail.stop();
        database.close();
    }

    private Postman postman() {
        var settings = Settings.from(Map.of(
                "OFFHOOK_PUBLIC_URL",
                "https://calls.example.test",
                "OFFHOOK_SMTP_URL",
                "smtp://127.0.0.1:" + mail.getSmtp().getPort(),
                "OFFHOOK_MAIL_FROM",
                "offhook@acme.example"));
        var agents = AgentDirectory.of(AgentFiles.of(List.of(AgentFile.parse("agent.yaml", AGENT, Map.of()))));
        return OutgoingPost.of(settings, agents, database, calls, _ -> Optional.empty()).start();
    }

    private void left(Optional<String> mailbox) {
        var now = Instant.now();
        calls.append(List.of(
                new Fact.Started(CALL, now, "acme", Optional.empty(), Optional.empty(), ""),
                new Fact.Voicemail(CALL, now, "https://api.twilio.com/RE1", 12, mailbox)));
    }

    private List<String> told() {
        return Arrays.stream(mail.getReceivedMessages())
                .flatMap(message -> {
                    try {
                        return Arrays.stream(message.getRecipients(Message.RecipientType.TO));
                    } catch (MessagingException e) {
                        throw new AssertionError(e);
                    }
                })
                .map(Object::toString)
                .toList();
    }

    /// The handoff may be on its way still, from a node whose database is out of reach.
    @Test
    void the_mailbox_that_the_message_was_left_in_is_told_though_nothing_is_known_of_the_handoff() {
        left(Optional.of("bills"));

        try (var _ = postman()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> !told().isEmpty());
        }

        assertThat(told()).containsExactly("bills@acme.example");
    }

    @Test
    void nobody_is_told_of_a_message_that_is_in_no_mailbox() {
        left(Optional.empty());

        try (var postman = postman()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> noneUnaddressed());
            assertThat(postman.drain(Duration.ofSeconds(5))).isTrue();
        }

        assertThat(told()).isEmpty();
    }

    @Test
    void a_mailbox_that_is_no_longer_in_the_file_waits_for_the_operator_and_bothers_no_other() {
        left(Optional.of("gone"));

        try (var postman = postman()) {
            await().atMost(Duration.ofSeconds(60)).until(() -> noneUnaddressed());
            await().atMost(Duration.ofSeconds(60)).until(() -> postman.load().waiting() == 1);
        }

        assertThat(told()).isEmpty();
    }

    private boolean noneUnaddressed() {
        return new JdbcOutbox(database).unaddressed(1).isEmpty();
    }
}
