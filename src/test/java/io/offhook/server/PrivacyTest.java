package io.offhook.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.SimulatedCall;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// `privacy.record.transcript: false`: nothing that anybody said is kept, and the human still gets all of it.
@Execution(ExecutionMode.CONCURRENT)
class PrivacyTest {
    private static final String WORKFLOW = "WW00000000000000000000000000000042";
    private static final String TOKEN = "an-administrator's-token";
    private static final List<String> WORDS = List.of("double", "AB7492", "charge", "shipped", "Hello");

    @Test
    void without_a_transcript_no_words_are_stored_and_the_human_gets_them_all() throws Exception {
        try (var server = TestServer.plan()
                .privacy("{ disclose: none, record: { transcript: false } }")
                .set("OFFHOOK_ADMIN_TOKEN", TOKEN)
                .agent("tools: { lookup: { sql: \"select 'shipped' as status, :order as number\","
                        + " params: { order: its name } } }")
                .workflow(WORKFLOW)
                .start()) {
            server.script
                    .calls("lookup", "{\"order\":\"AB7492\"}")
                    .says("It was shipped.")
                    .calls("escalate_to_human", "{\"reason\":\"double charge\",\"summary\":\"A charge for AB7492\"}");
            var call = server.ringAndGreet();
            server.says("Where is AB7492?");
            server.hears(call, TestServer.GREETING, "It was shipped.");

            server.says("There is a double charge.");

            var enqueued = call.await(CallStep.Enqueued.class, TestServer.PATIENCE).orElseThrow();
            assertThat(enqueued.attributes().orElseThrow()).contains("double charge", "A charge for AB7492");
            call.hangUp();
            call.awaitEnded(TestServer.PATIENCE);
            assertThat(server.handoff(call)).satisfies(handoff -> {
                assertThat(handoff.reason() + handoff.summary()).isEmpty();
                assertThat(handoff.transcript()).isEmpty();
            });
            assertThat(server.offhook.store().turns(new CallId(call.sid()))).isEmpty();
            assertThat(server.offhook.store().toolRuns(new CallId(call.sid())))
                    .isNotEmpty()
                    .allSatisfy(run -> assertThat(run.request().arguments()
                                    + run.outcome().answer())
                            .isEmpty());
            assertThat(api(server, call)).contains("\"lookup\"").doesNotContain(WORDS);
        }
    }

    private static String api(TestServer server, SimulatedCall call) throws Exception {
        try (var client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(URI.create(
                                            "http://127.0.0.1:" + server.offhook.port() + "/api/calls/" + call.sid()))
                                    .header("Authorization", "Bearer " + TOKEN)
                                    .timeout(Duration.ofSeconds(5))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .body();
        }
    }
}
