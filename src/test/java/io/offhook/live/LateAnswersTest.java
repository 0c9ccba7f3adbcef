package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallRules;
import io.offhook.call.Destination;
import io.offhook.call.Memory;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Instruction.GoTo;
import io.offhook.telephony.Progress;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// What callers get of whom nothing could be found out in time.
class LateAnswersTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Optional<PhoneNumber> SPANISH_NUMBER = PhoneNumber.parse("+34911234567");
    private static final PhoneNumber ANA = new PhoneNumber("+34911234001");
    private static final PhoneNumber BOB = new PhoneNumber("+14155550101");
    private static final Destination.Voicemail VOICEMAIL = new Destination.Voicemail(Duration.ofMinutes(1));

    private final AgentPlan english = plan("en", "One moment.", BOB);
    private final AgentPlan spanish = plan("es", "Le paso con una persona.", ANA);
    private final LateAnswers late =
            new LateAnswers(called -> called.equals(SPANISH_NUMBER) ? spanish : english);

    @Test
    void the_called_number_says_whose_human_is_phoned_and_in_what_language() {
        var answer = late.incoming(new IncomingCall(CALL, Optional.empty(), SPANISH_NUMBER, "", false, ""));

        assertThat(answer)
                .isEqualTo(new GoTo(
                        List.of("Le paso con una persona."),
                        "es",
                        0,
                        new Destination.Phone(ANA, Duration.ofSeconds(20)),
                        Optional.empty()));
    }

    @Test
    void a_number_that_nobody_was_given_has_the_first_agent() {
        var answer = late.incoming(new IncomingCall(CALL, Optional.empty(), Optional.empty(), "", false, ""));

        assertThat(phoned(answer)).isEqualTo(BOB);
    }

    @Test
    void a_caller_whose_stream_has_ended_goes_to_the_human_of_that_agent() {
        var answer = late.next(ended(OptionalInt.empty(), Optional.empty(), false));

        assertThat(phoned(answer)).isEqualTo(ANA);
    }

    @ParameterizedTest
    @CsvSource({"0, 1, Queue", "1, 2, Voicemail", "7, 2, Voicemail"})
    void a_caller_in_the_middle_of_a_route_goes_on_from_there(int step, int next, String kind) {
        var answer = late.next(ended(OptionalInt.of(step), Optional.of(Route.Result.NO_ANSWER), false));

        assertThat(answer).isInstanceOfSatisfying(GoTo.class, goTo -> {
            assertThat(goTo.step()).isEqualTo(next);
            assertThat(goTo.language()).isEqualTo("es");
            assertThat(goTo.say().getFirst())
                    .isEqualTo(
                            kind.equals("Voicemail")
                                    ? "Lo siento, nadie ha podido atender su llamada."
                                    : "Ahí no hay nadie libre en este momento. Intento con otra persona.");
            assertThat(goTo.destination())
                    .isInstanceOf(kind.equals("Voicemail") ? Destination.Voicemail.class : Destination.Queue.class);
        });
    }

    @ParameterizedTest
    @EnumSource(names = {"ACCEPTED", "CALLER_GONE", "VOICEMAIL"})
    void a_caller_who_was_served_is_not_sent_to_another_human(Route.Result result) {
        var answer = late.next(ended(OptionalInt.of(0), Optional.of(result), false));

        assertThat(answer).isInstanceOf(Instruction.HangUp.class);
    }

    @Test
    void nobody_is_phoned_for_a_call_that_is_over() {
        assertThat(late.next(ended(OptionalInt.empty(), Optional.empty(), true)))
                .isInstanceOf(Instruction.HangUp.class);
        assertThat(late.incoming(new IncomingCall(CALL, Optional.empty(), SPANISH_NUMBER, "", true, "")))
                .isInstanceOf(Instruction.HangUp.class);
    }

    private static PhoneNumber phoned(Instruction answer) {
        assertThat(answer).isInstanceOf(GoTo.class);
        assertThat(((GoTo) answer).destination()).isInstanceOf(Destination.Phone.class);
        return ((Destination.Phone) ((GoTo) answer).destination()).numbers().getFirst();
    }

    private static Progress ended(OptionalInt step, Optional<Route.Result> result, boolean over) {
        return new Progress(
                CALL, Optional.empty(), SPANISH_NUMBER, step, result, true, Progress.Reply.NOTHING, over);
    }

    private static AgentPlan plan(String language, String announcement, PhoneNumber human) {
        return new AgentPlan(
                new CallRules(
                        "acme", "", announcement, language, Duration.ofHours(1), Duration.ofHours(1), Map.of(), List.of()),
                new Brief("model", "voice", "", List.of(language), List.of(), "", Map.of()),
                new NobodySpeaks(),
                (_, _) -> {
                    throw new AssertionError("no tool runs");
                },
                Map.of(
                        "default",
                        new Route(List.of(
                                new Destination.Phone(human, Duration.ofSeconds(20)),
                                new Destination.Queue("support", Duration.ofMinutes(5)),
                                VOICEMAIL))),
                List.of(),
                false,
                1,
                false,
                Map.of(),
                _ -> plan(language, announcement, human));
    }

    private static final class NobodySpeaks implements RealtimeEngine {
        @Override
        public EngineSession open(Brief brief, List<? extends Memory> history, Consumer<CallEvent> events) {
            throw new AssertionError("nobody speaks");
        }

        @Override
        public String name() {
            return "none";
        }
    }
}
