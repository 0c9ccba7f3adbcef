package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.CarrierFault.Junk;
import io.offhook.simulator.EngineFault;
import io.offhook.simulator.SimulatedCall;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Isolated;
import org.slf4j.LoggerFactory;

/// Whatever happens on a dozen calls, neither the log nor the metrics hold a word, a number, a key or a secret of them.
@Isolated
class SilenceInPublicTest {
    private static final String CALLER_WORDS = "My zebra ordered seventeen marmalades under Xylander";
    private static final String AGENT_WORDS = "Your quokka parcel left Timbuktu";
    private static final String TOOL_WORDS = "wolverine";
    private static final String SUMMARY = "Caller Xylander misses marmalades";
    private static final List<String> WORDS =
            List.of("zebra", "seventeen", "marmalade", "xylander", "quokka", "timbuktu", TOOL_WORDS, "misses");

    private final HttpServer orders = TestServer.vertx()
            .createHttpServer()
            .requestHandler(request -> request.response()
                    .setStatusCode(request.path().contains("zebra") ? 500 : 200)
                    .end("{\"animal\":\"" + TOOL_WORDS + " for " + TestServer.CALLER + "\""))
            .listen(0, "127.0.0.1")
            .await();

    private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    private final Level usual = root.getLevel();

    @BeforeEach
    void hear_every_logger() {
        root.setLevel(Level.INFO);
    }

    @AfterEach
    void stop() {
        root.setLevel(usual);
        orders.close().await();
    }

    @Test
    void the_log_and_the_metrics_hold_no_word_no_number_and_no_secret_of_any_call() {
        var tokens = new ArrayList<String>();
        try (var server = TestServer.plan().agent("""
                tools:
                  lookup:
                    about: Look up an order
                    params: { order: { about: "its name", pattern: "[a-z]{1,10}" } }
                    http: GET http://127.0.0.1:%d/orders/{order}?from={caller.number}
                    timeout: 500ms
                """.formatted(orders.actualPort())).start()) {
            var calls = new ArrayList<SimulatedCall>();
            calls.add(talk(server));
            calls.add(handOver(server));
            calls.add(junk(server));
            calls.add(loseTheEngine(server));
            calls.add(forge(server, calls.getFirst()));
            calls.add(neverHeardOf(server));

            for (var call : calls) {
                call.hangUp();
                call.awaitEnded(PATIENCE);
                tokens.addAll(call.streamParameters().values());
            }
            server.offhook.flush(PATIENCE);
            var metrics = Webhook.get(server.offhook.port(), "/metrics").body();
            assertThat(metrics).isNotEmpty();
            assertThat(server.log()).isNotEmpty();
            holdsNothing(metrics, calls, tokens);
            holdsNothing(String.join("\n", server.log()), List.of(), tokens);
        }
    }

    private static SimulatedCall talk(TestServer server) {
        server.script
                .calls("lookup", "{\"order\":\"zebra\"}")
                .calls("lookup", "{\"order\":\"SEVENTEEN MARMALADES\"}")
                .calls("lookup", "{\"order\":\"quokka")
                .calls("Xylander", "{\"zebra\":\"seventeen\"}")
                .says(AGENT_WORDS);
        var call = server.ringAndGreet();
        server.says(CALLER_WORDS);
        server.hears(call, GREETING, AGENT_WORDS);
        call.press('7');
        return call;
    }

    private static SimulatedCall handOver(TestServer server) {
        server.script.calls(
                "escalate_to_human", "{\"reason\":\"zebra\",\"summary\":\"" + SUMMARY + "\",\"to\":\"+14155550177\"}");
        var call = server.ringAndGreet();
        server.says(CALLER_WORDS);
        server.awaitPerson(call);
        return call;
    }

    private static SimulatedCall junk(TestServer server) {
        var at = Duration.ofMillis(200);
        var call = server.ringAndGreet(
                new Junk(Junk.Kind.NOT_JSON, at),
                new Junk(Junk.Kind.WRONG_TYPES, at),
                new CarrierFault.SecondStart(at),
                new CarrierFault.DtmfFlood('8', 200, at));
        var session = server.engine.latest().orElseThrow();
        session.sendRaw("{\"type\":\"zebra.event\",\"words\":\"" + CALLER_WORDS + "\"}");
        session.sendRaw("{\"type\":\"error\",\"event_id\":\"e\",\"error\":{\"type\":\"invalid_request_error\",\"code\":"
                + "\"marmalade\",\"message\":\"" + CALLER_WORDS + " " + TestServer.KEY + "\",\"param\":\"quokka\"}}");
        session.sendRaw(CALLER_WORDS);
        return call;
    }

    private static SimulatedCall loseTheEngine(TestServer server) {
        server.script.says(AGENT_WORDS);
        var call = server.ringAndGreet();
        server.engine.injectOnce(EngineFault.CUT_MID_ANSWER).inject(EngineFault.UNAUTHORIZED, 1);
        server.says(CALLER_WORDS);
        server.awaitPerson(call);
        return call;
    }

    private static SimulatedCall forge(TestServer server, SimulatedCall other) {
        var call = server.ring(new CarrierFault.ParametersReplaced(Map.of(
                "token", other.streamParameters().get("token"))));
        call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();
        var forged = server.ring(new CarrierFault.WrongSignature(CarrierFault.Where.WEBHOOKS));
        forged.awaitEnded(PATIENCE);
        return call;
    }

    private static SimulatedCall neverHeardOf(TestServer server) {
        server.engine.vanish();
        var call = server.ring();
        server.awaitPerson(call);
        await().atMost(PATIENCE).until(() -> !call.steps(CallStep.Bridged.class).isEmpty());
        server.engine.comeBack();
        return call;
    }

    private static void holdsNothing(String text, List<SimulatedCall> calls, List<String> tokens) {
        assertThat(text.toLowerCase(Locale.ROOT)).doesNotContain(WORDS);
        assertThat(text).doesNotContain(numbers()).doesNotContain(TestServer.KEY, TestServer.TOKEN, "Bearer");
        assertThat(tokens).isNotEmpty();
        assertThat(text).doesNotContain(tokens);
        // The log names calls, by a key of its own; metrics never do.
        calls.forEach(call -> assertThat(text).doesNotContain(call.sid()));
    }

    /// With and without the plus sign and the country, and by their last four digits.
    private static List<String> numbers() {
        return Stream.of(TestServer.CALLER, TestServer.PERSON, TestServer.NUMBER, "+14155550177")
                .flatMap(number -> Stream.of(number.substring(1), number.substring(2), number.substring(5)))
                .toList();
    }
}
