package io.offhook.simulator;

import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerRequest;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.regex.Pattern;

/// Twilio's REST API, on loopback: reads a call, moves or ends it, gives a recording; [CarrierResources] has the
/// rest.
final class CarrierRest {
    private static final Pattern CALL = Pattern.compile("/2010-04-01/Accounts/(AC\\w+)/Calls/(\\w+)\\.json");
    private static final Pattern RECORDING =
            Pattern.compile("/2010-04-01/Accounts/(AC\\w+)/Recordings/(\\w+)(\\.wav)?");
    private static final int MAX_TWIML = 4_000;

    private final SimulatedCarrier carrier;
    private final HttpServer server;
    private final CarrierResources resources;
    private final Deque<RestFailure> failures = new ConcurrentLinkedDeque<>();

    private CarrierRest(SimulatedCarrier carrier, HttpServer server) {
        this.carrier = carrier;
        resources = new CarrierResources(carrier);
        this.server = server;
    }

    static CarrierRest start(SimulatedCarrier carrier, Vertx vertx, int port) {
        var server = vertx.createHttpServer();
        var rest = new CarrierRest(carrier, server);
        server.requestHandler(rest::handle);
        var _ = server.listen(port, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join();
        return rest;
    }

    URI url() {
        return URI.create("http://127.0.0.1:" + server.actualPort());
    }

    void fail(RestFailure failure, int times) {
        for (int i = 0; i < times; i++) {
            failures.add(failure);
        }
    }

    void close() {
        var _ = server.close();
    }

    private void handle(HttpServerRequest request) {
        request.setExpectMultipart(HttpMethod.POST.equals(request.method()) && CarrierResources.holdsForm(request));
        request.endHandler(_ -> {
            try {
                answer(request);
            } catch (RuntimeException e) {
                error(request, 500, 20500, "An internal server error has occurred");
            }
        });
    }

    private void answer(HttpServerRequest request) {
        var failure = failures.pollFirst();
        if (failure == RestFailure.HANG) {
            return;
        }
        if (failure == RestFailure.CUT) {
            var _ = request.connection().close();
            return;
        }
        if (failure != null) {
            error(request, failure.status(), failure.code(), failure.message());
            return;
        }
        var user = authenticated(request);
        if (user.isEmpty()) {
            error(request, 401, 20003, "Authenticate");
            return;
        }
        try {
            var found = resources.answer(request, user.get());
            if (found.isPresent()) {
                var json = found.get().json();
                reply(request, found.get().status(), json.isMissingNode() ? "" : json.toString());
                return;
            }
        } catch (CarrierRefusal refusal) {
            error(request, refusal.status(), refusal.code(), refusal.text());
            return;
        }
        var recording = RECORDING.matcher(request.path());
        if (recording.matches() && recording.group(1).equals(carrier.accountSid())) {
            carrier.recording(recording.group(2))
                    .ifPresentOrElse(
                            clip -> request.response()
                                    .putHeader("Content-Type", "audio/x-wav")
                                    .end(Buffer.buffer(WavFile.mono(MuLaw.decode(clip.muLaw()))
                                            .toBytes())),
                            () -> notFound(request));
            return;
        }
        var path = CALL.matcher(request.path());
        var call = path.matches() && path.group(1).equals(carrier.accountSid())
                ? carrier.call(path.group(2))
                : Optional.<SimulatedCall>empty();
        if (call.isEmpty()) {
            notFound(request);
        } else if (HttpMethod.POST.equals(request.method())) {
            update(request, call.get());
        } else {
            reply(request, 200, RestJson.call(call.get()).toString());
        }
    }

    /// The user whose password is right.
    private Optional<String> authenticated(HttpServerRequest request) {
        var header = Optional.ofNullable(request.getHeader("Authorization")).orElse("");
        if (!header.startsWith("Basic ")) {
            return Optional.empty();
        }
        try {
            var pair = new String(Base64.getDecoder().decode(header.substring(6).strip()), StandardCharsets.UTF_8);
            int colon = pair.indexOf(':');
            return colon > 0 && carrier.knows(pair.substring(0, colon), pair.substring(colon + 1))
                    ? Optional.of(pair.substring(0, colon))
                    : Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    private void update(HttpServerRequest request, SimulatedCall call) {
        var form = request.formAttributes();
        var status = value(form, "Status");
        var twiml = value(form, "Twiml");
        var url = value(form, "Url");
        if (twiml.isPresent() && url.isPresent()) {
            error(request, 400, 21218, "Url and Twiml exclude each other");
        } else if (twiml.filter(text -> text.length() > MAX_TWIML).isPresent()) {
            call.notice(32018, "Twiml parameter above 4,000 characters");
            error(request, 400, 32018, "Twiml parameter above 4,000 characters");
        } else if (url.isPresent() && !url.get().matches("(?i)https?://[^\\s]+")) {
            error(request, 400, 21205, "Url is not a valid URL");
        } else if (status.isPresent() && !status.get().matches("completed|canceled")) {
            error(request, 400, 20001, "Status must be completed or canceled");
        } else if (over(call) || (status.filter("canceled"::equals).isPresent() && call.pickedUp())) {
            error(request, 400, 21220, "Unable to update record. Call is not in-progress. Cannot redirect.");
        } else {
            Map<String, String> given = new LinkedHashMap<>();
            form.forEach(each -> given.put(each.getKey(), each.getValue()));
            call.step(at -> new CallStep.RestUpdated(at, given));
            twiml.ifPresent(text -> redirect(call, new TwimlSource.Inline(text)));
            url.ifPresent(to ->
                    redirect(call, new TwimlSource.At(to, value(form, "Method").orElse("POST"))));
            status.ifPresent(_ -> call.line().interrupt(new Line.Break.HungUp(EndReason.ENDED_BY_REST)));
            reply(request, 200, RestJson.call(call).toString());
        }
    }

    private static boolean over(SimulatedCall call) {
        return call.line().hungUp()
                || !(call.status().equals("ringing") || call.status().equals("in-progress"));
    }

    private static void redirect(SimulatedCall call, TwimlSource to) {
        call.line().interrupt(new Line.Break.Redirected(to));
    }

    private static Optional<String> value(MultiMap form, String name) {
        return Optional.ofNullable(form.get(name)).filter(text -> !text.isEmpty());
    }

    private static void notFound(HttpServerRequest request) {
        error(request, 404, 20404, "The requested resource " + request.path() + " was not found");
    }

    private static void error(HttpServerRequest request, int status, int code, String message) {
        if (status == 429) {
            request.response().putHeader("Retry-After", "1");
        }
        reply(request, status, RestJson.error(status, code, message).toString());
    }

    private static void reply(HttpServerRequest request, int status, String json) {
        var _ = request.response()
                .setStatusCode(status)
                .putHeader("Content-Type", "application/json")
                .end(json);
    }
}
