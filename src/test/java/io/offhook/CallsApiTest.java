package io.offhook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Identity;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.Story;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.config.Secret;
import io.offhook.store.Fact;
import io.offhook.store.jdbc.JdbcCallLog;
import io.offhook.store.jdbc.TestSqlite;
import io.vertx.core.Vertx;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/// What programs may rely on.
@Timeout(300)
class CallsApiTest {
    private static final String TOKEN = "0123456789abcdef-admin";
    private static final CallId CALL = new CallId("CA0123456789abcdef");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");

    @TempDir
    Path folder;

    private final Vertx vertx = Vertx.vertx();
    private final HttpClient http = HttpClient.newHttpClient();
    private final AtomicReference<Instant> now = new AtomicReference<>(NOON);
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();
    private JdbcCallLog store;
    private int port;

    @BeforeEach
    void open() {
        store = JdbcCallLog.open(TestSqlite.url(folder));
        port = serve(Runnable::run);
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void close() {
        logger().detachAppender(log);
        vertx.close().toCompletionStage().toCompletableFuture().join();
        store.close();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger(CallsApi.class);
    }

    private int serve(Executor workers) {
        var router = Router.router(vertx);
        new CallsApi(store, new Secret(TOKEN), workers, now::get).mount(router);
        return vertx.createHttpServer()
                .requestHandler(router)
                .listen(0, "127.0.0.1")
                .toCompletionStage()
                .toCompletableFuture()
                .join()
                .actualPort();
    }

    private HttpRequest request(String id, String authorization) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/calls/" + id))
                .header("Authorization", authorization)
                .timeout(Duration.ofSeconds(60))
                .build();
    }

    private HttpResponse<String> get(String id, String authorization) throws IOException, InterruptedException {
        return http.send(request(id, authorization), HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String id) throws IOException, InterruptedException {
        return get(id, "Bearer " + TOKEN);
    }

    private List<String> logged() {
        return log.list.stream()
                .map(event -> event.getFormattedMessage() + " " + event.getKeyValuePairs())
                .toList();
    }

    private void storeACall() {
        var caller = Optional.of(new PhoneNumber("+14155550123"));
        var said = new Turn(Turn.Speaker.CALLER, "item-1", "Where is my order?", false, NOON.plusSeconds(2));
        store.append(List.of(
                new Fact.Started(CALL, NOON, "acme", caller, Optional.of(new PhoneNumber("+18005550199")), ""),
                new Fact.Said(CALL, NOON.plusSeconds(2), 0, said),
                new Fact.ToolRan(
                        CALL,
                        NOON.plusSeconds(3),
                        new ToolRequest("r1", "lookup", "{\"order\":\"AB7492\"}"),
                        new ToolOutcome("{\"status\":\"shipped\"}", ToolOutcome.OK, Duration.ofMillis(12), false)),
                new Fact.Happened(CALL, NOON.plusSeconds(4), 0, "barge_in", "{}"),
                charged("reply-1", Optional.of("0.25")),
                charged("reply-2", Optional.of("0.5")),
                charged("other-0", Optional.empty()),
                new Fact.HandedOff(
                        CALL,
                        NOON.plusSeconds(5),
                        new Handoff(
                                CALL,
                                new HandoffCause.CallerPressedZero(),
                                "a reason",
                                "a summary",
                                Handoff.Urgency.HIGH, "default",
                                caller,
                                "en",
                                List.of(said),
                                NOON.plusSeconds(5),
                                new Story(
                                        Story.Mood.UPSET,
                                        Optional.of("Dana"),
                                        List.of("delivery"),
                                        "Wants to know where order AB7492 is.",
                                        Story.SummarySource.ENGINE,
                                        Map.of("status", "shipped"),
                                        List.of("order AB7492 looked up"),
                                        List.of("It comes tomorrow."),
                                        List.of("the order's number (AB7492)"),
                                        "Hi Dana, I can see it's about the delivery.",
                                        Map.of("tier", "gold"),
                                        Map.of("month", "February")))
                                .with(new Identity(true, "A"))),
                new Fact.RouteStepped(CALL, NOON.plusSeconds(9), 0, "number", Optional.of(Route.Result.ACCEPTED)),
                new Fact.PhaseChanged(CALL, NOON.plusSeconds(10), "ended"),
                new Fact.Ended(
                        CALL,
                        NOON.plusSeconds(10),
                        new Disposition(Disposition.Outcome.TRANSFERRED, "key_zero"))));
    }

    private static Fact charged(String key, Optional<String> dollars) {
        return new Fact.Charged(
                CALL,
                NOON.plusSeconds(4),
                key,
                new Usage("a-model", 1, 2, 3, 4, 5, 6),
                dollars.map(amount -> new Money("USD", new BigDecimal(amount))));
    }

    @Test
    void a_stored_call_is_given_out_whole() throws Exception {
        storeACall();

        var answer = get(CALL.value());

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("Cache-Control")).contains("no-store");
        assertThat(JsonMapper.shared().readTree(answer.body())).isEqualTo(JsonMapper.shared().readTree("""
                {"schema": "offhook.call/1", "id": "CA0123456789abcdef", "agent": "acme",
                 "from": "+14155550123", "to": "+18005550199", "phase": "ended",
                 "started_at": "2026-11-23T12:00:00Z", "ended_at": "2026-11-23T12:00:10Z",
                 "outcome": "transferred", "reason": "key_zero",
                 "turns": [{"speaker": "caller", "text": "Where is my order?", "cut": false,
                            "at": "2026-11-23T12:00:02Z"}],
                 "tools": [{"name": "lookup", "arguments": "{\\"order\\":\\"AB7492\\"}",
                            "answer": "{\\"status\\":\\"shipped\\"}", "result": "ok", "ms": 12}],
                 "timeline": [{"at": "2026-11-23T12:00:04Z", "kind": "barge_in"}],
                 "route": [{"step": 0, "destination": "number", "result": "accepted"}],
                 "cost": {"USD": 0.75},
                 "handoff": {"cause": "caller_pressed_zero", "reason": "a reason", "summary": "a summary", "urgency": "high",
                             "language": "en", "verified": true, "attestation": "A",
                             "story": {"summary": "Wants to know where order AB7492 is.", "by": "engine", "mood": "upset",
                                       "name": "Dana", "customer": {"tier": "gold"}, "topics": ["delivery"],
                                       "facts": {"status": "shipped"}, "mentioned": {"month": "February"},
                                       "done": ["order AB7492 looked up"],
                                       "promised": ["It comes tomorrow."],
                                       "do_not_ask": ["the order's number (AB7492)"],
                                       "opening": "Hi Dana, I can see it's about the delivery."}}}
                """));
    }

    @Test
    void every_look_is_logged_with_its_source_and_without_the_calls_name() throws Exception {
        storeACall();

        get(CALL.value());
        get("CAunknown");

        assertThat(logged())
                .hasSize(2)
                .allMatch(line -> line.startsWith("transcript read") && line.contains("source=\"127.0.0.1\""))
                .anyMatch(line -> line.contains("status=\"200\""))
                .anyMatch(line -> line.contains("status=\"404\""))
                .noneMatch(line -> line.contains(CALL.value()) || line.contains("CAunknown"));
    }

    @Test
    void an_unknown_call_and_a_name_that_is_none_are_not_found() throws Exception {
        assertThat(get("CAunknown").statusCode()).isEqualTo(404);
        assertThat(get("not%20a%20name").statusCode()).isEqualTo(404);
    }

    @Test
    void wrong_tokens_are_refused_and_soon_not_even_heard() throws Exception {
        var answers = new ArrayList<Integer>();
        for (int i = 0; i < 12; i++) {
            answers.add(get("CA1", "Bearer wrong-" + i).statusCode());
        }
        var right = get("CA1");
        now.set(NOON.plusSeconds(61));
        var later = get("CA1");

        assertThat(answers.subList(0, 10)).containsOnly(401);
        assertThat(answers.subList(10, 12)).containsOnly(429);
        assertThat(right.statusCode()).isEqualTo(429);
        assertThat(right.headers().firstValue("Retry-After")).contains("61");
        assertThat(later.statusCode()).isEqualTo(404);
        assertThat(logged()).filteredOn(line -> line.startsWith("wrong admin token")).hasSize(10);
    }

    @Test
    void more_than_four_look_ups_at_a_time_are_sent_away() throws Exception {
        var waiting = new ConcurrentLinkedQueue<Runnable>();
        port = serve(waiting::add);
        var running = new ArrayList<CompletableFuture<HttpResponse<String>>>();
        for (int i = 0; i < 4; i++) {
            running.add(http.sendAsync(request("CA" + i, "Bearer " + TOKEN), HttpResponse.BodyHandlers.ofString()));
        }
        await().until(() -> waiting.size() == 4);

        var fifth = get("CA5");
        waiting.forEach(Runnable::run);

        assertThat(fifth.statusCode()).isEqualTo(503);
        assertThat(running).allSatisfy(answer -> assertThat(answer.join().statusCode()).isEqualTo(404));
    }

    @Test
    void a_store_that_fails_is_answered_for() throws Exception {
        store.close();

        var answer = get("CA1");

        assertThat(answer.statusCode()).isIn(500, 503);
        assertThat(answer.body()).contains("error").doesNotContain("Exception", folder.toString());
    }
}
