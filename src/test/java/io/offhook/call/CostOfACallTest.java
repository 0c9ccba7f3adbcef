package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.content;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.AskForSummary;
import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.OpenEngine;
import io.offhook.call.CallEffect.RunTool;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.CallerStoppedSpeaking;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamOpened;
import io.offhook.call.CallEvent.UsageCounted;
import io.offhook.call.Phase.Conversing;
import io.offhook.call.Phase.Ended;
import io.offhook.call.Phase.HandingOff;
import io.offhook.call.Phase.Transferred;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// A call may cost ten dollars. A token that the model speaks costs one, a second that is written down one as well.
class CostOfACallTest {
    private static final HandoffCause COST_LIMIT = new HandoffCause.CostLimit();
    private static final Map<String, Price> PRICES = Map.of(
            "model",
            new Price.ForTokens(
                    "USD",
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.ZERO,
                    BigDecimal.valueOf(1_000_000)),
            "ears",
            new Price.ForSpeech("USD", BigDecimal.valueOf(60)),
            "foreign",
            new Price.ForSpeech("EUR", BigDecimal.valueOf(60)));

    private static CallRules rules(EscalationPolicy escalation, Optional<Money> limit) {
        return Calls.rules(escalation, PRICES, limit);
    }

    private static CallRules limited(EscalationPolicy escalation) {
        return rules(escalation, Optional.of(new Money("USD", BigDecimal.TEN)));
    }

    private static CallRules limited() {
        return limited(EscalationPolicy.NONE);
    }

    private static ReplyEnded replied(String reply, ReplyEnd how, int dollars, ToolRequest... requests) {
        var usage = new Usage("model", 0, 0, 0, 0, 0, dollars);
        return new ReplyEnded(reply, how, "", List.of(requests), Optional.of(usage));
    }

    private static UsageCounted heardFor(String model, int seconds) {
        return new UsageCounted(Usage.ofSpeech(model, Duration.ofSeconds(seconds)));
    }

    /// The agent has said `item` in full, for this much; the caller has not heard a word of it.
    private static Calls says(Calls call, String item, int dollars) {
        return call.on(new ReplyStarted("reply-" + item))
                .audio(item, sent(1_000))
                .on(new CallEvent.AgentAudioEnded(content(item)))
                .on(replied("reply-" + item, ReplyEnd.COMPLETED, dollars));
    }

    private static void asksTheEngineForNothing(Calls call) {
        assertThat(call.all(Say.class)).isEmpty();
        assertThat(call.all(AskForReply.class)).isEmpty();
        assertThat(call.all(AskForSummary.class)).isEmpty();
        assertThat(call.all(OpenEngine.class)).isEmpty();
    }

    private static HandoffCause cause(Calls call) {
        return call.all(FileHandoff.class).getFirst().handoff().cause();
    }

    // --- what counts ---

    @ParameterizedTest
    @CsvSource({"4, 5, 0, false", "4, 6, 0, true", "4, 0, 6, true", "11, 0, 0, true", "0, 0, 9, false"})
    void replies_and_transcriptions_count_until_the_limit_is_reached(int first, int second, int seconds, boolean over) {
        var call = aConversation(limited());

        call.on(replied("a", ReplyEnd.COMPLETED, first)).on(replied("b", ReplyEnd.CANCELLED, second));
        call.on(heardFor("ears", seconds));

        assertThat(call.phase()).isInstanceOf(over ? HandingOff.class : Conversing.class);
    }

    @Test
    void what_has_no_price_or_one_in_other_money_does_not_count() {
        var call = aConversation(limited());

        call.on(heardFor("unknown", 99)).on(heardFor("foreign", 99)).on(heardFor("model", 99));

        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void without_a_limit_a_call_costs_what_it_costs() {
        var call = aConversation(rules(EscalationPolicy.NONE, Optional.empty()));

        says(call, "a", 1_000);

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        assertThat(call.call().bill()).isEqualTo(Bill.NONE.plus(new Money("USD", BigDecimal.valueOf(1_000))));
    }

    @Test
    void what_was_charged_on_an_earlier_stream_counts() {
        var first = says(aConversation(limited()), "a", 9);

        var call = Calls.continuing(first).on(new StreamOpened(List.of())).on(heardFor("ears", 1));

        assertThat(cause(call)).isEqualTo(COST_LIMIT);
    }

    @Test
    void a_call_that_comes_back_with_nothing_left_goes_to_a_human_without_an_engine() {
        var first = says(aConversation(limited()).callerSpeaks("c"), "a", 10);

        var call = Calls.continuing(first).on(new StreamOpened(List.of()));

        assertThat(cause(call)).isEqualTo(COST_LIMIT);
        asksTheEngineForNothing(call);
    }

    // --- nobody is cut short ---

    @Test
    void the_agent_is_heard_to_its_end_and_the_engine_is_asked_for_nothing_more() {
        var call = says(aConversation(limited()), "a", 10).on(new HandoffFiled());

        assertThat(cause(call)).isEqualTo(COST_LIMIT);
        assertThat(call.all(CloseEngine.class)).hasSize(1);
        assertThat(call.all(CallEffect.ClearPlayout.class)).isEmpty();
        assertThat(call.all(CloseStream.class)).isEmpty();
        call.everythingIsHeard();
        assertThat(call.all(CloseStream.class)).hasSize(1);
        asksTheEngineForNothing(call);
    }

    @Test
    void the_provider_announces_the_human_since_the_agent_does_not() {
        var call = says(aConversation(limited()), "a", 10).on(new HandoffFiled()).everythingIsHeard();

        assertThat(call.phase()).isInstanceOfSatisfying(Transferred.class, gone -> assertThat(gone.announced())
                .isFalse());
    }

    @Test
    void marks_that_never_come_keep_nobody() {
        var call = says(aConversation(limited()), "a", 10).on(new HandoffFiled());

        call.after(3_000);

        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_reply_that_is_being_made_is_made_to_its_end() {
        var call = aConversation(limited())
                .callerSays("c", "Where is it?")
                .whereAgentIsSaying("a", sent(500), heard(200))
                .on(heardFor("ears", 10));
        assertThat(call.phase()).isInstanceOf(Conversing.class);

        call.audio("a", sent(500)).on(replied("reply-a", ReplyEnd.COMPLETED, 1));

        assertThat(call.millisPlayed()).isEqualTo(500);
        assertThat(cause(call)).isEqualTo(COST_LIMIT);
    }

    @Test
    void a_reply_that_stalls_is_not_asked_for_again() {
        var call = aConversation(limited())
                .callerSays("c", "Where is it?")
                .on(new ReplyStarted("a"))
                .on(heardFor("ears", 10))
                .forget();

        call.after(5_000);

        assertThat(cause(call).slug()).isEqualTo("engine_stall");
        asksTheEngineForNothing(call);
    }

    @Test
    void a_reply_that_fails_is_not_asked_for_again() {
        var call = aConversation(limited()).callerSays("c", "Where is it?").forget();

        call.on(new ReplyStarted("a")).on(replied("a", ReplyEnd.FAILED, 10));

        assertThat(cause(call)).isEqualTo(COST_LIMIT);
        asksTheEngineForNothing(call);
    }

    @Test
    void nothing_is_said_while_a_caller_with_nothing_left_goes_on_speaking() {
        var call = aConversation(limited()).callerSpeaks("c").on(heardFor("ears", 10));

        call.key('1').after(Duration.ofMinutes(119));

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        asksTheEngineForNothing(call);
    }

    @Test
    void an_engine_that_is_lost_is_not_opened_again() {
        var call = aConversation(limited())
                .callerSays("c", "Where is it?")
                .whereAgentIsSaying("a", sent(2_000), heard(200))
                .on(heardFor("ears", 10))
                .loses(EngineFault.Kind.CLOSED);

        call.after(1_000);

        assertThat(cause(call)).isEqualTo(COST_LIMIT);
        assertThat(call.all(CallEffect.ClearPlayout.class)).isEmpty();
        asksTheEngineForNothing(call);
    }

    @Test
    void a_caller_who_is_speaking_finishes_and_the_human_knows_what_was_said() {
        var call = aConversation(limited())
                .whereAgentIsSaying("a", sent(5_000), heard(500))
                .callerSpeaks("c")
                .on(replied("reply-a", ReplyEnd.CANCELLED, 10));
        assertThat(call.phase()).isInstanceOf(Conversing.class);

        call.on(new CallerStoppedSpeaking("c")).on(new HandoffFiled()).after(400);

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
        call.on(new CallerWords("c", "No, the red one."));
        assertThat(call.phase()).isInstanceOfSatisfying(Transferred.class, gone -> assertThat(
                        gone.handoff().transcript())
                .extracting(Turn::text)
                .contains("No, the red one."));
        asksTheEngineForNothing(call);
    }

    @Test
    void an_answer_that_the_engine_begins_by_itself_is_stopped_and_not_heard() {
        var call = aConversation(limited())
                .callerSpeaks("c")
                .on(heardFor("ears", 10))
                .on(new CallerStoppedSpeaking("c"))
                .forget();

        call.on(new ReplyStarted("reply-b")).audio("b", sent(500)).on(replied("reply-b", ReplyEnd.CANCELLED, 0));

        assertThat(call.all(CancelReply.class)).hasSize(1);
        assertThat(call.millisPlayed()).isZero();
        assertThat(call.on(new CallerWords("c", "No.")).on(new HandoffFiled()).phase())
                .isInstanceOfSatisfying(Transferred.class, gone -> assertThat(gone.announced())
                        .isFalse());
    }

    @Test
    void words_that_are_never_written_down_keep_nobody() {
        var call = aConversation(limited())
                .callerSpeaks("c")
                .on(heardFor("ears", 10))
                .on(new CallerStoppedSpeaking("c"))
                .on(new HandoffFiled());

        call.after(1_500);

        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_caller_who_presses_0_need_not_hear_the_agent_out() {
        var call = says(aConversation(limited()), "a", 10).on(new HandoffFiled());

        call.key('0');

        assertThat(call.all(CallEffect.ClearPlayout.class)).hasSize(1);
        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    // --- what else would have come ---

    @Test
    void a_tool_that_nobody_would_tell_of_does_not_run() {
        var call = aConversation(limited())
                .on(replied("a", ReplyEnd.COMPLETED, 10, new ToolRequest("t", "find_order", "{}")));

        assertThat(call.all(RunTool.class)).isEmpty();
        assertThat(cause(call)).isEqualTo(COST_LIMIT);
    }

    @Test
    void an_agent_that_asks_for_a_human_with_its_last_words_is_heeded() {
        var call = aConversation(limited())
                .on(replied("a", ReplyEnd.COMPLETED, 10, new ToolRequest("t", ToolRequest.ESCALATE, "refund")));

        assertThat(cause(call)).isEqualTo(new HandoffCause.AgentAsked());
        assertThat(call.all(FileHandoff.class).getFirst().handoff().summary()).isEqualTo("a summary");
        asksTheEngineForNothing(call);
    }

    @Test
    void no_human_is_called_while_the_agent_would_have_to_stay() {
        var ann = new Destination.Warm(new PhoneNumber("+14155550101"), Duration.ofSeconds(20));
        var voicemail = new Destination.Voicemail(Duration.ofMinutes(3));
        var none = EscalationPolicy.NONE;
        var warm = new EscalationPolicy(
                List.of(),
                none.lexicon(),
                List.of(),
                false,
                Map.of("default", new Route(List.of(ann, voicemail), false)));

        var call = aConversation(limited(warm))
                .on(replied("a", ReplyEnd.COMPLETED, 10, new ToolRequest("t", ToolRequest.ESCALATE, "refund")))
                .on(new HandoffFiled());

        assertThat(call.all(CallHuman.class)).isEmpty();
        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_goodbye_that_the_agent_has_not_said_is_left_to_the_provider() {
        var call = aConversation(limited())
                .on(replied("a", ReplyEnd.COMPLETED, 10, new ToolRequest("t", ToolRequest.END_CALL, "{}")));

        asksTheEngineForNothing(call);
        assertThat(call.phase()).isInstanceOfSatisfying(Ended.class, end -> {
            assertThat(end.disposition().reason()).isEqualTo("goodbye");
            assertThat(end.goodbyeHeard()).isFalse();
        });
    }

    @Test
    void a_goodbye_that_the_agent_has_said_is_heard() {
        var call = aConversation(limited())
                .on(new ReplyStarted("reply-a"))
                .audio("a", sent(500))
                .on(replied("reply-a", ReplyEnd.COMPLETED, 10, new ToolRequest("t", ToolRequest.END_CALL, "{}")))
                .everythingIsHeard();

        assertThat(call.phase()).isInstanceOfSatisfying(Ended.class, end -> assertThat(end.goodbyeHeard())
                .isTrue());
    }
}
