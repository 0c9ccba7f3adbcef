package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FactJsonTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456Z");

    private final FactJson json = new FactJson();

    @ParameterizedTest
    @MethodSource("facts")
    void every_fact_survives_a_line_of_json(Fact fact) {
        var line = json.write(fact);

        assertThat(line).doesNotContain("\n");
        assertThat(json.read(line)).isEqualTo(fact);
    }

    static Stream<Fact> facts() {
        var number = Optional.of(new PhoneNumber("+14155550100"));
        var turn = new Turn(Turn.Speaker.CALLER, "item", "line\nline \"quoted\"", true, NOON);
        var causes = Stream.of(
                new HandoffCause.CallerPressedZero(),
                new HandoffCause.LostStream(StreamEnd.TOO_BIG),
                new HandoffCause.LostEngine(
                        new EngineFault(EngineFault.Kind.RATE, Optional.of(Duration.ofSeconds(30)))));
        return Stream.concat(
                Stream.of(
                        new Fact.Started(CALL, NOON, "acme", number, Optional.empty(), "TN-Validation-Passed-A"),
                        new Fact.PhaseChanged(CALL, NOON, "conversing"),
                        new Fact.Happened(CALL, NOON, 3, "barge_in", "{\"ms\":1}"),
                        new Fact.Said(CALL, NOON, 2, turn),
                        new Fact.ToolRan(
                                CALL,
                                NOON,
                                new ToolRequest("id", "name", "{}"),
                                new ToolOutcome("{}", ToolOutcome.OK, Duration.ofMillis(5), true)),
                        new Fact.Charged(CALL, NOON, "reply", new Usage("model", 1, 2, 3, 4, 5, 6)),
                        new Fact.RouteStepped(CALL, NOON, 1, "queue", Optional.of(Route.Result.QUEUE_FULL)),
                        new Fact.Voicemail(CALL, NOON, "RE1", 30),
                        new Fact.Ended(CALL, NOON, new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup"))),
                causes.map(cause -> new Fact.HandedOff(
                        CALL,
                        NOON,
                        new Handoff(CALL, cause, "r", "s", Handoff.Urgency.LOW, "billing", number, "en", List.of(turn), NOON))));
    }

    @Test
    void a_torn_line_is_refused_without_quoting_it() {
        assertThatThrownBy(() -> json.read("{\"type\":\"Said\",\"turn\":{\"text\":\"my secret"))
                .isInstanceOf(StoreException.class)
                .satisfies(failure ->
                        assertThat(failure.toString() + failure.getCause()).doesNotContain("secret"));
    }
}
