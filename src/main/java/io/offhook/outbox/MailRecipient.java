package io.offhook.outbox;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.offhook.config.MailSettings;
import io.offhook.store.OutboxMessage;
import jakarta.mail.Address;
import jakarta.mail.AuthenticationFailedException;
import jakarta.mail.Message;
import jakarta.mail.MessagingException;
import jakarta.mail.SendFailedException;
import jakarta.mail.Session;
import jakarta.mail.internet.AddressException;
import jakarta.mail.internet.InternetAddress;
import jakarta.mail.internet.MimeMessage;
import java.time.Duration;
import java.util.Date;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Function;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocketFactory;
import org.eclipse.angus.mail.smtp.SMTPAddressFailedException;

/// Writes to people, over a connection of its own for each mail. Nothing is said before the connection is encrypted and
/// the server has proved its name, unless the server is this machine. Addresses are the operator's own.
public final class MailRecipient implements Recipient {
    private static final Duration PATIENCE = Duration.ofSeconds(10);

    private final MailSettings settings;
    private final Function<String, Optional<String>> mailboxes;
    private final Session session;

    /// @param mailboxes the address of a target; of the file as it is at present
    public MailRecipient(MailSettings settings, Function<String, Optional<String>> mailboxes) {
        this(settings, mailboxes, Optional.empty());
    }

    /// @param trust whom to trust instead of the usual authorities
    MailRecipient(
            MailSettings settings,
            Function<String, Optional<String>> mailboxes,
            Optional<SSLSocketFactory> trust) {
        this.settings = settings;
        this.mailboxes = mailboxes;
        this.session = Session.getInstance(properties(settings, trust));
    }

    private static Properties properties(MailSettings settings, Optional<SSLSocketFactory> trust) {
        var protocol = settings.tls() ? "smtps" : "smtp";
        var patience = String.valueOf(PATIENCE.toMillis());
        var properties = new Properties();
        properties.put("mail.transport.protocol", protocol);
        var prefix = "mail." + protocol + ".";
        properties.put(prefix + "connectiontimeout", patience);
        properties.put(prefix + "timeout", patience);
        properties.put(prefix + "writetimeout", patience);
        properties.put(prefix + "ssl.checkserveridentity", "true");
        properties.put(prefix + "ssl.protocols", "TLSv1.3 TLSv1.2");
        properties.put(prefix + "starttls.enable", "true");
        properties.put(prefix + "starttls.required", String.valueOf(!settings.loopback()));
        properties.put(prefix + "auth", String.valueOf(settings.login().isPresent()));
        properties.put(prefix + "socketFactory.fallback", "false");
        trust.ifPresent(factory -> properties.put(prefix + "ssl.socketFactory", factory));
        return properties;
    }

    @Override
    public Receipt deliver(OutboxMessage message) {
        var mailbox = mailboxes.apply(message.target());
        if (mailbox.isEmpty()) {
            return Receipt.later("target_unknown");
        }
        try {
            var to = new InternetAddress(mailbox.get(), true);
            var mail = written(message, to);
            try (var transport = session.getTransport()) {
                var login = settings.login();
                if (login.isPresent()) {
                    transport.connect(
                            settings.host(),
                            settings.port(),
                            login.get().user(),
                            login.get().password().reveal());
                } else {
                    transport.connect(settings.host(), settings.port(), null, null);
                }
                transport.sendMessage(mail, new Address[] {to});
            }
            return Receipt.delivered();
        } catch (AddressException e) {
            return Receipt.refused("mail_address");
        } catch (AuthenticationFailedException e) {
            return Receipt.later("mail_auth");
        } catch (SendFailedException e) {
            return refusedForGood(e) ? Receipt.refused("mail_refused") : Receipt.later("mail_later");
        } catch (MessagingException e) {
            return Receipt.later(caused(e, SSLException.class) ? "tls" : "unreachable");
        }
    }

    private MimeMessage written(OutboxMessage message, InternetAddress to) throws MessagingException {
        var letter = Letter.of(message.body());
        var mail = new Identified(session, message.id());
        mail.setFrom(new InternetAddress(settings.from(), true));
        mail.setRecipient(Message.RecipientType.TO, to);
        mail.setSubject(letter.subject(), UTF_8.name());
        mail.setText(letter.text(), UTF_8.name());
        mail.setSentDate(Date.from(message.createdAt()));
        // Keeps absence notes from answering a machine.
        mail.setHeader("Auto-Submitted", "auto-generated");
        mail.setHeader("X-Auto-Response-Suppress", "All");
        mail.saveChanges();
        return mail;
    }

    /// Every attempt has the same id, so that mail systems drop a mail that comes twice.
    private static final class Identified extends MimeMessage {
        private final String id;

        Identified(Session session, String id) {
            super(session);
            this.id = id;
        }

        @Override
        protected void updateMessageID() throws MessagingException {
            setHeader("Message-ID", "<" + id + "@offhook>");
        }
    }

    /// A 5xx answer to the recipient; 4xx means later.
    private static boolean refusedForGood(MessagingException failure) {
        for (Exception cause = failure; cause instanceof MessagingException next; cause = next.getNextException()) {
            if (next instanceof SMTPAddressFailedException address) {
                return address.getReturnCode() / 100 == 5;
            }
        }
        return false;
    }

    private static boolean caused(Throwable failure, Class<? extends Throwable> kind) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (kind.isInstance(cause)) {
                return true;
            }
        }
        return false;
    }
}
