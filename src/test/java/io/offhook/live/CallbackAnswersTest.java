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
import io.offhook.telephony.NumberQuestion;
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
import org.junit.jupiter.params.provider.ValueSource;

/// Callers at a step of the route where they may ask to be called back.
class CallbackAnswersTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Duration PATIENCE = Duration.ofMinutes(5);
    private static final PhoneNumber CALLER = new PhoneNumber("+14155550123");
    private static final PhoneNumber OTHER = new PhoneNumber("+14155550124");
    private static final String SPOKEN = "four one five, five five five, oh one two four";
    private static final NumberQuestion AGAIN = NumberQuestion.FIRST.onceMore();
    private static final NumberQuestion CONFIRM = NumberQuestion.FIRST.confirming(OTHER);
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
                Set.of(),
                Wish.NONE,
                Optional.of(handoff),
                Optional.empty(),
                language);
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
                new Progress.Reply(keys, "", 0, new NumberQuestion(again, Optional.empty())),
                false);
    }

    private static Progress said(String words, NumberQuestion question) {
        return said(words, 0.9, question);
    }

    private static Progress said(String words, double confidence, NumberQuestion question) {
        return replied(new Progress.Reply("", words, confidence, question));
    }

    private static Progress replied(Progress.Reply reply) {
        return new Progress(
                CALL,
                Optional.of(CALLER),
                Optional.empty(),
                OptionalInt.of(STEP),
                Optional.of(Route.Result.FAILED),
                false,
                reply,
                false);
    }

    private static Instruction.AskNumber asksNext(Progress progress) {
        return (Instruction.AskNumber) next(usual(), progress);
    }

    private static void goesOn(Progress progress) {
        assertThat(CallbackAnswers.asked(usual(), progress, NOON)).isEmpty();
        assertThat(RouteAnswers.result(usual(), progress)).isEqualTo(Route.Result.DECLINED);
        assertThat(((Instruction.GoTo) next(usual(), progress)).step()).isEqualTo(STEP + 1);
    }

    private static void agrees(Progress progress, PhoneNumber number, String words, boolean spoken) {
        assertThat(CallbackAnswers.asked(usual(), progress, NOON)).hasValueSatisfying(fact -> {
            assertThat(fact.number()).isEqualTo(number);
            assertThat(fact.consent()).contains("If you agree to be called", words);
            assertThat(fact.spoken()).isEqualTo(spoken);
        });
        assertThat(RouteAnswers.result(usual(), progress)).isEqualTo(Route.Result.CALLBACK);
        assertThat(next(usual(), progress)).isInstanceOf(Instruction.HangUp.class);
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
            assertThat(ask.question()).isEqualTo(AGAIN);
            assertThat(ask.say()).first().isEqualTo("We can't call that number.");
        });
        assertThat(((Instruction.GoTo) second).step()).isEqualTo(2);
        assertThat(CallbackAnswers.asked(usual(), after(STEP, "911", true), NOON)).isEmpty();
    }

    // --- by voice

    @Test
    void a_spoken_yes_is_for_the_number_that_the_caller_phones_from() {
        agrees(said("Yes, please.", NumberQuestion.FIRST), CALLER, "calling from", true);
    }

    @Test
    void a_spoken_number_counts_when_it_was_read_out_and_agreed_to() {
        var heard = asksNext(said(SPOKEN, NumberQuestion.FIRST));

        assertThat(heard.question()).isEqualTo(CONFIRM);
        assertThat(heard.say()).first().isEqualTo("I heard: 4 1 5, 5 5 5, 0 1 2 4.");
        assertThat(RouteAnswers.result(usual(), said(SPOKEN, NumberQuestion.FIRST)))
                .isNotEqualTo(Route.Result.CALLBACK);
        agrees(said("yes", CONFIRM), OTHER, "this number", true);
        agrees(said("Yes, 415-555-0124", CONFIRM), OTHER, "this number", true);
        agrees(replied(new Progress.Reply("1", "", 0, CONFIRM)), OTHER, "this number", true);
    }

    @Test
    void after_a_wrong_read_out_the_number_can_be_said_or_typed_anew() {
        assertThat(asksNext(said("no", CONFIRM)).question()).isEqualTo(AGAIN);
        assertThat(asksNext(said("no, not 415 555 0124", CONFIRM)).question()).isEqualTo(AGAIN);
        assertThat(asksNext(replied(new Progress.Reply("2", "", 0, CONFIRM))).question()).isEqualTo(AGAIN);
        assertThat(asksNext(said("No, 415 555 0123", CONFIRM)).question()).isEqualTo(AGAIN.confirming(CALLER));
        agrees(replied(new Progress.Reply("4155550123", "", 0, CONFIRM)), CALLER, "another number", false);
        goesOn(said("no", AGAIN.confirming(OTHER)));
        goesOn(said("No, 415 555 0123", AGAIN.confirming(OTHER)));
    }

    @Test
    void a_number_that_is_only_repeated_is_read_out_once_more() {
        assertThat(asksNext(said("415 555 0124", CONFIRM)).question()).isEqualTo(AGAIN.confirming(OTHER));
        goesOn(said("415 555 0124", AGAIN.confirming(OTHER)));
    }

    @Test
    void a_no_leaves_another_number_and_a_second_one_ends_it() {
        var once = asksNext(said("No.", NumberQuestion.FIRST));

        assertThat(once.question()).isEqualTo(AGAIN);
        assertThat(once.say()).hasSize(2).allMatch(text -> text.startsWith("If you agree"));
        goesOn(said("No.", AGAIN));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "a pizza, please, with everything that you have got on it, and quickly",
                "what?",
                "one",
                "\ud83d\ude21\ud83d\ude21\ud83d\ude21",
                "<Say>four</Say>",
                "'; drop table callback; --"
            })
    void nonsense_is_asked_about_once_more_and_then_the_route_goes_on(String words) {
        var once = asksNext(said(words, NumberQuestion.FIRST));

        assertThat(once.question()).isEqualTo(AGAIN);
        assertThat(once.say()).first().isEqualTo("I didn't understand.");
        goesOn(said(words, AGAIN));
    }

    @Test
    void a_speech_is_no_answer_whatever_is_in_it() {
        for (var words : List.of("yes ".repeat(2_500), "4".repeat(10_000), "\ud83d\ude21".repeat(5_000))) {
            assertThat(asksNext(said(words, NumberQuestion.FIRST)).question()).isEqualTo(AGAIN);
            goesOn(said(words, AGAIN));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"yes", SPOKEN})
    void what_the_provider_is_not_sure_of_was_not_said(String words) {
        assertThat(asksNext(said(words, 0.3, NumberQuestion.FIRST)).question()).isEqualTo(AGAIN);
        assertThat(asksNext(said(words, 0.3, CONFIRM)).question()).isEqualTo(AGAIN.confirming(OTHER));
        goesOn(said(words, 0.3, AGAIN));
        goesOn(said(words, 0.3, AGAIN.confirming(OTHER)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"900 555 0100", "eight hundred", "plus four four two oh seven nine four six nought nine five eight"})
    void a_spoken_number_must_be_an_ordinary_one_in_a_country_that_counts(String words) {
        assertThat(asksNext(said(words, NumberQuestion.FIRST)).question()).isEqualTo(AGAIN);
        goesOn(said(words, AGAIN));
    }

    @Test
    void the_callers_own_number_must_be_one_as_well() {
        var jamaican = standing("en", PhoneNumber.parse("+18765550123"), Map.of("called.number", "+18005550199"));

        assertThat(CallbackAnswers.asked(jamaican, said("yes", NumberQuestion.FIRST), NOON)).isEmpty();
        assertThat(((Instruction.AskNumber) next(jamaican, said("yes", NumberQuestion.FIRST))).say())
                .noneMatch(text -> text.contains("say yes"));
    }

    @Test
    void silence_is_no_consent() {
        goesOn(said("", NumberQuestion.FIRST));
        goesOn(said("", CONFIRM));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en    | yes | four one five five five five oh one two four",
                "es-MX | Sí. | cuatro uno cinco cincuenta y cinco cinco cero uno veinticuatro",
                "de    | Ja, genau. | vier eins fünf fünf fünf fünf null eins zwei vier",
                "fr-CA | Oui. | quatre un cinq cinq cinq cinq zéro un vingt-quatre",
                "pt-BR | Sim. | quatro um cinco cinco cinco cinco zero um dois quatro"
            })
    void callers_are_understood_in_the_language_that_they_are_asked_in(String language, String yes, String number) {
        var call = standing(language, Optional.of(CALLER), Map.of("called.number", "+18005550199"));

        var asked = (Instruction.AskNumber) next(call, said(number, NumberQuestion.FIRST));

        assertThat(asked.language()).isEqualTo(language);
        assertThat(asked.question()).isEqualTo(CONFIRM);
        assertThat(asked.hints()).hasSizeGreaterThan(10);
        assertThat(CallbackAnswers.asked(call, said(yes, CONFIRM), NOON))
                .hasValueSatisfying(fact -> assertThat(fact.number()).isEqualTo(OTHER));
        assertThat(CallbackAnswers.asked(call, said(yes, NumberQuestion.FIRST), NOON))
                .hasValueSatisfying(fact -> assertThat(fact.number()).isEqualTo(CALLER));
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
