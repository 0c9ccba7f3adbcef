package io.offhook.server;

import static io.offhook.server.TestServer.GREETING;
import static io.offhook.server.TestServer.PATIENCE;
import static io.offhook.server.TestServer.spoken;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.simulator.CallStep;
import io.offhook.simulator.CarrierFault;
import io.offhook.simulator.CarrierFault.Junk;
import io.offhook.simulator.Clip;
import io.offhook.simulator.Heard;
import io.offhook.simulator.SimulatedCall;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// What is kept of trouble on the carrier's side, what it is counted as, and that one call's trouble is nobody else's.
@Execution(ExecutionMode.CONCURRENT)
class CarrierTroubleTest {
    private static final Duration FIVE_SECONDS = Duration.ofSeconds(5);
    private static final String QUESTION = "Where is my order?";
    private static final String ANSWER = "It is on its way.";

    @Test
    void a_caller_whose_network_stops_reading_goes_to_a_person_and_nobody_else_notices() {
        try (var server = TestServer.plan().pace(1_000).start()) {
            var longest = "So it goes. ".repeat(700);
            server.script.says(longest).says(ANSWER);
            var slow = server.ringAndGreet(
                    new CarrierFault.SlowReader(Duration.ofMillis(1_500), Duration.ofMinutes(10)));
            var other = server.ringAndGreet();

            server.session(0).typed("Tell me everything.");

            var over = slow.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();
            assertThat(server.awaitPerson(slow).at().minus(over.at())).isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            assertThat(server.handoff(slow).cause().slug()).isEqualTo("backpressure");
            server.awaitHappened(slow, "backpressure");
            assertThat(noticed(server, "backpressure")).isPositive();
            untouched(server, other, 1);
            slow.hangUp();
            slow.awaitEnded(PATIENCE);
            await().atMost(PATIENCE).until(() -> server.engine.openSessions() == 1);
        }
    }

    @ParameterizedTest
    @EnumSource(BadLine.class)
    void a_bad_line_costs_the_engine_no_time_and_the_caller_no_answer(BadLine line) {
        // The engine hears 20 ms where 20 ms have passed: where frames are missing, silence stands in for them.
        try (var server = TestServer.started()) {
            server.script.says(ANSWER);
            var call = server.ringAndGreet(line.faults);

            call.say(Clip.tone(440, Duration.ofSeconds(1)).saying(QUESTION));

            server.hears(call, GREETING, ANSWER);
            call.hangUp();
            call.awaitEnded(PATIENCE);
            var heardByEngine = Duration.ofMillis(server.session(0).appendedBytes() / 8);
            var onLine = call.await(CallStep.StreamClosed.class, PATIENCE)
                    .orElseThrow()
                    .at()
                    .minus(call.steps(CallStep.StreamOpened.class).getFirst().at());
            assertThat(heardByEngine).isBetween(onLine.minusSeconds(3), onLine.plusMillis(500));
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.happened(call).contains("media_gap")).isEqualTo(line.gaps);
        }
    }

    enum BadLine {
        LOST_MESSAGES(true, new CarrierFault.MediaGaps(10, 3, true)),
        ABSENT_AUDIO(true, new CarrierFault.MediaGaps(25, 5, false)),
        JITTER(false, new CarrierFault.Jitter(10));

        private final boolean gaps;
        private final CarrierFault[] faults;

        BadLine(boolean gaps, CarrierFault... faults) {
            this.gaps = gaps;
            this.faults = faults;
        }
    }

    @Test
    void a_carrier_that_never_acknowledges_a_close_keeps_nobody() {
        try (var server = TestServer.plan().speed(1).start()) {
            server.script.says(ANSWER);
            var stubborn = server.ringAndGreet(new CarrierFault.NeverAcknowledgesClose());
            var other = server.ringAndGreet();
            var pressed = stubborn.sinceRing();

            stubborn.press('0');

            untouched(server, other, 1);
            assertThat(server.awaitPerson(stubborn).at().minus(pressed))
                    .isLessThanOrEqualTo(server.soon(FIVE_SECONDS));
            TestServer.within(Duration.ofSeconds(3), () -> server.engine.openSessions() == 1);
            assertThat(server.handoff(stubborn).cause().slug()).isEqualTo("caller_pressed_zero");
            assertThat(stubborn.steps(CallStep.Dialled.class)).hasSize(1);
        }
    }

    @Test
    void junk_on_the_stream_is_counted_by_its_kind() {
        try (var server = TestServer.started()) {
            var at = Duration.ofMillis(300);
            server.ringAndGreet(
                    new Junk(Junk.Kind.NOT_JSON, at),
                    new Junk(Junk.Kind.WRONG_TYPES, at),
                    new Junk(Junk.Kind.UNKNOWN_EVENT, at),
                    new Junk(Junk.Kind.BINARY, at),
                    new Junk(Junk.Kind.DEEP_NESTING, at),
                    new CarrierFault.SecondStart(at),
                    new CarrierFault.DtmfFlood('5', 300, at));

            await().atMost(PATIENCE).until(() -> noticed(server, "dtmf_dropped") > 0);

            assertThat(noticed(server, "junk_frame") + noticed(server, "unknown_event"))
                    .as("not JSON, wrong types, deep nesting, unknown event: %s", server.offhook.metrics())
                    .isEqualTo(4);
            assertThat(noticed(server, "unknown_event")).isPositive();
            assertThat(noticed(server, "binary_frame")).isEqualTo(1);
            assertThat(noticed(server, "second_start")).isEqualTo(1);
            assertThat(noticed(server, "dtmf_dropped")).isBetween(250.0, 300.0);
        }
    }

    @Test
    void webhooks_that_come_twice_get_the_same_document() {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet(new CarrierFault.LateWebhook());
            var form = call.steps(CallStep.Asked.class).getFirst().form();

            var first = call.steps(CallStep.Asked.class).getFirst().body();
            var again = Webhook.post(server, "/voice/incoming", form);
            var onceMore = Webhook.post(server, "/voice/incoming", form);

            assertThat(withoutToken(again)).isEqualTo(withoutToken(first));
            assertThat(withoutToken(onceMore)).isEqualTo(withoutToken(first));
            assertThat(first).contains("<Connect");
            server.offhook.flush(PATIENCE);
            assertThat(server.offhook.store().latest(10)).hasSize(1);
            assertThat(server.engine.sessions()).hasSize(1);
        }
    }

    private static String withoutToken(String document) {
        var without = document.replaceAll("name=\"token\" value=\"[^\"]+\"", "name=\"token\"");
        assertThat(without).isNotEqualTo(document);
        return without;
    }

    @Test
    void what_ends_a_stream_is_counted_once() {
        try (var server = TestServer.started()) {
            var call = server.ringAndGreet(new CarrierFault.Cut(Duration.ofSeconds(1)));

            call.await(CallStep.StreamClosed.class, PATIENCE).orElseThrow();

            await().atMost(PATIENCE).until(() -> noticed(server, "stream_lost") > 0);
            call.hangUp();
            call.awaitEnded(PATIENCE);
            assertThat(noticed(server, "stream_lost")).isEqualTo(1);
        }
    }

    @Test
    void a_stream_that_never_opens_is_kept_as_the_reason() {
        try (var server = TestServer.started()) {
            var call = server.ring(new CarrierFault.StreamRefused());

            server.reachesPerson(call, Duration.ZERO, FIVE_SECONDS);

            assertThat(server.handoff(call).cause().slug()).isEqualTo("stream_failed");
            server.awaitHappened(call, "stream_failed");
        }
    }

    @Test
    void a_stream_that_is_lost_is_kept_as_such_and_the_gap_stays_short() {
        try (var server = TestServer.started()) {
            server.script.says(ANSWER).afterwardsSays("As I said.");
            var call = server.ringAndGreet(new CarrierFault.Cut(Duration.ofSeconds(8)));
            server.says(QUESTION);
            server.hears(call, GREETING, ANSWER);

            var second = server.session(1);
            await().atMost(PATIENCE).until(() -> !second.sent("session.updated").isEmpty());
            second.typed("Are you still there?");
            server.hears(call, GREETING, ANSWER, "As I said.");

            server.awaitHappened(call, "stream_lost");
            assertThat(noticed(server, "stream_lost")).isPositive();
            quietForAtMost(call, server.soon(FIVE_SECONDS));
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            call.hangUp();
            call.awaitEnded(PATIENCE);
        }
    }

    private static double noticed(TestServer server, String kind) {
        return server.offhook
                .metrics()
                .lines()
                .filter(line -> line.startsWith("offhook_notices_total") && line.contains("\"" + kind + "\""))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
                .sum();
    }

    /// The other caller asks and is answered, on the first stream there was.
    private static void untouched(TestServer server, SimulatedCall other, int session) {
        server.session(session).typed(QUESTION);
        server.hears(other, GREETING, ANSWER);
        assertThat(other.steps(CallStep.StreamOpened.class)).hasSize(1);
        assertThat(other.steps(CallStep.StreamClosed.class)).isEmpty();
        assertThat(other.steps(CallStep.Dialled.class)).isEmpty();
        assertThat(other.heard().stream()
                        .filter(each -> each.source() == Heard.Source.STREAM)
                        .map(Heard::length)
                        .reduce(Duration.ZERO, Duration::plus))
                .isGreaterThanOrEqualTo(spoken(GREETING + ANSWER));
    }

    private static void quietForAtMost(SimulatedCall call, Duration most) {
        var heard = call.heard();
        for (int i = 1; i < heard.size(); i++) {
            assertThat(heard.get(i).from().minus(heard.get(i - 1).until())).isLessThanOrEqualTo(most);
        }
    }
}
