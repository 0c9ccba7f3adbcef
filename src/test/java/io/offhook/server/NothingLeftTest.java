package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Move;
import io.offhook.simulator.SimulatedCall;
import io.vertx.core.http.HttpServer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Three seconds after a call, nothing of it runs any more: no engine session, no stream, no timer, no tool, no row
/// that says it is live.
@Execution(ExecutionMode.CONCURRENT)
class NothingLeftTest {
    private static final Duration THREE_SECONDS = Duration.ofSeconds(3);
    private static final String ANSWER = "It is on its way.";

    private final AtomicInteger asked = new AtomicInteger();
    private final AtomicInteger waiting = new AtomicInteger();
    private final HttpServer orders = TestServer.vertx()
            .createHttpServer()
            .requestHandler(request -> {
                asked.incrementAndGet();
                waiting.incrementAndGet();
                request.connection().closeHandler(_ -> waiting.decrementAndGet());
            })
            .listen(0, "127.0.0.1")
            .await();

    @AfterEach
    void stop() {
        orders.close().await();
    }

    @ParameterizedTest
    @EnumSource(End.class)
    void nothing_of_a_call_is_left_three_seconds_after_its_end(End end) {
        try (var server = TestServer.started()) {
            server.script.plays(end.moves);
            var call = server.ringAndGreet();
            server.says("Where is my order?");
            server.hears(call, GREETING, ANSWER);

            end.come(call);

            call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();
            isGone(server, call);
            call.awaitEnded(PATIENCE);
            TestServer.within(THREE_SECONDS, () -> server.stored(call).phase().equals("ended"));
        }
    }

    enum End {
        CALLER_HANGS_UP(new Move.Speak(ANSWER)) {
            @Override
            void come(SimulatedCall call) {
                call.hangUp();
            }
        },
        CALLER_GOES_TO_A_PERSON(new Move.Speak(ANSWER)) {
            @Override
            void come(SimulatedCall call) {
                call.press('0');
            }
        },
        AGENT_SAYS_GOODBYE(new Move.Speak(ANSWER), new Move.CallTool("end_call", "{}")) {
            @Override
            void come(SimulatedCall call) {
                // The agent does it.
            }
        };

        private final List<Move> moves;

        End(Move... moves) {
            this.moves = List.of(moves);
        }

        abstract void come(SimulatedCall call);
    }

    @Test
    void a_tool_that_still_runs_when_the_caller_hangs_up_is_given_up() {
        try (var server = TestServer.plan().agent("""
                tools:
                  lookup:
                    about: Look up an order
                    http: GET http://127.0.0.1:%d/orders
                    timeout: 20s
                """.formatted(orders.actualPort())).start()) {
            server.script.calls("lookup", "{}");
            var call = server.ringAndGreet();
            server.says("Where is my order?");
            await().atMost(PATIENCE).until(() -> asked.get() == 1);

            call.hangUp();

            call.awaitEnded(PATIENCE);
            isGone(server, call);
            TestServer.within(THREE_SECONDS, () -> waiting.get() == 0);
            assertThat(asked).hasValue(1);
        }
    }

    private static void isGone(TestServer server, SimulatedCall call) {
        TestServer.within(
                THREE_SECONDS,
                () -> server.engine.openSessions() == 0
                        && server.offhook.calls().onLine() == 0);
        assertThat(server.engine.sessions()).allMatch(session -> session.activeResponse().isEmpty());
        assertThat(server.offhook.calls().find(new CallId(call.sid())))
                .hasValueSatisfying(left -> assertThat(left.timers().earliest()).isEmpty());
        assertThat(server.offhook.metrics().lines())
                .anyMatch(line -> line.startsWith("offhook_calls_active") && line.endsWith(" 0.0"));
    }
}
