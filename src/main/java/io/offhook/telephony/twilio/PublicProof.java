package io.offhook.telephony.twilio;

import io.offhook.config.Secret;
import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpTimeoutException;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import javax.net.ssl.SSLException;

/// Proves that a public address leads to a server that Twilio can use, by asking what Twilio would ask: over HTTP and
/// over WebSocket, signed and unsigned. Makes no call. Blocks.
public final class PublicProof implements AutoCloseable {
    /// One thing that was looked at; both sentences are empty where nothing is to be said.
    public record Finding(String what, boolean holds, String text, String fix) {}

    private static final int UNANSWERED = 0;
    private final TwilioSettings settings;
    private final Duration patience;
    private final HttpClient http;

    /// @param token signs as Twilio does
    /// @throws IllegalArgumentException when the address can't be used
    public PublicProof(String accountSid, Secret token, URI publicUrl, Duration patience) {
        settings = new TwilioSettings(accountSid, List.of(token.reveal()), publicUrl, false);
        this.patience = patience;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                .connectTimeout(patience)
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    /// All findings up to the first that makes the rest pointless.
    public List<Finding> findings() {
        var findings = new ArrayList<Finding>();
        findings.add(alive());
        if (findings.getFirst().holds()) {
            findings.add(refusesUnsignedCalls());
            findings.add(refusesUnsignedStreams());
            findings.add(acceptsSignedStreams());
        }
        return List.copyOf(findings);
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private Finding alive() {
        var what = "address";
        var url = settings.url("/livez");
        var answer = ask(HttpRequest.newBuilder(URI.create(url)).GET());
        if (answer.status() == 200 && answer.text().startsWith("ok")) {
            return holds(what, url + " answers");
        }
        if (answer.status() == UNANSWERED) {
            return fails(what, url + " " + answer.text(), "See that the server, its proxy or its tunnel run, and that"
                    + " the host name leads there. A new tunnel may take a minute.");
        }
        if (answer.status() >= 500) {
            return fails(
                    what,
                    url + " answers with HTTP " + answer.status() + ": a tunnel or proxy is there, no server behind it",
                    "Start the server: OFFHOOK_PUBLIC_URL=" + settings.publicUrl() + " offhook serve");
        }
        return fails(
                what,
                url + " answers with HTTP " + answer.status() + ", and not as Offhook would",
                "See that the whole path " + settings.prefix() + "/ leads to Offhook, without a redirect or a login.");
    }

    private Finding refusesUnsignedCalls() {
        var what = "webhook";
        var answer = ask(HttpRequest.newBuilder(URI.create(settings.url(TwilioRoutes.INCOMING)))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString("CallSid=CA00000000000000000000000000000000")));
        if (answer.status() == 403) {
            return holds(what, "a forged call is refused");
        }
        var said = answer.status() == UNANSWERED ? answer.text() : "is answered with HTTP " + answer.status();
        return fails(
                what,
                "a call without Twilio's signature " + said + ", where 403 was expected",
                "See that POST to " + TwilioRoutes.INCOMING + " reaches Offhook unchanged.");
    }

    private Finding refusesUnsignedStreams() {
        var what = "stream";
        int status = upgrade(Optional.empty());
        return status == 403
                ? holds(what, "a forged stream is refused")
                : fails(what, "a stream without Twilio's signature " + upgraded(status), proxy());
    }

    private Finding acceptsSignedStreams() {
        var what = "stream";
        int status = upgrade(Optional.of(sign(settings.socketUrl(TwilioRoutes.STREAM))));
        if (status == 101) {
            return holds(what, "a signed WebSocket is accepted");
        }
        if (status == 403) {
            return fails(
                    what,
                    "the server refuses a stream that is signed as Twilio would",
                    "It runs with another OFFHOOK_PUBLIC_URL or TWILIO_AUTH_TOKEN. Start it with OFFHOOK_PUBLIC_URL="
                            + settings.publicUrl() + " and the same token as this command.");
        }
        return fails(what, "a signed WebSocket " + upgraded(status) + " (Twilio would report error 31920)", proxy());
    }

    private static String upgraded(int status) {
        return switch (status) {
            case UNANSWERED -> "gets no answer";
            case 101 -> "is accepted";
            default -> "is answered with HTTP " + status;
        };
    }

    private static String proxy() {
        return "Let the proxy or tunnel pass WebSockets on (headers Upgrade and Connection, HTTP/1.1).";
    }

    // --- asking ---

    private record Answer(int status, String text) {}

    private Answer ask(HttpRequest.Builder request) {
        var handler = HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), 1 << 16);
        try {
            var answer = http.send(request.timeout(patience).build(), handler);
            return new Answer(answer.statusCode(), answer.body());
        } catch (IOException e) {
            return new Answer(UNANSWERED, reason(e));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Answer(UNANSWERED, "was not waited for");
        }
    }

    private static String reason(IOException error) {
        for (Throwable each = error; each != null; each = each.getCause()) {
            if (each instanceof UnknownHostException || each instanceof UnresolvedAddressException) {
                return "can't be found: the host name does not resolve";
            }
            if (each instanceof SSLException) {
                return "can't be trusted: TLS failed (Twilio would report error 31910)";
            }
            if (each instanceof HttpTimeoutException) {
                return "does not answer in time";
            }
            if (each instanceof ConnectException) {
                return "takes no connection (Twilio would report error 11205)";
            }
        }
        return "breaks the connection";
    }

    /// The status of the answer to a WebSocket's opening request: 101 when it was accepted.
    private int upgrade(Optional<String> signature) {
        var opening = http.newWebSocketBuilder().connectTimeout(patience);
        signature.ifPresent(value -> opening.header("X-Twilio-Signature", value));
        var url = URI.create(settings.socketUrl(TwilioRoutes.STREAM));
        var opened = opening.buildAsync(url, new WebSocket.Listener() {});
        try {
            opened.get(patience.toMillis(), TimeUnit.MILLISECONDS).abort();
            return 101;
        } catch (ExecutionException e) {
            return e.getCause() instanceof WebSocketHandshakeException refused
                    ? refused.getResponse().statusCode()
                    : UNANSWERED;
        } catch (TimeoutException e) {
            opened.cancel(true);
            return UNANSWERED;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNANSWERED;
        }
    }

    private String sign(String url) {
        try {
            var mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(settings.tokens().getFirst().getBytes(StandardCharsets.UTF_8), "HmacSHA1"));
            return Base64.getEncoder().encodeToString(mac.doFinal(url.getBytes(StandardCharsets.UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA1", e);
        }
    }

    private static Finding holds(String what, String text) {
        return new Finding(what, true, text, "");
    }

    private static Finding fails(String what, String text, String fix) {
        return new Finding(what, false, text, fix);
    }
}
