package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.remembered;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.EndReason;
import io.offhook.simulator.Move;
import io.offhook.simulator.Notice;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What happens when the carrier's side misbehaves, or somebody pretends to be it.
@Execution(ExecutionMode.CONCURRENT)
@Order(2)
class StreamFaultsTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
    private static final String QUESTION = "Where is my order?";
    private static final String ANSWER = "It is on its way.";

    @Test
    void a_stream_that_is_cut_is_opened_again_with_the_history_and_the_second_time_leads_to_a_person() {
        try (var server = TestServer.started()) {
            server.script.afterwardsSays(ANSWER);
            var call = server.ringAndGreet(new CarrierFault.Cut(Duration.ofSeconds(8)));
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);

            var second = server.session(1);

            await().atMost(PATIENCE).until(() -> remembered(second).stream().anyMatch(item -> item.contains(QUESTION)));
            server.awaitPerson(call);
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(2);
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
            assertThat(server.handoff(call).cause().slug()).isEqualTo("stream_lost");
            server.awaitNoSessions();
        }
    }

    @ParameterizedTest
    @EnumSource(Farewell.class)
    void a_caller_who_hangs_up_mid_answer_leaves_nothing_behind(Farewell farewell) {
        try (var server = TestServer.started()) {
            server.script.says("This is a long answer that nobody is going to hear to its end.");
            var call = server.ringAndGreet(farewell.faults);
            server.says(QUESTION);
            server.hears(call, GREETING, "This");

            call.hangUp();

            server.awaitNoSessions();
            call.awaitEnded(PATIENCE);
            assertThat(server.disposition(call))
                    .isEqualTo(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup"));
            assertThat(server.stored(call).phase()).isEqualTo("ended");
            assertThat(server.offhook.calls().onLine()).isZero();
        }
    }

    enum Farewell {
        USUAL(),
        STATUS_BEFORE_STOP(new CarrierFault.StatusBeforeStop()),
        LATE_STATUS(new CarrierFault.LateStatus(Duration.ofSeconds(2))),
        NO_STOP(new CarrierFault.NoStop()),
        LATE_WEBHOOK(new CarrierFault.LateWebhook());

        private final CarrierFault[] faults;

        Farewell(CarrierFault... faults) {
            this.faults = faults;
        }
    }

    @Test
    void a_stream_that_is_never_opened_leads_to_a_person() {
        try (var server = TestServer.started()) {
            var call = server.ring(new CarrierFault.StreamRefused());

            server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);
            assertThat(server.engine.attempts()).isEmpty();
            assertThat(server.handoff(call).cause().slug()).isEqualTo("stream_failed");
            assertThat(server.disposition(call))
                    .isEqualTo(new Disposition(Disposition.Outcome.TRANSFERRED, "stream_failed"));
        }
    }

    @Test
    void webhooks_that_come_twice_make_one_call() {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet(new CarrierFault.DuplicateWebhooks());
            call.press('0');
            call.awaitEnded(PATIENCE);

            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
            assertThat(server.offhook.store().latest(10)).hasSize(1);
            assertThat(call.steps(CallStep.Dialled.class)).hasSize(1);
            assertThat(server.engine.sessions()).hasSize(1);
        }
    }

    @Test
    void webhooks_without_a_good_signature_are_refused() {
        try (var server = TestServer.started()) {
            var forged = server.ring(new CarrierFault.WrongSignature(CarrierFault.Where.WEBHOOKS));
            var unsigned = server.ring(new CarrierFault.MissingSignature(CarrierFault.Where.WEBHOOKS));

            for (var call : List.of(forged, unsigned)) {
                call.awaitEnded(PATIENCE);
                assertThat(call.steps(CallStep.Asked.class)).isNotEmpty().allSatisfy(asked -> {
                    assertThat(asked.status()).isEqualTo(403);
                    assertThat(asked.body()).isEmpty();
                });
            }
            assertThat(server.engine.attempts()).isEmpty();
            server.offhook.flush(PATIENCE);
            assertThat(server.offhook.store().latest(10)).isEmpty();
            assertThat(server.log())
                    .anyMatch(line -> line.contains("request refused") && line.contains("127.0.0.1"));
        }
    }

    @Test
    void streams_without_a_good_signature_are_refused() {
        try (var server = TestServer.started()) {
            var forged = server.ring(new CarrierFault.WrongSignature(CarrierFault.Where.STREAM));
            var unsigned = server.ring(new CarrierFault.MissingSignature(CarrierFault.Where.STREAM));

            for (var call : List.of(forged, unsigned)) {
                server.awaitPerson(call);
                assertThat(call.notices()).extracting(Notice::code).contains(31920);
                assertThat(call.steps(CallStep.StreamOpened.class)).isEmpty();
            }
            assertThat(server.engine.attempts()).isEmpty();
        }
    }

    @Test
    void streams_without_a_fresh_token_of_their_own_are_closed() {
        try (var server = TestServer.started()) {
            var honest = server.ringAndGreet();
            var token = honest.streamParameters().get("token");

            refused(server, Map.of());
            refused(server, Map.of("token", token));
            refused(server, Map.of("token", "x" + token.substring(1)));
            refused(server, Map.of("token", "nonsense"));

            assertThat(server.engine.attempts()).hasSize(1);
            assertThat(server.session(0).open()).isTrue();
        }
    }

    @Test
    void a_token_opens_one_stream_even_for_its_own_call() {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet();

            int code = Webhook.stream(server, call.sid(), call.streamParameters().get("token"));

            assertThat(code).isEqualTo(1008);
            assertThat(server.engine.attempts()).hasSize(1);
            assertThat(call.steps(CallStep.StreamClosed.class)).isEmpty();
        }
    }

    private static void refused(TestServer server, Map<String, String> parameters) {
        var call = server.ring(new CarrierFault.ParametersReplaced(parameters));
        var closed = call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();
        assertThat(closed.reason()).contains("1008");
        call.hangUp();
    }

    @Test
    void a_goodbye_is_heard_in_full_when_marks_never_come_back() {
        try (var server = TestServer.started()) {
            var goodbye = "Thank you for calling. Goodbye.";
            server.script.plays(List.of(new Move.Speak(goodbye), new Move.CallTool("end_call", "{}")));
            var call = server.ringAndGreet(new CarrierFault.NoMarks());
            var asked = call.sinceRing();

            server.session(0).typed("That is all.");

            assertThat(call.awaitEnded(PATIENCE)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.streamHeard())
                    .isGreaterThanOrEqualTo(spoken(GREETING + goodbye).minusMillis(60));
            assertThat(call.sinceRing().minus(asked))
                    .isLessThanOrEqualTo(server.soon(spoken(goodbye).plusSeconds(4)));
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.RESOLVED);
            server.awaitHappened(call, "marks_missing");
        }
    }

    @Test
    void a_transfer_goes_on_when_marks_never_come_back() {
        try (var server = TestServer.started()) {
            server.script.calls("escalate_to_human", "{\"reason\":\"refund\",\"summary\":\"Charged twice\"}");
            var call = server.ringAndGreet(new CarrierFault.NoMarks());
            var asked = call.sinceRing();

            server.session(0).typed("I want my money back.");

            server.reachesPerson(call, asked, spoken("One moment.").plusSeconds(3));
            assertThat(call.streamHeard()).isGreaterThanOrEqualTo(spoken(GREETING + "One moment.").minusMillis(60));
            server.awaitHappened(call, "marks_missing");
        }
    }

    @Test
    void a_frame_of_16_mib_costs_one_caller_the_agent_and_nobody_else_anything() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER);
            var other = server.ringAndGreet();
            var call = server.ring(new CarrierFault.Junk(CarrierFault.Junk.Kind.OVERSIZE, Duration.ofSeconds(1)));

            server.awaitPerson(call);

            assertThat(server.handoff(call).cause().slug()).isEqualTo("frame_too_big");
            server.awaitHappened(call, "frame_too_big");
            server.session(0).typed(QUESTION);
            server.hears(other, GREETING, ANSWER);
            assertThat(other.steps(CallStep.Dialled.class)).isEmpty();
        }
    }

    @Test
    void junk_on_the_stream_changes_nothing() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER);
            var at = Duration.ofMillis(300);
            var call = server.ringAndGreet(
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.NOT_JSON, at),
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.WRONG_TYPES, at),
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.UNKNOWN_EVENT, at),
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.BINARY, at),
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.DEEP_NESTING, at),
                    new CarrierFault.SecondStart(at),
                    new CarrierFault.DtmfFlood('5', 300, at));

            server.says(QUESTION);

            server.hears(call, GREETING, ANSWER);
            assertThat(call.steps(CallStep.StreamOpened.class)).hasSize(1);
            assertThat(call.steps(CallStep.StreamClosed.class)).isEmpty();
            assertThat(server.engine.sessions()).hasSize(1);
        }
    }

    @Test
    void a_stream_that_never_starts_is_closed() {
        try (var server = TestServer.started()) {
            var call = server.ring(new CarrierFault.NeverStart());

            var closed = call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();

            assertThat(closed.reason()).contains("1008");
            assertThat(server.engine.attempts()).isEmpty();
        }
    }

    @Test
    void a_flood_of_zeros_makes_one_transfer() {
        try (var server = TestServer.started()) {
            var call = server.ring(new CarrierFault.DtmfFlood('0', 300, Duration.ofSeconds(1)));

            server.reachesPerson(call, Duration.ofSeconds(1), FIVE_SECONDS);

            assertThat(server.handoff(call).cause().slug()).isEqualTo("caller_pressed_zero");
        }
    }

    @Test
    void a_stream_that_falls_silent_without_a_close_is_given_up() {
        // Ten seconds at any speed, in which the caller's own silence must not end the call.
        try (var server = TestServer.plan().speed(1).start()) {
            var call = server.ringAndGreet(new CarrierFault.HalfOpen(Duration.ofSeconds(1)));

            await().atMost(PATIENCE).until(() -> server.engine.openSessions() == 0);
            var silent = call.sinceRing()
                    .minus(call.steps(CallStep.StreamOpened.class).getFirst().at())
                    .minusSeconds(1);
            assertThat(silent).isBetween(Duration.ofMillis(9_500), Duration.ofSeconds(15));
            server.awaitHappened(call, "stream_silent");
        }
    }

    @Test
    void calls_beyond_the_limit_are_told_that_all_lines_are_busy_and_go_to_a_person() {
        try (var server = TestServer.plan().agent("limits: { concurrent: 1 }").start()) {
            var first = server.ringAndGreet();

            var more = List.of(server.ring(), server.ring(), server.ring());

            for (SimulatedCall call : more) {
                server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);
                assertThat(call.steps(CallStep.Said.class).getFirst().text()).contains("busy");
                assertThat(server.handoff(call).cause().slug()).isEqualTo("capacity");
            }
            assertThat(server.engine.sessions()).hasSize(1);
            assertThat(first.steps(CallStep.StreamClosed.class)).isEmpty();
        }
    }
}
