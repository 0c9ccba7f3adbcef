package io.offhook;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.config.Secret;
import io.offhook.desk.Throttle;
import io.offhook.outbox.StoryJson;
import io.offhook.store.StoreException;
import io.offhook.store.StoredCall;
import io.offhook.store.jdbc.JdbcCallLog;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// Stored calls for programs: `GET /api/calls/{CallSid}`, with the admin token as bearer. Mounted only when there is such
/// a token. Every look at a transcript is logged, wrong tokens are throttled, and a few look-ups run at a time.
final class CallsApi {
    private static final Logger log = LoggerFactory.getLogger(CallsApi.class);
    private static final int WRONG_TOKENS_A_MINUTE = 10;
    private static final int LOOKUPS_AT_A_TIME = 4;
    private static final int REPORTED_FRAMES = 10;

    private final JdbcCallLog store;
    private final byte[] bearer;
    private final Executor workers;
    private final Throttle throttle;
    private final Semaphore lookups = new Semaphore(LOOKUPS_AT_A_TIME);

    CallsApi(JdbcCallLog store, Secret token, Executor workers, InstantSource clock) {
        this.store = store;
        this.bearer = ("Bearer " + token.reveal()).getBytes(StandardCharsets.UTF_8);
        this.workers = workers;
        this.throttle = new Throttle(WRONG_TOKENS_A_MINUTE, clock);
    }

    void mount(Router router) {
        router.get("/api/calls/:id").handler(this::call);
    }

    private record Answer(int status, String body) {
        static Answer error(int status, String error) {
            return new Answer(status, "{\"error\":\"" + error + "\"}");
        }
    }

    private void call(RoutingContext request) {
        var source = request.request().remoteAddress().hostAddress();
        var wait = throttle.wait(source);
        if (wait.isPresent()) {
            request.response().putHeader("Retry-After", Long.toString(wait.get().toSeconds() + 1));
            send(request, Answer.error(429, "too many wrong tokens"));
        } else if (!allowed(request)) {
            throttle.wrong(source);
            log.atWarn().addKeyValue("source", source).log("wrong admin token");
            request.response().putHeader("WWW-Authenticate", "Bearer");
            send(request, Answer.error(401, "the admin token is missing or wrong"));
        } else if (!lookups.tryAcquire()) {
            request.response().putHeader("Retry-After", "1");
            send(request, Answer.error(503, "too many look-ups at a time"));
        } else {
            lookUp(request, source);
        }
    }

    private void lookUp(RoutingContext request, String source) {
        var context = request.vertx().getOrCreateContext();
        var id = Optional.ofNullable(request.pathParam("id")).orElse("");
        workers.execute(() -> {
            Answer answer;
            try {
                answer = answer(id);
            } finally {
                lookups.release();
            }
            log.atInfo()
                    .addKeyValue("call_hash", hash(id))
                    .addKeyValue("source", source)
                    .addKeyValue("status", answer.status())
                    .log("transcript read");
            context.runOnContext(_ -> send(request, answer));
        });
    }

    private static void send(RoutingContext request, Answer answer) {
        request.response()
                .setStatusCode(answer.status())
                .putHeader("Content-Type", "application/json")
                .putHeader("Cache-Control", "no-store")
                .putHeader("X-Content-Type-Options", "nosniff")
                .end(answer.body());
    }

    private Answer answer(String text) {
        CallId id;
        try {
            id = new CallId(text);
        } catch (IllegalArgumentException e) {
            return Answer.error(404, "no such call");
        }
        try {
            return store.find(id)
                    .map(call -> new Answer(200, JsonMapper.shared().writeValueAsString(body(call))))
                    .orElse(Answer.error(404, "no such call"));
        } catch (StoreException e) {
            return Answer.error(503, "the store does not answer");
        } catch (RuntimeException e) {
            return fault(e);
        }
    }

    /// Without the exception's message: it may quote what was read.
    private static Answer fault(RuntimeException bug) {
        var reference = UUID.randomUUID().toString().substring(0, 8);
        log.atError()
                .addKeyValue("reference", reference)
                .addKeyValue("error", bug.getClass().getName())
                .addKeyValue(
                        "at",
                        Arrays.stream(bug.getStackTrace())
                                .limit(REPORTED_FRAMES)
                                .map(StackTraceElement::toString)
                                .collect(Collectors.joining(" < ")))
                .log("a stored call could not be given out");
        return new Answer(500, "{\"error\":\"unexpected fault\",\"reference\":\"" + reference + "\"}");
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
        var charged = store.bill(id).amounts();
        if (!charged.isEmpty()) {
            body.put("cost", new TreeMap<>(charged));
        }
        store.handoff(id).ifPresent(handoff -> body.put("handoff", handoff(handoff)));
        return body;
    }

    private static Map<String, Object> handoff(Handoff handoff) {
        var map = new LinkedHashMap<String, Object>();
        map.put("cause", handoff.cause().slug());
        map.put("reason", handoff.reason());
        map.put("summary", handoff.summary());
        map.put("urgency", handoff.urgency().name().toLowerCase(Locale.ROOT));
        map.put("language", handoff.language());
        map.put("verified", handoff.identity().verified());
        if (!handoff.identity().attestation().isEmpty()) {
            map.put("attestation", handoff.identity().attestation());
        }
        if (!handoff.story().summary().isBlank()) {
            map.put("story", StoryJson.of(handoff.story(), UnaryOperator.identity()));
        }
        return map;
    }

    private boolean allowed(RoutingContext request) {
        var given = Optional.ofNullable(request.request().getHeader("Authorization")).orElse("");
        return MessageDigest.isEqual(bearer, given.getBytes(StandardCharsets.UTF_8));
    }

    /// Tells equal calls in the log of look-ups without naming them.
    private static String hash(String id) {
        try {
            var digest = MessageDigest.getInstance("SHA-256").digest(id.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 6);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
