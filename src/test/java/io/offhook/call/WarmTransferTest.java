package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.AskForSummary;
import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.CallEffect.RecallCaller;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.CallEvent.CallOver;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.HumanAccepted;
import io.offhook.call.CallEvent.HumanLost;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallEvent.SummaryWritten;
import io.offhook.call.Handoff.Way;
import io.offhook.call.Phase.Conversing;
import io.offhook.call.Phase.HandingOff;
import io.offhook.call.Phase.Transferred;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A human is called while the caller stays with the agent.
class WarmTransferTest {
    private static final Destination.Warm ANN =
            new Destination.Warm(new PhoneNumber("+14155550101"), Duration.ofSeconds(20));
    private static final Destination.Warm BOB =
            new Destination.Warm(new PhoneNumber("+14155550102"), Duration.ofSeconds(20));
    private static final Destination QUEUE = new Destination.Queue("support", Duration.ofSeconds(60));
    private static final Destination VOICEMAIL = new Destination.Voicemail(Duration.ofMinutes(3));

    // --- on the way ---

    @Test
    void nobody_is_called_before_the_handoff_is_stored() {
        var call = agentAsks(false, ANN, VOICEMAIL);

        assertThat(call.all(FileHandoff.class)).hasSize(1);
        assertThat(call.all(CallHuman.class)).isEmpty();
        call.on(new HandoffFiled());
        assertThat(call.all(CallHuman.class)).singleElement().satisfies(order -> {
            assertThat(order.to()).isEqualTo(ANN);
            assertThat(order.handoff().summary()).isEqualTo("a summary");
        });
    }

    @Test
    void a_store_that_does_not_answer_keeps_nobody_waiting() {
        var call = agentAsks(false, ANN, VOICEMAIL).after(1_500);

        assertThat(call.all(CallHuman.class)).hasSize(1);
        assertThat(call.remarks()).contains("handoff_unconfirmed");
    }

    @Test
    void a_caller_whom_a_rule_sends_is_summed_up_by_the_engine_before_anybody_is_called() {
        var call = sentByRule();
        assertThat(call.all(AskForSummary.class)).hasSize(1);
        call.on(new HandoffFiled());
        assertThat(call.all(CallHuman.class)).isEmpty();

        call.on(new SummaryWritten(
                Optional.of(new Digest("Wants a refund for order 7.", List.of(), Map.of()))));

        assertThat(call.all(CallHuman.class)).singleElement().satisfies(order -> assertThat(
                        order.handoff().story().summary())
                .isEqualTo("Wants a refund for order 7."));
        assertThat(call.all(FileHandoff.class).getLast().handoff().story().source())
                .isEqualTo(Story.SummarySource.ENGINE);
    }

    @Test
    void an_engine_that_writes_no_summary_keeps_nobody_waiting() {
        var late = sentByRule().on(new HandoffFiled()).after(1_500);
        var none = sentByRule().on(new SummaryWritten(Optional.empty())).on(new HandoffFiled());

        assertThat(late.all(CallHuman.class)).hasSize(1);
        assertThat(none.all(CallHuman.class)).singleElement().satisfies(order -> assertThat(
                        order.handoff().story().summary())
                .endsWith("Passed on by the rule on topic refund."));
    }

    @Test
    void an_agent_that_has_written_one_is_not_asked_for_another() {
        assertThat(agentAsks(false, ANN, VOICEMAIL).all(AskForSummary.class)).isEmpty();
    }

    @Test
    void the_agent_stays_and_knows_that_a_colleague_is_called() {
        var call = calling(false, ANN, VOICEMAIL);

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        assertThat(call.all(CloseEngine.class)).isEmpty();
        assertThat(call.all(CloseStream.class)).isEmpty();
        assertThat(call.all(TellEngine.class)).singleElement().satisfies(told -> assertThat(
                        told.turn().text())
                .isEqualTo(Calls.PHRASES.colleagueCalled()));
        assertThat(call.all(Say.class)).containsExactly(new Say(Calls.PHRASES.callingColleague()));
    }

    @Test
    void a_caller_who_waits_in_silence_hears_that_there_is_something_to_wait_for() {
        var call = calling(false, ANN, VOICEMAIL).says("i-1", "I'm calling a colleague.", 1_000).everythingIsHeard();

        call.forget().after(9_000);

        assertThat(call.all(Say.class)).containsExactly(new Say(Calls.PHRASES.stillCalling()));
        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    @Test
    void an_agent_that_asks_again_calls_nobody_else() {
        var call = calling(false, ANN, VOICEMAIL).forget();

        call.reply("r-9", new ToolRequest("c-9", ToolRequest.ESCALATE, "again"));

        assertThat(call.all(CallHuman.class)).isEmpty();
        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    // --- the meeting ---

    @Test
    void the_caller_leaves_when_the_human_has_taken_the_call_and_the_agent_has_said_so() {
        var call = calling(false, ANN, VOICEMAIL).forget().on(new HumanAccepted(0));

        assertThat(call.all(Say.class)).containsExactly(new Say(Calls.ANNOUNCEMENT));
        assertThat(call.all(FileHandoff.class)).singleElement().satisfies(filed -> assertThat(
                        filed.handoff().way())
                .isEqualTo(Way.meeting(0, 0)));
        assertThat(call.all(CloseStream.class)).isEmpty();

        announced(call);

        assertThat(call.all(CloseStream.class)).hasSize(1);
        assertThat(way(call)).isEqualTo(Way.meeting(0, 0));
        assertThat(call.all(LetHumanGo.class)).isEmpty();
    }

    @Test
    void a_human_who_takes_a_call_that_has_gone_on_counts_for_nothing() {
        var call = calling(false, ANN, BOB, VOICEMAIL).on(new HumanLost(0, Route.Result.NO_ANSWER)).forget();

        call.on(new HumanAccepted(0));

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        assertThat(call.orders()).isEmpty();
    }

    @Test
    void a_human_who_is_gone_before_the_caller_has_left_is_followed_by_the_next() {
        var call = calling(false, ANN, QUEUE, VOICEMAIL).on(new HumanAccepted(0)).on(new HandoffFiled()).forget();

        call.on(new HumanLost(0, Route.Result.HUMAN_GONE));
        announced(call);

        assertThat(call.all(LetHumanGo.class))
                .containsExactly(new LetHumanGo(0, Optional.of(Route.Result.HUMAN_GONE)));
        assertThat(way(call)).isEqualTo(Way.tried(0, Route.Result.HUMAN_GONE));
        assertThat(call.all(RecallCaller.class)).isEmpty();
    }

    @Test
    void a_caller_who_would_find_nobody_is_called_back_from_the_room() {
        var call = announced(calling(false, ANN, VOICEMAIL).on(new HumanAccepted(0))).forget();

        call.on(new HumanLost(0, Route.Result.HUMAN_GONE));

        assertThat(call.all(RecallCaller.class)).hasSize(1);
        assertThat(way(call)).isEqualTo(Way.tried(0, Route.Result.HUMAN_GONE));
    }

    // --- nobody ---

    @ParameterizedTest
    @EnumSource(
            value = Route.Result.class,
            names = {"DECLINED", "BUSY", "NO_ANSWER", "NO_KEY", "FAILED"})
    void whatever_keeps_the_human_away_the_agent_learns_it_where_it_is_to_have_the_caller_back(Route.Result why) {
        var call = calling(true, ANN, VOICEMAIL).forget();

        call.on(new HumanLost(0, why));

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        assertThat(call.all(LetHumanGo.class)).containsExactly(new LetHumanGo(0, Optional.of(why)));
        assertThat(call.all(TellEngine.class)).singleElement().satisfies(told -> assertThat(
                        told.turn().text())
                .isEqualTo(Calls.PHRASES.nobodyCame(why)));
        assertThat(call.all(CallEffect.AskForReply.class)).hasSize(1);
        assertThat(call.remarks()).containsExactly("human_" + why.slug().replace('-', '_'));
    }

    @ParameterizedTest
    @EnumSource(
            value = Route.Result.class,
            names = {"DECLINED", "BUSY", "NO_ANSWER", "NO_KEY", "FAILED"})
    void or_the_caller_goes_on_along_the_route(Route.Result why) {
        var call = calling(false, ANN, QUEUE, VOICEMAIL).forget();

        call.on(new HumanLost(0, why)).on(new HandoffFiled());

        assertThat(way(call)).isEqualTo(Way.tried(0, why));
        assertThat(call.all(CloseStream.class)).hasSize(1);
        assertThat(call.all(FileHandoff.class)).isNotEmpty();
    }

    @Test
    void the_next_human_is_called_while_the_caller_still_stays() {
        var call = calling(false, ANN, BOB, VOICEMAIL).forget();

        call.on(new HumanLost(0, Route.Result.BUSY));

        assertThat(call.phase()).isInstanceOf(Conversing.class);
        assertThat(call.all(CallHuman.class)).singleElement().satisfies(order -> {
            assertThat(order.to()).isEqualTo(BOB);
            assertThat(order.attempt()).isEqualTo(1);
            assertThat(order.step()).isEqualTo(1);
        });
    }

    @Test
    void a_second_try_in_vain_ends_at_the_voicemail() {
        var call = calling(true, ANN, VOICEMAIL).on(new HumanLost(0, Route.Result.BUSY)).forget();

        call.reply("r-2", new ToolRequest("c-2", ToolRequest.ESCALATE, "")).on(new HandoffFiled());

        assertThat(call.all(CallHuman.class)).extracting(CallHuman::attempt).containsExactly(1);
        call.on(new HumanLost(1, Route.Result.NO_ANSWER)).on(new HandoffFiled());
        assertThat(way(call)).isEqualTo(Way.tried(0, Route.Result.NO_ANSWER));
    }

    @Test
    void a_caller_who_has_come_back_on_an_earlier_stream_does_not_come_back_once_more() {
        var broken = calling(true, ANN, VOICEMAIL)
                .on(new HumanLost(0, Route.Result.BUSY))
                .on(new StreamEnded(StreamEnd.LOST));
        var call = Calls.continuing(broken)
                .on(new CallEvent.StreamOpened(List.of()))
                .on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()));

        call.reply("r-2", new ToolRequest("c-2", ToolRequest.ESCALATE, "")).on(new HandoffFiled());
        call.on(new HumanLost(1, Route.Result.NO_ANSWER)).on(new HandoffFiled());

        assertThat(way(call)).isEqualTo(Way.tried(0, Route.Result.NO_ANSWER));
    }

    @Test
    void a_provider_that_never_tells_how_it_ended_is_not_waited_for() {
        var call = calling(true, ANN, VOICEMAIL).forget();

        for (int i = 0; i < 10; i++) {
            call.says("i-" + i, "We could look at your order meanwhile.", 1_000).after(6_600).everythingIsHeard();
        }

        assertThat(call.all(LetHumanGo.class)).containsExactly(new LetHumanGo(0, Optional.of(Route.Result.NO_ANSWER)));
        assertThat(call.phase()).isInstanceOf(Conversing.class);
    }

    // --- other ways out meanwhile ---

    @Test
    void key_0_still_works_and_dials_the_same_human_like_any_other() {
        var call = calling(false, ANN, BOB, VOICEMAIL).on(new HumanLost(0, Route.Result.BUSY)).forget();

        call.key('0').on(new HandoffFiled());

        assertThat(call.all(CloseEngine.class)).isNotEmpty();
        assertThat(call.all(LetHumanGo.class)).containsExactly(new LetHumanGo(1, Optional.empty()));
        assertThat(way(call)).isEqualTo(Way.to(1));
    }

    @Test
    void key_0_before_anybody_is_called_waits_for_no_agent() {
        var call = aConversation(rules(false, ANN, VOICEMAIL)).key('0').on(new HandoffFiled());

        assertThat(call.all(CallHuman.class)).isEmpty();
        assertThat(way(call)).isEqualTo(Way.FIRST);
    }

    @Test
    void a_caller_who_hangs_up_lets_the_human_go() {
        var call = calling(false, ANN, VOICEMAIL).forget();

        call.on(new StreamEnded(StreamEnd.STOPPED));

        assertThat(call.all(LetHumanGo.class))
                .containsExactly(new LetHumanGo(0, Optional.of(Route.Result.CALLER_GONE)));
    }

    @Test
    void a_caller_who_hangs_up_while_a_human_is_called_has_not_reached_one() {
        var byStream = calling(true, ANN, VOICEMAIL).on(new StreamEnded(StreamEnd.STOPPED));
        var byProvider = calling(true, ANN, VOICEMAIL).on(new CallOver("completed"));
        var afterwards = calling(true, ANN, VOICEMAIL)
                .on(new HumanLost(0, Route.Result.BUSY))
                .on(new StreamEnded(StreamEnd.STOPPED));

        var abandoned = new Disposition(Disposition.Outcome.ABANDONED, "agent_asked");
        assertThat(byStream.phase()).isEqualTo(new Phase.Ended(abandoned));
        assertThat(byProvider.phase()).isEqualTo(new Phase.Ended(abandoned));
        assertThat(afterwards.phase()).isEqualTo(new Phase.Ended(Disposition.HUNG_UP));
    }

    @Test
    void a_caller_who_hangs_up_while_the_human_waits_lets_the_human_go() {
        var call = calling(false, ANN, VOICEMAIL).on(new HumanAccepted(0)).forget();

        call.on(new CallOver("completed"));

        assertThat(call.all(LetHumanGo.class))
                .containsExactly(new LetHumanGo(0, Optional.of(Route.Result.CALLER_GONE)));
    }

    @Test
    void a_stream_that_breaks_lets_the_human_go() {
        var call = calling(false, ANN, VOICEMAIL).forget();

        call.on(new StreamEnded(StreamEnd.LOST));

        assertThat(call.all(LetHumanGo.class)).containsExactly(new LetHumanGo(0, Optional.empty()));
    }

    @Test
    void the_next_stream_calls_under_another_number() {
        var broken = calling(false, ANN, VOICEMAIL).on(new StreamEnded(StreamEnd.LOST));
        var call = Calls.continuing(broken)
                .on(new CallEvent.StreamOpened(List.of()))
                .on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()))
                .forget();

        call.reply("r-3", new ToolRequest("c-3", ToolRequest.ESCALATE, "")).on(new HandoffFiled());

        assertThat(call.all(CallHuman.class)).extracting(CallHuman::attempt).containsExactly(1);
    }

    // --- given ---

    /// The caller speaks of something that is a human's affair.
    private static Calls sentByRule() {
        var topic = new Signals.Topic("refund", List.of(Pattern.compile("refund")));
        var rule = new EscalationRule(
                List.of(new EscalationRule.TopicIs("refund")), Optional.empty(), Optional.empty(), false);
        var policy = new EscalationPolicy(
                List.of(rule),
                new Lexicon(Map.of(), List.of()),
                List.of(topic),
                false,
                Map.of("default", new Route(List.of(ANN, VOICEMAIL))));
        return aConversation(Calls.rules(policy)).callerSays("c-1", "Can you refund my last order?");
    }

    private static CallRules rules(boolean back, Destination... destinations) {
        return Calls.rules(new EscalationPolicy(
                List.of(),
                new Lexicon(Map.of(), List.of()),
                List.of(),
                false,
                Map.of("default", new Route(List.of(destinations), back))));
    }

    private static Calls agentAsks(boolean back, Destination... destinations) {
        return aConversation(rules(back, destinations))
                .callerSays("c-1", "My order never came.")
                .forget()
                .reply("r-1", new ToolRequest("c-1", ToolRequest.ESCALATE, "refund"));
    }

    private static Calls calling(boolean back, Destination... destinations) {
        return agentAsks(back, destinations).on(new HandoffFiled());
    }

    /// The agent's announcement is spoken and heard, and the handoff stored.
    private static Calls announced(Calls call) {
        return call.on(new HandoffFiled())
                .on(new ReplyStarted("reply-bye"))
                .on(new AgentAudio(Calls.content("bye"), AudioFrame.silence(500)))
                .reply("reply-bye")
                .everythingIsHeard();
    }

    private static Way way(Calls call) {
        return switch (call.phase()) {
            case Transferred(var handoff, _) -> handoff.way();
            case HandingOff(var handoff, _, _) -> throw new AssertionError("still there: " + handoff.way());
            default -> throw new AssertionError("not on the way: " + call.phase());
        };
    }
}
