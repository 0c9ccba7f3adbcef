package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.PERSON;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallId;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Turn;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.SimulatedCall;
import io.offhook.store.Fact;
import io.offhook.store.StoreException;
import io.offhook.store.jdbc.TestPostgres;
import java.time.Duration;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The database goes away while a caller is on the way to a human: the caller gets there, the human knows why, and
/// once the database is back, everything is in it, once.
@Timeout(180)
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class DatabaseDownInHandoffTest {
    private static final String QUESTION = "I want my money back.";
    private static final Duration RETURN = Duration.ofSeconds(180);

    /// When it goes away, and how.
    enum Down {
        GONE_BEFORE_THE_HANDOFF_IS_STORED(DatabaseGate::cut, When.BEFORE),
        HANGS_BEFORE_THE_HANDOFF_IS_STORED(DatabaseGate::hang, When.BEFORE),
        GONE_AFTER_THE_HANDOFF_IS_STORED(DatabaseGate::cut, When.STORED),
        HANGS_AFTER_THE_HANDOFF_IS_STORED(DatabaseGate::hang, When.STORED),
        GONE_WHILE_THE_PHONE_RINGS(DatabaseGate::cut, When.RINGING),
        HANGS_WHILE_THE_PHONE_RINGS(DatabaseGate::hang, When.RINGING);

        private enum When {
            BEFORE((_, _) -> {}),
            STORED((server, call) -> await().atMost(PATIENCE)
                    .until(() -> server.offhook
                            .store()
                            .handoff(new CallId(call.sid()))
                            .isPresent())),
            RINGING((_, call) -> call.await(CallStep.Dialled.class, PATIENCE).orElseThrow());

            private final BiConsumer<TestServer, SimulatedCall> await;

            When(BiConsumer<TestServer, SimulatedCall> await) {
                this.await = await;
            }
        }

        private final Consumer<DatabaseGate> how;
        private final When when;

        Down(Consumer<DatabaseGate> how, When when) {
            this.how = how;
            this.when = when;
        }

        void happens(DatabaseGate gate, TestServer server, SimulatedCall call) {
            when.await.accept(server, call);
            how.accept(gate);
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_caller_reaches_a_person_who_knows_why(Down down) throws Exception {
        try (var gate = new DatabaseGate(TestPostgres.url());
                var server = server(gate)) {
            var call = server.ringAndGreet();
            if (down.when == Down.When.BEFORE) {
                down.happens(gate, server, call);
            }

            server.says(QUESTION);

            if (down.when != Down.When.BEFORE) {
                down.happens(gate, server, call);
            }
            server.reachesPerson(call, call.sinceRing(), Duration.ofSeconds(10));
            assertThat(call.steps(CallStep.Whispered.class))
                    .extracting(CallStep.Whispered::text)
                    .contains("Refund. Charged twice in March");
            gate.restore();
            hasEverythingOnce(server, call, Outcome.TRANSFERRED, "number ACCEPTED");
        }
    }

    @ParameterizedTest
    @EnumSource
    void the_caller_whom_nobody_takes_leaves_a_message(Down down) throws Exception {
        try (var gate = new DatabaseGate(TestPostgres.url());
                var server = server(gate)) {
            server.humans.busy(PERSON);
            var call = server.ringAndGreet();
            if (down.when == Down.When.BEFORE) {
                down.happens(gate, server, call);
            }

            server.says(QUESTION);

            if (down.when != Down.When.BEFORE) {
                down.happens(gate, server, call);
            }
            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            gate.restore();
            hasEverythingOnce(server, call, Outcome.VOICEMAIL, "number BUSY", "voicemail VOICEMAIL");
            await().atMost(RETURN)
                    .until(() -> server.offhook
                            .store()
                            .voicemail(new CallId(call.sid()))
                            .isPresent());
        }
    }

    private static TestServer server(DatabaseGate gate) {
        var server = TestServer.plan().set("OFFHOOK_JDBC_URL", gate.url()).start();
        server.script.calls("escalate_to_human", "{\"reason\":\"Refund\",\"summary\":\"Charged twice in March\"}");
        return server;
    }

    private static void hasEverythingOnce(TestServer server, SimulatedCall call, Outcome outcome, String... route) {
        var id = new CallId(call.sid());
        var store = server.offhook.store();
        await().atMost(RETURN)
                .ignoreException(StoreException.class)
                .until(() -> store.find(id)
                        .flatMap(stored -> stored.disposition())
                        .filter(how -> how.outcome() == outcome)
                        .isPresent());
        await().atMost(RETURN).until(() -> server.offhook.metrics().contains("offhook_store_queue 0.0"));
        var handoff = store.handoff(id).orElseThrow();
        assertThat(handoff.cause().slug()).isEqualTo("agent_asked");
        assertThat(handoff.transcript()).extracting(Turn::text).contains(GREETING, QUESTION);
        assertThat(store.timeline(id)).extracting(Fact.Happened::kind).containsOnlyOnce("handoff");
        assertThat(store.route(id))
                .extracting(step ->
                        step.destination() + " " + step.result().map(Enum::name).orElse("-"))
                .containsExactly(route);
        assertThat(store.latest(10)).hasSize(1);
        assertThat(server.offhook.metrics()).contains("offhook_store_lost 0.0", "offhook_store_set_aside 0.0");
    }
}
