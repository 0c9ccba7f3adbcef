package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallRules;
import io.offhook.call.Destination;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Memory;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.live.RouteAnswers.Answer;
import io.offhook.live.RouteAnswers.Standing;
import io.offhook.live.RouteAnswers.Wish;
import io.offhook.telephony.Instruction;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/// What a caller whose engine is gone hears before a person's phone rings.
class RouteAnswersTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Duration LONG = Duration.ofMinutes(5);
    /// What a voice takes for a character.
    private static final Duration CHARACTER = Duration.ofMillis(60);

    private static final Route ROUTE =
            new Route(List.of(new Destination.Queue("support", LONG), new Destination.Voicemail(LONG)));

    private static AgentPlan plan(String language) {
        return new AgentPlan(
                new CallRules("acme", "", "I put you through.", language, LONG, LONG, Map.of(), List.of()),
                new Brief("model", "voice", "", List.of(language), List.of(), "", Map.of()),
                new RealtimeEngine() {
                    @Override
                    public EngineSession open(
                            Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
                        throw new IllegalStateException("nobody speaks");
                    }

                    @Override
                    public String name() {
                        return "none";
                    }
                },
                (_, _) -> new ToolOutcome("", "", Duration.ZERO, false),
                Map.of("default", ROUTE),
                List.of(),
                false,
                1,
                true,
                Map.of(),
                _ -> plan(language));
    }

    private static List<String> heard(String language, HandoffCause cause) {
        var handoff = new Handoff(
                CALL,
                cause,
                "",
                "",
                Handoff.Urgency.NORMAL,
                "default",
                Optional.empty(),
                language,
                List.of(),
                Instant.EPOCH);
        var answer = RouteAnswers.afterStream(new Standing(
                plan(language),
                new Phase.Transferred(handoff, false),
                false,
                Set.of(),
                Wish.NONE,
                Optional.of(handoff),
                Optional.empty(),
                language));
        return ((Instruction.GoTo) ((Answer.Tell) answer).instruction()).say();
    }

    private static HandoffCause lost(EngineFault.Kind kind, int waitedMillis) {
        return new HandoffCause.LostEngine(EngineFault.of(kind), Duration.ofMillis(waitedMillis));
    }

    /// Every wait that may end with a lost engine, by quarters of a second.
    static Stream<Arguments> everyWait() {
        return IntStream.rangeClosed(0, 14)
                .mapToObj(each -> each * 250)
                .flatMap(waited -> Stream.of("en", "es", "de", "fr", "pt").map(language -> Arguments.of(language, waited)));
    }

    @ParameterizedTest
    @MethodSource("everyWait")
    void however_late_the_engine_was_lost_a_phone_rings_within_five_seconds(String language, int waitedMillis) {
        var words = heard(language, lost(EngineFault.Kind.SERVER_ERROR, waitedMillis));

        assertThat(words).isNotEmpty();
        var spoken = CHARACTER.multipliedBy(String.join("", words).length());
        assertThat(spoken.plusMillis(waitedMillis)).isLessThan(Duration.ofMillis(4_750));
    }

    @ParameterizedTest
    @CsvSource({"UNREACHABLE, 0, 2", "SERVER_ERROR, 1250, 2", "SERVER_ERROR, 1750, 1", "CLOSED, 3000, 1", "MUTE, 3500, 1"})
    void the_apology_is_said_in_full_while_there_is_time_for_it(EngineFault.Kind kind, int waitedMillis, int sentences) {
        assertThat(heard("en", lost(kind, waitedMillis))).hasSize(sentences);
    }

    @ParameterizedTest
    @CsvSource({"REPLY_FAILED, 1", "LOOPING, 1", "STALL, 0"})
    void whoever_has_waited_for_a_reply_hears_little_more(EngineFault.Kind kind, int sentences) {
        assertThat(heard("en", new HandoffCause.LostEngine(EngineFault.of(kind)))).hasSize(sentences);
    }
}
