package io.offhook.call;

import static io.offhook.call.Calls.ANNOUNCEMENT;
import static io.offhook.call.Calls.PHRASES;
import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.content;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.ringing;
import static io.offhook.call.Calls.rules;
import static io.offhook.call.Calls.sent;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Named.named;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.offhook.call.CallEffect.AnswerTool;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.CallOver;
import io.offhook.call.CallEvent.DrainDeadlineReached;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.Disposition.Outcome;
import io.offhook.call.Phase.Detached;
import io.offhook.call.Phase.Ended;
import io.offhook.call.Phase.HandingOff;
import io.offhook.call.Phase.SayingGoodbye;
import io.offhook.call.Phase.Transferred;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

class WaysOutTest {
    private static final ToolRequest END = new ToolRequest("t1", "end_call", "{}");
    private static final ToolRequest ESCALATE = new ToolRequest("t2", "escalate_to_human", "wants a refund");

    @Test
    void end_call_without_words_has_the_agent_say_goodbye() {
        var call = aConversation();

        call.reply("r1", END);

        assertThat(call.orders()).containsExactly(new AnswerTool(END, "{\"ok\":true}"), new Say(PHRASES.goodbye()));
        assertThat(call.phase()).isInstanceOf(SayingGoodbye.class);
    }

    @Test
    void end_call_after_spoken_words_lets_them_be_the_goodbye() {
        var call = aConversation().whereAgentIsSaying("a", sent(1_000), heard(100));

        call.reply("reply-a", END);

        assertThat(call.all(Say.class)).isEmpty();
        assertThat(call.all(CloseStream.class)).isEmpty();
    }

    @Test
    void so_it_does_when_the_words_are_already_heard() {
        var call = aConversation()
                .whereAgentIsSaying("a", sent(1_000), heard(1_000))
                .on(new CallEvent.AgentAudioEnded(content("a")))
                .everythingIsHeard();

        call.reply("reply-a", END);

        assertThat(call.all(Say.class)).isEmpty();
        assertThat(call.phase()).isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "goodbye")));
    }

    @Test
    void the_stream_closes_when_the_goodbye_was_heard() {
        var call = aConversation().reply("r1", END).says("g", "Goodbye", 1_000).after(900);
        boolean early = call.phase() instanceof Ended;

        call.everythingIsHeard();

        assertThat(early).isFalse();
        assertThat(call.all(CloseStream.class)).hasSize(1);
        assertThat(call.remarks()).doesNotContain("marks_missing");
        assertThat(call.phase()).isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "goodbye")));
    }

    @Test
    void without_a_mark_the_goodbye_is_over_two_seconds_after_its_audio() {
        var call = aConversation().reply("r1", END).says("g", "Goodbye", 1_000).after(2_999);
        boolean early = call.phase() instanceof Ended;

        call.after(1);

        assertThat(early).isFalse();
        assertThat(call.phase()).isInstanceOf(Ended.class);
        assertThat(call.remarks()).contains("marks_missing");
    }

    @Test
    void a_goodbye_that_never_comes_does_not_hold_the_line() {
        var call = aConversation().reply("r1", END);

        call.after(4_000);

        assertThat(call.phase()).isInstanceOf(Ended.class);
    }

    @Test
    void a_goodbye_that_never_came_is_known_to_be_unheard() {
        var failed = aConversation().reply("r1", END).reply("r2", CallEvent.ReplyEnd.FAILED, "server_error");
        var lost = aConversation().reply("r1", END).loses(EngineFault.Kind.CLOSED);
        var late = aConversation().reply("r1", END).after(4_000);
        var detached = aConversation().reply("r1", END).on(new StreamEnded(StreamEnd.LOST));

        assertThat(List.of(failed, lost, late, detached)).allSatisfy(call -> assertThat(call.phase())
                .isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "goodbye"), false)));
    }

    @Test
    void a_goodbye_cut_by_the_end_of_the_stream_is_unheard_and_one_that_was_played_is_not() {
        var cut = aConversation().reply("r1", END).says("g", "Goodbye", 1_000).after(300);
        var played = aConversation().reply("r1", END).says("g", "Goodbye", 1_000).after(1_000);

        cut.on(new StreamEnded(StreamEnd.LOST));
        played.on(new StreamEnded(StreamEnd.LOST));

        assertThat(cut.phase()).isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "goodbye"), false));
        assertThat(played.phase()).isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "goodbye"), true));
    }

    @Test
    void a_caller_who_hangs_up_during_the_goodbye_after_silence_is_stored_as_silent() {
        var call = aConversation().after(10_000).says("a", "Are you still there?", 500).after(500).everythingIsHeard().after(10_000);

        call.on(new StreamEnded(StreamEnd.STOPPED));

        assertThat(call.phase()).isEqualTo(new Ended(new Disposition(Outcome.RESOLVED, "silence")));
    }

    @Test
    void the_human_is_told_what_was_recognised_on_the_way() {
        var call = aConversation().callerSpeaks("c").on(new CallEvent.CallerStoppedSpeaking("c")).reply("r1", ESCALATE);

        call.on(new CallEvent.CallerWords("c", "I want my money back")).on(new HandoffFiled());
        call.reply("r2");

        assertThat(call.all(FileHandoff.class)).hasSize(2);
        assertThat(call.phase()).isInstanceOfSatisfying(Transferred.class, transferred -> {
            assertThat(transferred.handoff().transcript()).extracting(Turn::text).contains("I want my money back");
            assertThat(transferred.handoff()).isEqualTo(call.all(FileHandoff.class).getLast().handoff());
        });
    }

    @Test
    void end_call_waits_for_the_tools_asked_for_beside_it() {
        var find = new ToolRequest("t3", "find_order", "{}");
        var call = aConversation().reply("r1", END, find);
        var before = List.copyOf(call.orders());

        call.on(new CallEvent.ToolFinished(find, new ToolOutcome("{}", ToolOutcome.OK, Duration.ZERO, false)));

        assertThat(before).containsExactly(new CallEffect.RunTool(find));
        assertThat(call.all(AnswerTool.class)).containsExactly(new AnswerTool(find, "{}"), new AnswerTool(END, "{\"ok\":true}"));
        assertThat(call.phase()).isInstanceOf(SayingGoodbye.class);
    }

    @Test
    void the_call_goes_on_when_a_tool_beside_end_call_fails() {
        var find = new ToolRequest("t3", "find_order", "{}");
        var call = aConversation().reply("r1", END, find).forget();

        call.on(new CallEvent.ToolFinished(find, new ToolOutcome("{}", ToolOutcome.TIMEOUT, Duration.ZERO, false)));

        assertThat(call.orders())
                .containsExactly(
                        new AnswerTool(find, "{}"), new AnswerTool(END, PHRASES.notEnded()), new CallEffect.AskForReply());
        assertThat(call.phase()).isInstanceOf(Phase.Conversing.class);
    }

    @Test
    void the_call_goes_on_when_a_tool_beside_end_call_wants_a_yes_first() {
        var call = aConversation().reply("r1", new ToolRequest("t3", "refund", "{}"), END);

        assertThat(call.phase()).isInstanceOf(Phase.Conversing.class);
        assertThat(call.all(CallEffect.RunTool.class)).isEmpty();
    }

    @Test
    void the_caller_cannot_cut_the_goodbye() {
        var call = aConversation().reply("r1", END).audio("g", sent(1_000)).forget();

        call.callerSpeaks("bye").on(new CallEvent.CallerAudio(AudioFrame.silence(20), 0));

        assertThat(call.orders()).isEmpty();
        assertThat(call.millisHeardByEngine()).isEmpty();
    }

    @Test
    void escalation_is_announced_by_the_agent_and_filed_at_once() {
        var call = aConversation();

        call.reply("r1", ESCALATE);

        assertThat(call.orders().getFirst()).isEqualTo(new AnswerTool(ESCALATE, "{\"accepted\":true}"));
        assertThat(call.orders().getLast()).isEqualTo(new Say(ANNOUNCEMENT));
        var handoff = call.all(FileHandoff.class).getFirst().handoff();
        assertThat(handoff.cause()).isEqualTo(new HandoffCause.AgentAsked());
        assertThat(handoff.reason()).isEqualTo("wants a refund");
        assertThat(handoff.urgency()).isEqualTo(Handoff.Urgency.HIGH);
    }

    @Test
    void escalation_closes_the_stream_only_when_the_announcement_is_heard_and_the_handoff_filed() {
        var filed = aConversation().reply("r1", ESCALATE).on(new HandoffFiled()).says("h", "Moment", 1_000);
        var heard = aConversation().reply("r1", ESCALATE).says("h", "Moment", 1_000).after(1_000).everythingIsHeard();
        boolean early = filed.phase() instanceof Transferred || heard.phase() instanceof Transferred;

        filed.after(1_000).everythingIsHeard();
        heard.on(new HandoffFiled());

        assertThat(early).isFalse();
        assertThat(filed.phase()).isInstanceOfSatisfying(Transferred.class, t -> assertThat(t.announced()).isTrue());
        assertThat(heard.phase()).isInstanceOfSatisfying(Transferred.class, t -> assertThat(t.announced()).isTrue());
        assertThat(heard.all(CloseStream.class)).hasSize(1);
    }

    @Test
    void escalation_outweighs_every_other_tool_of_the_reply() {
        var call = aConversation();

        call.reply("r1", END, ESCALATE);

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
    }

    @Test
    void an_announcement_that_never_comes_is_left_to_the_provider() {
        var call = aConversation().reply("r1", ESCALATE).on(new HandoffFiled());

        call.after(4_000);

        assertThat(call.phase()).isInstanceOfSatisfying(Transferred.class, t -> assertThat(t.announced()).isFalse());
    }

    @Test
    void filing_is_awaited_for_a_second_and_a_half() {
        var call = aConversation().key('0').after(1_499);
        boolean early = call.phase() instanceof Transferred;

        call.after(1);

        assertThat(early).isFalse();
        assertThat(call.phase()).isInstanceOf(Transferred.class);
        assertThat(call.remarks()).contains("handoff_unconfirmed");
    }

    @Test
    void an_engine_lost_during_the_announcement_lets_the_rest_be_heard() {
        var call = aConversation().reply("r1", ESCALATE).on(new HandoffFiled()).audio("h", sent(1_000));

        call.loses(EngineFault.Kind.CLOSED).after(1_000);
        boolean early = call.phase() instanceof Transferred;
        call.everythingIsHeard();

        assertThat(early).isFalse();
        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_draining_server_hands_the_caller_over() {
        var call = aConversation();

        call.on(new DrainDeadlineReached());

        assertThat(call.all(FileHandoff.class).getFirst().handoff().cause()).isEqualTo(new HandoffCause.ServerDraining());
    }

    @Test
    void a_stopped_stream_is_the_caller_hanging_up() {
        var call = aConversation();

        call.on(new StreamEnded(StreamEnd.STOPPED));

        assertThat(call.phase()).isEqualTo(new Ended(new Disposition(Outcome.HUNG_UP, "caller_hangup")));
        assertThat(call.orders()).containsExactly(new CloseEngine());
        assertThat(call.call().timers().earliest()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(value = StreamEnd.class, mode = EnumSource.Mode.EXCLUDE, names = "STOPPED")
    void any_other_end_of_the_stream_leaves_the_call_alive(StreamEnd why) {
        var call = aConversation();

        call.on(new StreamEnded(why));

        assertThat(call.phase()).isEqualTo(new Detached(why));
        assertThat(call.remarks()).containsExactly(why.slug());
        assertThat(call.orders()).containsExactly(new CloseEngine(), new CloseStream());
    }

    @Test
    void a_stream_lost_on_the_way_to_a_human_does_not_stop_the_transfer() {
        var call = aConversation().key('0');

        call.on(new StreamEnded(StreamEnd.LOST));

        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_stream_stopped_on_the_way_to_a_human_is_a_caller_who_gave_up() {
        var call = aConversation().key('0');

        call.on(new StreamEnded(StreamEnd.STOPPED));

        assertThat(call.phase()).isEqualTo(new Ended(new Disposition(Outcome.ABANDONED, "caller_pressed_zero")));
    }

    static Stream<Arguments> phases() {
        return Stream.of(
                arguments(named("ringing", ringing(rules(""))), Outcome.HUNG_UP),
                arguments(named("conversing", aConversation()), Outcome.HUNG_UP),
                arguments(named("saying goodbye", aConversation().reply("r1", END)), Outcome.RESOLVED),
                arguments(named("handing off", aConversation().key('0')), Outcome.ABANDONED),
                arguments(named("on the way", aConversation().key('0').on(new HandoffFiled())), Outcome.ABANDONED),
                arguments(named("detached", aConversation().on(new StreamEnded(StreamEnd.LOST))), Outcome.HUNG_UP));
    }

    @ParameterizedTest
    @MethodSource("phases")
    void the_providers_word_ends_every_phase_once(Calls call, Outcome outcome) {
        call.forget();

        call.on(new CallOver("completed")).on(new CallOver("completed")).after(60_000);

        assertThat(call.orders()).containsExactly(new CloseEngine(), new CloseStream());
        assertThat(call.phase()).isInstanceOfSatisfying(
                Ended.class, ended -> assertThat(ended.disposition().outcome()).isEqualTo(outcome));
    }
}
