package io.offhook.server;

import static io.offhook.server.TestServer.CALLER;
import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Turn;
import io.offhook.crm.http.LocalCrm;
import io.offhook.crm.http.LocalCrm.Reply;
import io.offhook.crm.store.StoreCrm;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.jdbc.Database;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Who calls is found out while the phone rings, and nobody waits for it.
@Timeout(300)
@Execution(ExecutionMode.CONCURRENT)
class RecognitionTest {
    private static final String WORKFLOW = "WW00000000000000000000000000000042";
    private static final String NOTICE = "{ disclose: This call is handled by an AI assistant. }";
    private static final String BACK = "Welcome back, Dana!";
    private static final String DANA = "{\"id\":\"C-17\",\"first_name\":\"Dana\",\"tier\":\"gold\"}";

    @TempDir
    private Path folder;

    private static TestServer.Plan plan(LocalCrm crm) {
        return plan(crm, "400ms");
    }

    private static TestServer.Plan plan(LocalCrm crm, String timeout) {
        return TestServer.plan().agent("""
                caller:
                  lookup: GET %s/?phone={caller.number}
                  greeting: Welcome back, {caller.first_name}!
                  timeout: %s
                """.formatted(crm.origin(), timeout));
    }

    private static String instructions(TestServer server, int session) {
        return server.session(session).settings().toString();
    }

    /// Rings, and is known by the time that the stream opens: what callers are told first leaves time for it.
    private static SimulatedCall recognised(TestServer server) {
        int session = server.engine.sessions().size();
        var call = server.ring();
        await().atMost(PATIENCE).until(() -> !server.session(session).sent("session.updated").isEmpty());
        assertThat(instructions(server, session)).contains("Known about the caller");
        return call;
    }

    @Test
    void a_known_caller_is_greeted_by_name_and_the_model_knows_why() throws Exception {
        try (var crm = new LocalCrm(_ -> new Reply(200, DANA));
                var server = plan(crm, "5s")
                        .privacy(NOTICE)
                        .agent("tools: { find: 'GET %s/orders?of={caller.id}' }".formatted(crm.origin()))
                        .start()) {
            server.script.calls("find", "{}").says("There you are.");
            var call = recognised(server);

            server.hears(call, BACK);
            server.says("Where is my order?");
            server.hears(call, BACK, "There you are.");

            call.hangUp();
            call.awaitEnded(PATIENCE);
            await().atMost(PATIENCE).untilAsserted(() -> assertThat(said(server, call)).contains(BACK));
            assertThat(instructions(server, server.engine.sessions().size() - 1))
                    .contains("from our records, unverified", "gold")
                    .doesNotContain("C-17", CALLER);
            assertThat(crm.requests()).extracting(LocalCrm.Request::path).contains("/orders?of=C-17");
        }
    }

    private static List<String> said(TestServer server, SimulatedCall call) {
        server.stored(call);
        return server.offhook.store().turns(new CallId(call.sid())).stream()
                .map(Turn::text)
                .toList();
    }

    @Test
    void a_crm_that_is_down_costs_the_caller_nothing() throws Exception {
        try (var crm = new LocalCrm(_ -> new Reply(503, ""));
                var server = plan(crm, "5s").start()) {
            var call = server.ringAndGreet();

            await().atMost(PATIENCE).until(() -> server.happened(call).contains("crm_failed"));
            assertThat(server.offhook.metrics()).contains("crm_failed");
            assertThat(instructions(server, 0)).doesNotContain("Known about the caller");
        }
    }

    @Test
    void a_crm_that_is_slow_is_not_waited_for() throws Exception {
        var end = new CountDownLatch(1);
        try (var crm = new LocalCrm(_ -> {
                    end.await();
                    return new Reply(200, DANA);
                });
                var server = plan(crm).speed(1).start()) {
            var call = server.ring();

            assertThat(call.awaitHeard(TestServer.spoken(GREETING), PATIENCE)).isTrue();
            assertThat(call.timings().ringToFirstSound().orElseThrow())
                    .isLessThanOrEqualTo(server.soon(Duration.ofMillis(2_500)));
            await().atMost(PATIENCE).until(() -> server.happened(call).contains("crm_timeout"));
            end.countDown();
        }
    }

    @Test
    void an_answer_that_comes_late_reaches_the_agent_its_tools_and_the_human() throws Exception {
        var late = new CountDownLatch(1);
        try (var crm = new LocalCrm(request -> {
                    if (request.path().startsWith("/?")) {
                        late.await();
                    }
                    return new Reply(200, DANA);
                });
                var server = plan(crm).agent("tools: { find: 'GET %s/orders?of={caller.id}' }".formatted(crm.origin()))
                        .workflow(WORKFLOW)
                        .start()) {
            server.script.calls("find", "{}").says("There you are.");
            var call = server.ringAndGreet();
            await().atMost(PATIENCE)
                    .until(() -> server.happened(call).contains("crm_timeout") && server.allProven(call));
            int replies = server.session(0).responses().size();

            late.countDown();

            await().atMost(PATIENCE).until(() -> TestServer.remembered(server.session(0)).stream()
                    .anyMatch(item -> item.contains("Known about the caller") && item.contains("gold")));
            assertThat(server.session(0).responses()).as("the agent need not answer").hasSize(replies);
            server.says("Where is my order?");
            server.hears(call, GREETING, "There you are.");
            assertThat(crm.requests()).extracting(LocalCrm.Request::path).contains("/orders?of=C-17");
            call.press('0');
            var task = call.await(CallStep.Enqueued.class, PATIENCE).orElseThrow();
            assertThat(task.attributes().orElseThrow()).contains("\"tier\":\"gold\"", "\"id\":\"C-17\"");
            server.awaitHappened(call, "caller_known_late");
        }
    }

    @Test
    void a_call_is_filed_in_the_crm_though_it_was_down_while_the_phone_rang() throws Exception {
        var down = new AtomicBoolean(true);
        try (var crm = new LocalCrm(request -> down.get()
                        ? new Reply(503, "")
                        : new Reply(200, request.method().equals("GET") ? DANA : "{\"id\":\"T-1\"}"));
                var server = plan(crm).agent("  interaction: { http: POST %s/tickets, body: { who: '{caller.id}', how: '{outcome}' } }"
                                .formatted(crm.origin()))
                        .start()) {
            var call = server.ringAndGreet();
            await().atMost(PATIENCE).until(() -> server.happened(call).contains("crm_failed"));
            call.hangUp();
            call.awaitEnded(PATIENCE);

            down.set(false);

            await().atMost(PATIENCE).untilAsserted(() -> assertThat(crm.requests())
                    .filteredOn(request -> request.path().equals("/tickets"))
                    .singleElement()
                    .satisfies(request -> {
                        assertThat(request.key()).isEqualTo("call-" + call.sid());
                        assertThat(request.body()).isEqualTo("{\"who\":\"C-17\",\"how\":\"hung-up\"}");
                    }));
        }
    }

    @Test
    void a_caller_is_kept_for_the_next_hour_with_what_it_was_about() throws Exception {
        var url = "jdbc:sqlite:" + folder.resolve("offhook.db");
        try (var orders = new LocalCrm(_ -> new Reply(200, "{\"status\":\"shipped\"}"))) {
            try (var server = returning(url, orders);
                    var database = Database.open(url, Optional.empty(), Optional.empty())) {
                server.script.calls("order", "{\"order_number\":\"AB7492\"}").says("It has shipped.");
                var call = server.ringAndGreet();
                server.says("Where is my order?");
                server.hears(call, GREETING, "It has shipped.");
                call.hangUp();
                call.awaitEnded(PATIENCE);

                var memory = new StoreCrm(database.writer(), database.reader());
                await().atMost(PATIENCE)
                        .untilAsserted(() -> assertThat(memory.last(new PhoneNumber(CALLER), Instant.EPOCH))
                                .hasValueSatisfying(
                                        contact -> assertThat(contact.topic()).isEqualTo("order AB7492")));
            }

            try (var server = returning(url, orders)) {
                recognised(server);

                assertThat(instructions(server, 0)).contains("order AB7492");
            }
        }
    }

    private static TestServer returning(String url, LocalCrm orders) {
        return TestServer.plan()
                .set("OFFHOOK_JDBC_URL", url)
                .privacy(NOTICE)
                .agent("caller: { greeting: 'Is it about {caller.last_topic} again?', timeout: 5s }")
                .agent("tools: { order: 'GET %s/{order_number}' }".formatted(orders.origin()))
                .start();
    }
}
