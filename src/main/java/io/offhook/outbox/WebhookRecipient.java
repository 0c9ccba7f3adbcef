package io.offhook.outbox;

import io.offhook.config.Secret;
import io.offhook.store.OutboxMessage;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import javax.net.ssl.SSLException;

/// Posts messages to the receivers that agent.yaml names. Where a message goes is the operator's word alone: redirects
/// are answers like any other, and nothing of an answer is read but its status and `Retry-After`.
public final class WebhookRecipient implements Recipient {
    private static final Duration CONNECT = Duration.ofSeconds(5);
    private static final Duration ANSWER = Duration.ofSeconds(15);
    private static final Duration LONGEST_WAIT = Duration.ofDays(1);

    private final Function<String, Optional<Webhook>> webhooks;
    private final InstantSource clock;
    private final HttpClient client = HttpClient.newBuilder()
            .followRedirects(HttpClient.Redirect.NEVER)
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(CONNECT)
            .build();

    /// Where a receiver is, and how it knows us.
    ///
    /// @param secrets the present one, and the one before while it is being rotated
    public record Webhook(URI url, List<Secret> secrets) {
        public Webhook {
            secrets = List.copyOf(secrets);
        }
    }

    /// @param webhooks by target; of the file as it is at present
    public WebhookRecipient(Function<String, Optional<Webhook>> webhooks, InstantSource clock) {
        this.webhooks = webhooks;
        this.clock = clock;
    }

    @Override
    public void close() {
        client.shutdownNow();
    }

    @Override
    public Receipt deliver(OutboxMessage message) throws InterruptedException {
        var webhook = webhooks.apply(message.target());
        return webhook.isPresent() ? post(message, webhook.get()) : Receipt.later("target_unknown");
    }

    private Receipt post(OutboxMessage message, Webhook webhook) throws InterruptedException {
        var now = clock.instant();
        var request = HttpRequest.newBuilder(webhook.url())
                .timeout(ANSWER)
                .header("Content-Type", "application/json")
                .header("User-Agent", "Offhook")
                .header("Idempotency-Key", message.key())
                .header("Offhook-Event", message.event())
                .header(WebhookSignature.HEADER, WebhookSignature.sign(message.body(), webhook.secrets(), now))
                .POST(BodyPublishers.ofString(message.body()))
                .build();
        try {
            var response = client.send(request, BodyHandlers.ofInputStream());
            // Closed unread: an answer without end must cost nothing.
            response.body().close();
            return receipt(response, now);
        } catch (HttpConnectTimeoutException e) {
            return Receipt.later("connect_timeout");
        } catch (HttpTimeoutException e) {
            return Receipt.later("timeout");
        } catch (SSLException e) {
            return Receipt.later("tls");
        } catch (IOException e) {
            return Receipt.later("unreachable");
        }
    }

    private static Receipt receipt(HttpResponse<?> response, Instant now) {
        return Receipt.answered(
                response.statusCode(),
                response.headers().firstValue("Retry-After").flatMap(text -> wait(text, now)));
    }

    /// `Retry-After` in either of its forms; nonsense counts as absent, and nobody is waited for longer than a day.
    static Optional<Duration> wait(String text, Instant now) {
        return asked(text.strip(), now)
                .filter(wait -> !wait.isNegative())
                .map(wait -> wait.compareTo(LONGEST_WAIT) > 0 ? LONGEST_WAIT : wait);
    }

    private static Optional<Duration> asked(String text, Instant now) {
        if (text.matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(text)));
        }
        try {
            var at = ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME);
            return Optional.of(Duration.between(now, at.toInstant()));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }
}
