package io.offhook.simulator;

import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

/// Signed requests to the application: 5 s to connect, two attempts, 15 s in all, unless the address's fragment says
/// otherwise (Twilio's page "Webhook connection overrides"). Wall-clock time: the server under test is not scaled.
/// Nothing here fails a future: what went wrong is a `Failed` with Twilio's code.
final class Webhooks {
    sealed interface Result {
        record Got(int status, String contentType, Buffer body, String url, Optional<String> location)
                implements Result {
            boolean ok() {
                return status >= 200 && status < 300;
            }
        }

        record Failed(int code, String text) implements Result {}
    }

    /// How to sign: properly, wrongly, or not at all.
    enum Signing {
        RIGHT,
        WRONG,
        NONE
    }

    private record Limits(long connectMs, long readMs, long totalMs, int retries, Set<String> retryOn) {
        static Limits of(String url) {
            int hash = url.indexOf('#');
            Map<String, String> overrides = hash < 0
                    ? Map.of()
                    : List.of(url.substring(hash + 1).split("&", -1)).stream()
                            .map(pair -> pair.split("=", 2))
                            .filter(pair -> pair.length == 2)
                            .collect(Collectors.toMap(pair -> pair[0], pair -> pair[1], (a, b) -> b));
            return new Limits(
                    number(overrides, "ct", 5_000, 100, 10_000),
                    number(overrides, "rt", 15_000, 100, 15_000),
                    number(overrides, "tt", 15_000, 100, 15_000),
                    (int) number(overrides, "rc", 1, 0, 5),
                    Set.of(overrides.getOrDefault("rp", "ct").split(",", -1)));
        }

        private static long number(Map<String, String> in, String key, long otherwise, long least, long most) {
            var text = in.getOrDefault(key, "");
            return text.matches("\\d{1,6}") ? Math.clamp(Long.parseLong(text), least, most) : otherwise;
        }

        boolean retries(String kind) {
            return !kind.equals("never") && (retryOn.contains(kind) || retryOn.contains("all"));
        }
    }

    /// What is left of the time for one logical request, with all its attempts, connecting included.
    private record Budget(Limits limits, long sinceNanos) {
        long leftMs() {
            return limits.totalMs() - (System.nanoTime() - sinceNanos) / 1_000_000;
        }

        long connectMs() {
            return Math.clamp(leftMs(), 1, limits.connectMs());
        }

        long readMs() {
            return Math.clamp(leftMs(), 1, limits.readMs());
        }
    }

    /// One logical request through its retries and redirects.
    private record Request(String method, String url, Map<String, String> form, Signing signing, String token) {
        boolean get() {
            return method.equalsIgnoreCase("GET");
        }

        /// Twilio follows redirects; all but 307 and 308 turn into a GET without the form.
        Request redirected(int status, String to) {
            return status == 307 || status == 308
                    ? new Request(method, to, form, signing, token)
                    : new Request("GET", to, Map.of(), signing, token);
        }
    }

    private static final int MAX_REDIRECTS = 5;

    private final HttpClient client;
    private final CarrierSignature signature;
    private final List<Reach> reaches;

    Webhooks(HttpClient client, CarrierSignature signature, List<Reach> reaches) {
        this.client = client;
        this.signature = signature;
        this.reaches = reaches;
    }

    CompletableFuture<Result> send(String method, String url, Map<String, String> form, Signing signing) {
        return send(method, url, form, signing, UUID.randomUUID().toString());
    }

    CompletableFuture<Result> send(String method, String url, Map<String, String> form, Signing signing, String token) {
        var limits = Limits.of(url);
        var budget = new Budget(limits, System.nanoTime());
        return attempt(new Request(method, url, form, signing, token), budget, limits.retries(), MAX_REDIRECTS)
                .toCompletionStage()
                .toCompletableFuture();
    }

    private Future<Result> attempt(Request request, Budget budget, int retries, int redirects) {
        return once(request, budget).compose(result -> {
            if (retries > 0 && budget.limits().retries(kind(result)) && budget.leftMs() > 0) {
                return attempt(request, budget, retries - 1, redirects);
            }
            if (result instanceof Result.Got got && got.location().isPresent()) {
                return redirects == 0
                        ? Future.succeededFuture(new Result.Failed(11215, "too many redirects"))
                        : attempt(
                                request.redirected(got.status(), got.location().get()), budget, retries, redirects - 1);
            }
            return Future.succeededFuture(result);
        });
    }

    private Future<Result> once(Request request, Budget budget) {
        var bare = CarrierSignature.withoutFragment(request.url());
        var form = encoded(request.form());
        var address = request.get() && !form.isEmpty() ? bare + (bare.contains("?") ? "&" : "?") + form : bare;
        var options = new RequestOptions()
                .setMethod(request.get() ? HttpMethod.GET : HttpMethod.POST)
                .setConnectTimeout(budget.connectMs());
        try {
            Reach.fill(options, address, reaches);
        } catch (IllegalArgumentException e) {
            return Future.succeededFuture(new Result.Failed(11100, "invalid URL: " + request.url()));
        }
        options.putHeader("I-Twilio-Idempotency-Token", request.token())
                .putHeader("User-Agent", "TwilioProxy/1.1")
                .putHeader("Accept", "*/*");
        if (request.signing() != Signing.NONE) {
            var signed = signature.sign(address, request.get() ? Map.of() : request.form());
            boolean right = request.signing() == Signing.RIGHT;
            options.putHeader(CarrierSignature.HEADER, right ? signed : "AAAA" + signed.substring(4));
        }
        if (!request.get()) {
            options.putHeader("Content-Type", "application/x-www-form-urlencoded; charset=UTF-8");
        }
        var connected = client.request(options);
        return connected
                .compose(open -> (request.get() ? open.send() : open.send(Buffer.buffer(form)))
                        .compose(response -> read(response, bare))
                        .timeout(budget.readMs(), TimeUnit.MILLISECONDS)
                        .onFailure(_ -> open.reset()))
                .recover(cause -> Future.succeededFuture(
                        connected.succeeded()
                                ? new Result.Failed(11200, "retrieval failure: " + cause)
                                : new Result.Failed(11205, "connection failure: " + cause)));
    }

    private static Future<Result> read(HttpClientResponse response, String url) {
        var location = response.statusCode() >= 300 && response.statusCode() < 400
                ? Optional.ofNullable(response.getHeader("Location"))
                        .map(to -> URI.create(url).resolve(to).toString())
                : Optional.<String>empty();
        var type = Optional.ofNullable(response.getHeader("Content-Type")).orElse("");
        return response.body().map(body -> new Result.Got(response.statusCode(), type, body, url, location));
    }

    /// The word of the retry policy that covers this result.
    private static String kind(Result result) {
        return switch (result) {
            case Result.Failed(int code, var _) when code == 11205 -> "ct";
            case Result.Failed(int code, var _) when code == 11200 -> "rt";
            case Result.Failed _ -> "never";
            case Result.Got got when got.status() >= 500 -> "5xx";
            case Result.Got got when got.status() >= 400 -> "4xx";
            case Result.Got _ -> "never";
        };
    }

    static String encoded(Map<String, String> form) {
        return form.entrySet().stream()
                .map(each -> URLEncoder.encode(each.getKey(), StandardCharsets.UTF_8) + "="
                        + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
                .collect(Collectors.joining("&"));
    }
}
