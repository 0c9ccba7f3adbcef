package io.offhook;

import io.offhook.call.CallId;
import io.offhook.config.Secret;
import io.offhook.store.StoreException;
import io.offhook.store.StoredCall;
import io.offhook.store.jdbc.JdbcCallLog;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import tools.jackson.databind.json.JsonMapper;

/// Stored calls for programs: `GET /api/calls/{CallSid}`, with the admin token as bearer. Off without such a token.
final class CallsApi {
    private final JdbcCallLog store;
    private final Optional<Secret> token;
    private final Executor workers;

    CallsApi(JdbcCallLog store, Optional<Secret> token, Executor workers) {
        this.store = store;
        this.token = token;
        this.workers = workers;
    }

    void mount(Router router) {
        router.get("/api/calls/:id").handler(this::call);
    }

    private void call(RoutingContext request) {
        if (!allowed(request)) {
            request.response()
                    .setStatusCode(401)
                    .putHeader("WWW-Authenticate", "Bearer")
                    .end();
            return;
        }
        var context = request.vertx().getOrCreateContext();
        workers.execute(() -> {
            var answer = answer(Optional.ofNullable(request.pathParam("id")).orElse(""));
            context.runOnContext(_ -> request.response()
                    .setStatusCode(answer.status())
                    .putHeader("Content-Type", "application/json")
                    .putHeader("Cache-Control", "no-store")
                    .putHeader("X-Content-Type-Options", "nosniff")
                    .end(answer.body()));
        });
    }

    private record Answer(int status, String body) {}

    private Answer answer(String id) {
        try {
            return store.find(new CallId(id))
                    .map(call -> new Answer(200, JsonMapper.shared().writeValueAsString(body(call))))
                    .orElse(new Answer(404, "{\"error\":\"no such call\"}"));
        } catch (IllegalArgumentException e) {
            return new Answer(404, "{\"error\":\"no such call\"}");
        } catch (StoreException e) {
            return new Answer(503, "{\"error\":\"the store does not answer\"}");
        }
    }

    private Map<String, Object> body(StoredCall call) {
        var id = call.id();
        var body = new LinkedHashMap<String, Object>();
        body.put("schema", "offhook.call/1");
        body.put("id", id.value());
        body.put("agent", call.agent());
        call.from().ifPresent(number -> body.put("from", number.e164()));
        call.to().ifPresent(number -> body.put("to", number.e164()));
        body.put("phase", call.phase());
        body.put("started_at", call.startedAt().toString());
        call.endedAt().ifPresent(at -> body.put("ended_at", at.toString()));
        call.disposition().ifPresent(end -> {
            body.put("outcome", end.outcome().slug());
            body.put("reason", end.reason());
        });
        body.put(
                "turns",
                store.turns(id).stream()
                        .map(turn -> Map.of(
                                "speaker", turn.speaker().name().toLowerCase(Locale.ROOT),
                                "text", turn.text(),
                                "cut", turn.cut(),
                                "at", turn.at().toString()))
                        .toList());
        body.put(
                "tools",
                store.toolRuns(id).stream()
                        .map(run -> Map.of(
                                "name", run.request().name(),
                                "arguments", run.request().arguments(),
                                "answer", run.outcome().answer(),
                                "result", run.outcome().result(),
                                "ms", run.outcome().took().toMillis()))
                        .toList());
        body.put(
                "timeline",
                store.timeline(id).stream()
                        .map(entry -> Map.of("at", entry.at().toString(), "kind", entry.kind()))
                        .toList());
        body.put(
                "route",
                store.route(id).stream()
                        .map(step -> Map.of(
                                "step", step.step(),
                                "destination", step.destination(),
                                "result", step.result().map(r -> r.slug()).orElse("")))
                        .toList());
        store.handoff(id)
                .ifPresent(handoff -> body.put(
                        "handoff",
                        Map.of(
                                "cause", handoff.cause().slug(),
                                "reason", handoff.reason(),
                                "summary", handoff.summary(),
                                "urgency", handoff.urgency().name().toLowerCase(Locale.ROOT))));
        return body;
    }

    private boolean allowed(RoutingContext request) {
        var given = Optional.ofNullable(request.request().getHeader("Authorization")).orElse("");
        return token.filter(secret -> MessageDigest.isEqual(
                        ("Bearer " + secret.reveal()).getBytes(StandardCharsets.UTF_8),
                        given.getBytes(StandardCharsets.UTF_8)))
                .isPresent();
    }
}
