package io.offhook.telephony.twilio;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.UnknownHostException;
import java.net.http.HttpClient;
import java.net.http.HttpConnectTimeoutException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/// Sends one request to Twilio's REST API and turns whatever comes back into a [RestAnswer]. Blocks: for virtual
/// threads. A GET that could not be answered is sent once more; nothing else is ever repeated.
final class RestTransport implements AutoCloseable {
    /// One parameter of a form or a query; a name may come several times.
    record Parameter(String name, String value) {}

    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final int MAX_ANSWER_BYTES = 4 << 20;

    private final URI base;
    private final Duration patience;
    private final HttpClient http;

    RestTransport(URI base, Duration patience) {
        this.base = base;
        this.patience = patience;
        http = HttpClient.newBuilder()
                .version(HttpClient.Version.HTTP_1_1)
                // Shorter than the whole, to tell a host that takes no connection from one that gives no answer.
                .connectTimeout(patience.multipliedBy(4).dividedBy(5))
                .followRedirects(HttpClient.Redirect.NEVER)
                .build();
    }

    RestAnswer<JsonNode> get(String authorization, String path, List<Parameter> query) {
        var target = path + (query.isEmpty() ? "" : "?" + encoded(query));
        var first = send(request(authorization, target).GET().build());
        return first instanceof RestAnswer.Unreachable
                ? send(request(authorization, target).GET().build())
                : first;
    }

    RestAnswer<JsonNode> post(String authorization, String path, List<Parameter> form) {
        return send(request(authorization, path)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(encoded(form)))
                .build());
    }

    RestAnswer<JsonNode> delete(String authorization, String path) {
        return send(request(authorization, path).DELETE().build());
    }

    @Override
    public void close() {
        http.shutdownNow();
    }

    private HttpRequest.Builder request(String authorization, String target) {
        return HttpRequest.newBuilder(URI.create(base + target))
                .header("Authorization", authorization)
                .header("Accept", "application/json")
                .header("User-Agent", "offhook");
    }

    private RestAnswer<JsonNode> send(HttpRequest request) {
        var handler = HttpResponse.BodyHandlers.limiting(HttpResponse.BodyHandlers.ofString(), MAX_ANSWER_BYTES);
        var sent = http.sendAsync(request, handler);
        try {
            // A time-out of the request itself would end with the headers, and not cover the body.
            return read(sent.get(patience.toMillis(), TimeUnit.MILLISECONDS));
        } catch (TimeoutException e) {
            sent.cancel(true);
            return new RestAnswer.Unreachable<>("did not answer within " + patience.toMillis() + " ms", true);
        } catch (InterruptedException e) {
            sent.cancel(true);
            Thread.currentThread().interrupt();
            return new RestAnswer.Unreachable<>("was not waited for", true);
        } catch (ExecutionException e) {
            return unreachable(e.getCause() instanceof IOException io ? io : new IOException(e.getCause()));
        }
    }

    private static RestAnswer<JsonNode> unreachable(IOException error) {
        // Which of these are wrapped in which differs between the JDK's own code paths.
        for (Throwable each = error; each != null; each = each.getCause()) {
            if (each instanceof UnknownHostException || each instanceof java.nio.channels.UnresolvedAddressException) {
                return new RestAnswer.Unreachable<>("can't be found: its host name does not resolve", false);
            }
            if (each instanceof SSLException) {
                return new RestAnswer.Unreachable<>("can't be trusted: TLS failed", false);
            }
            if (each instanceof ConnectException || each instanceof HttpConnectTimeoutException) {
                return new RestAnswer.Unreachable<>("can't be reached", false);
            }
        }
        return new RestAnswer.Unreachable<>("broke the connection", true);
    }

    private static RestAnswer<JsonNode> read(HttpResponse<String> response) {
        int status = response.statusCode();
        var body = parse(response.body());
        if (status >= 200 && status < 300) {
            return status != 204 && !body.isObject()
                    ? new RestAnswer.Unreachable<>("answered with something else than JSON: is it Twilio?", true)
                    : new RestAnswer.Ok<>(body);
        }
        if (status >= 500 || status < 400) {
            return new RestAnswer.Unreachable<>("answered with HTTP " + status, true);
        }
        var error = new TwilioError(
                status,
                body.path("code").asInt(0),
                body.path("message").asString(""),
                body.path("more_info").asString(""));
        return switch (status) {
            case 401, 403 -> new RestAnswer.Refused<>(error);
            case 404 -> new RestAnswer.Gone<>(error);
            case 429 -> new RestAnswer.Busy<>(error, retryAfter(response));
            default -> error.code() == 21220 ? new RestAnswer.Gone<>(error) : new RestAnswer.Rejected<>(error);
        };
    }

    private static JsonNode parse(String body) {
        try {
            return body.isBlank() ? MissingNode.getInstance() : JSON.readTree(body);
        } catch (JacksonException _) {
            return MissingNode.getInstance();
        }
    }

    private static Optional<Duration> retryAfter(HttpResponse<?> response) {
        return response.headers()
                .firstValue("Retry-After")
                .map(String::strip)
                .filter(text -> text.matches("\\d{1,5}"))
                .map(text -> Duration.ofSeconds(Long.parseLong(text)));
    }

    static String encoded(List<Parameter> parameters) {
        return parameters.stream()
                .map(each -> encoded(each.name()) + "=" + encoded(each.value()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    static List<Parameter> parameters(Map<String, String> named) {
        return named.entrySet().stream()
                .map(each -> new Parameter(each.getKey(), each.getValue()))
                .toList();
    }
}
