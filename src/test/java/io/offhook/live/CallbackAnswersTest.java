package io.offhook.live;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.CallRules;
import io.offhook.call.Destination;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Memory;
import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.ToolOutcome;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.engine.RealtimeEngine;
import io.offhook.live.RouteAnswers.Answer;
import io.offhook.live.RouteAnswers.Standing;
import io.offhook.live.RouteAnswers.Wish;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Callers at a step of the route where they may ask to be called back.
class CallbackAnswersTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final PhoneNumber CALLER = new PhoneNumber("+14155550123");
    private static final int STEP = 1;
    private static final Route ROUTE = new Route(List.of(
            new Destination.Queue("support", PATIENCE),
            new Destination.Callback(List.of(), 3, PATIENCE, PATIENCE, Set.of()),
            new Destination.Voicemail(PATIENCE)));

    private static AgentPlan plan(String language, Map<String, String> facts) {
        return new AgentPlan(
                new CallRules(
                        "acme", "", "One moment.", language, PATIENCE, PATIENCE, Map.of(), List.of()),
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
                facts,
                more -> plan(language, more));
    }

    private static Standing standing(String language, Optional<PhoneNumber> caller, Map<String, String> facts) {
        var handoff = new Handoff(
                CALL,
                new HandoffCause.CallerPressedZero(),
                "",
                "",
                Handoff.Urgency.NORMAL,
                "default",
                caller,
                language,
                List.of(),
                NOON);
        return new Standing(
                plan(language, facts),
                new Phase.Transferred(handoff, true),
                false,
                false,
                Wish.NONE,
                Optional.of(handoff),
                Optional.empty());
    }

    private static Standing usual() {
        return standing("en", Optional.of(CALLER), Map.of("called.number", "+18005550199"));
    }

    private static Progress after(int step, String keys, boolean again) {
        return new Progress(
                CALL,
                Optional.of(CALLER),
                Optional.empty(),
                OptionalInt.of(step),
                Optional.of(Route.Result.FAILED),
                false,
                new Progress.Typed(keys, again),
                false);
    }

    private static Instruction next(Standing call, Progress progress) {
        var result = RouteAnswers.result(call, progress);
        return ((Answer.Tell) RouteAnswers.afterStep(call, progress, result)).instruction();
    }

    @Test
    void a_caller_with_a_number_may_press_1_and_any_caller_may_type_one() {
        var known = next(usual(), after(0, "", false));
        var withheld = next(
                standing("en", Optional.empty(), Map.of("called.number", "+18005550199")), after(0, "", false));

        assertThat(((Instruction.AskNumber) known).say())
                .anyMatch(text -> text.contains("press 1"))
                .anyMatch(text -> text.contains("another number"));
        assertThat(((Instruction.AskNumber) withheld).say())
                .noneMatch(text -> text.contains("press 1"))
                .anyMatch(text -> text.contains("another number"));
    }

    @Test
    void nobody_is_asked_when_no_number_could_be_shown() {
        var next = next(standing("en", Optional.of(CALLER), Map.of()), after(0, "", false));

        assertThat(((Instruction.GoTo) next).destination()).isInstanceOf(Destination.Voicemail.class);
    }

    @ParameterizedTest
    @CsvSource({"en, 1, calling from", "en, 4155550124, another number", "es-MX, 1, desde el que llama", "it, 1, calling"})
    void what_is_stored_is_what_was_agreed_to(String language, String keys, String words) {
        var call = standing(language, Optional.of(CALLER), Map.of("called.number", "+18005550199"));

        var asked = CallbackAnswers.asked(call, after(STEP, keys, false), NOON);

        assertThat(asked).hasValueSatisfying(fact -> {
            assertThat(fact.consent()).contains(words);
            assertThat(fact.language()).isEqualTo(language.equals("it") ? "en" : language);
            assertThat(fact.route()).isEqualTo("default");
        });
    }

    @Test
    void a_wrong_number_is_asked_for_once_more_and_then_not_again() {
        var first = next(usual(), after(STEP, "9005550100", false));
        var second = next(usual(), after(STEP, "911", true));

        assertThat(first).isInstanceOfSatisfying(Instruction.AskNumber.class, ask -> {
            assertThat(ask.again()).isTrue();
            assertThat(ask.say()).first().isEqualTo("We can't call that number.");
        });
        assertThat(((Instruction.GoTo) second).step()).isEqualTo(2);
        assertThat(CallbackAnswers.asked(usual(), after(STEP, "911", true), NOON)).isEmpty();
    }

    @Test
    void keys_of_another_step_are_no_number() {
        assertThat(CallbackAnswers.asked(usual(), after(0, "1", false), NOON)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"1, CALLBACK", "2, MESSAGE", "3, NONE"})
    void keys_in_the_queue_lead_out_of_it(char key, Wish wish) {
        var waiting = new Waiting(CALL, 0, OptionalInt.of(1), Optional.of(Duration.ZERO), Optional.of(key));

        assertThat(RouteAnswers.wish(usual(), waiting)).isEqualTo(wish);
    }

    @Test
    void key_1_leads_nowhere_where_nobody_is_called_back() {
        var call = standing("en", Optional.of(CALLER), Map.of());
        var waiting = new Waiting(CALL, 0, OptionalInt.of(1), Optional.of(Duration.ZERO), Optional.of('1'));

        assertThat(RouteAnswers.wish(call, waiting)).isEqualTo(Wish.NONE);
        assertThat(RouteAnswers.waiting(call, waiting).say()).noneMatch(text -> text.contains("press 1"));
        assertThat(RouteAnswers.waiting(usual(), waiting).say()).contains("To be called back instead, press 1.");
    }
}
