package io.offhook.call;

import static io.offhook.call.Calls.PHRASES;
import static io.offhook.call.Calls.aConversation;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.AnswerTool;
import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.RunTool;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.ToolFinished;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ToolsInACallTest {
    private static final ToolRequest FIND = new ToolRequest("t1", "find_order", "{\"id\":1}");
    private static final ToolRequest FIND_OTHER = new ToolRequest("t2", "find_order", "{\"id\":2}");
    private static final ToolRequest REFUND = new ToolRequest("t3", "refund", "{\"id\":1}");
    private static final ToolRequest REFUND_AGAIN = new ToolRequest("t4", "refund", "{\"id\":1}");
    private static final ToolRequest REFUND_OTHER = new ToolRequest("t5", "refund", "{\"id\":2}");

    private static ToolFinished finished(ToolRequest request) {
        return new ToolFinished(request, new ToolOutcome("{\"ok\":1}", ToolOutcome.OK, Duration.ZERO, false));
    }

    private static AnswerTool answer(ToolRequest request) {
        return new AnswerTool(request, "{\"ok\":1}");
    }

    @Test
    void two_tools_of_one_reply_are_both_answered_before_the_agent_speaks() {
        var call = aConversation();

        call.reply("r1", FIND, FIND_OTHER).on(finished(FIND_OTHER)).on(finished(FIND));

        assertThat(call.orders())
                .containsExactly(
                        new RunTool(FIND),
                        new RunTool(FIND_OTHER),
                        answer(FIND_OTHER),
                        answer(FIND),
                        new AskForReply());
    }

    @Test
    void a_tool_is_answered_once() {
        var call = aConversation().reply("r1", FIND).on(finished(FIND)).forget();

        call.on(finished(FIND));

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void an_answer_that_nobody_waits_for_is_ignored() {
        var call = aConversation().reply("r1", FIND).forget();

        call.on(finished(FIND_OTHER));

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void a_tool_that_needs_a_yes_does_not_run_without_one() {
        var call = aConversation();

        call.reply("r1", REFUND).reply("r2", REFUND_AGAIN);

        assertThat(call.all(RunTool.class)).isEmpty();
        assertThat(call.orders())
                .containsExactly(
                        new AnswerTool(REFUND, PHRASES.confirmationNeeded()),
                        new AskForReply(),
                        new AnswerTool(REFUND_AGAIN, PHRASES.confirmationNeeded()),
                        new AskForReply());
    }

    @Test
    void a_yes_lets_it_run_once() {
        var call = aConversation().reply("r1", REFUND).callerSays("c1", "Yes, please.").forget();

        call.reply("r2", REFUND_AGAIN).on(finished(REFUND_AGAIN)).reply("r3", REFUND);

        assertThat(call.all(RunTool.class)).containsExactly(new RunTool(REFUND_AGAIN));
    }

    @Test
    void the_key_one_lets_it_run_and_is_told_to_the_model() {
        var call = aConversation().reply("r1", REFUND).forget();

        call.key('1').reply("r2", REFUND_AGAIN);

        assertThat(call.all(TellEngine.class))
                .extracting(order -> order.turn().text())
                .containsExactly(PHRASES.confirmedByKey());
        assertThat(call.all(RunTool.class)).containsExactly(new RunTool(REFUND_AGAIN));
    }

    @Test
    void the_key_one_means_nothing_when_nothing_was_asked() {
        var call = aConversation();

        call.key('1');

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void a_no_takes_the_question_back() {
        var call = aConversation().reply("r1", REFUND).callerSays("c1", "No, wait.").forget();

        call.key('1').reply("r2", REFUND_AGAIN);

        assertThat(call.all(RunTool.class)).isEmpty();
    }

    @Test
    void a_no_after_a_yes_counts() {
        var call = aConversation()
                .reply("r1", REFUND)
                .callerSays("c1", "Yes")
                .callerSays("c2", "Oh, stop!")
                .forget();

        call.reply("r2", REFUND_AGAIN);

        assertThat(call.all(RunTool.class)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "How much is it?", "Hmm"})
    void anything_else_is_neither(String words) {
        var call = aConversation().reply("r1", REFUND).callerSays("c1", words).forget();

        call.reply("r2", REFUND_AGAIN);

        assertThat(call.all(RunTool.class)).isEmpty();
    }

    @Test
    void a_yes_holds_only_for_the_arguments_asked_about() {
        var call = aConversation().reply("r1", REFUND).callerSays("c1", "yes").forget();

        call.reply("r2", REFUND_OTHER);

        assertThat(call.all(RunTool.class)).isEmpty();
    }

    @Test
    void a_yes_spoken_before_the_question_is_no_answer_to_it() {
        var call = aConversation()
                .callerSpeaks("c1")
                .on(new CallEvent.CallerStoppedSpeaking("c1"))
                .after(800)
                .reply("r1", REFUND)
                .forget();

        call.on(new CallerWords("c1", "Yes, refund it please")).reply("r2", REFUND_AGAIN);

        assertThat(call.all(RunTool.class)).isEmpty();
    }

    @Test
    void a_slow_tool_is_bridged_with_its_own_words_after_700_ms() {
        var call = aConversation().reply("r1", FIND).after(699);
        var before = call.all(Say.class);

        call.after(1);

        assertThat(before).isEmpty();
        assertThat(call.all(Say.class)).containsExactly(new Say("Let me look."));
    }

    @Test
    void a_tool_without_words_of_its_own_is_bridged_later() {
        var other = new ToolRequest("t9", "weather", "{}");
        var call = aConversation().reply("r1", other).after(2_499);
        var before = call.all(Say.class);

        call.after(1);

        assertThat(before).isEmpty();
        assertThat(call.all(Say.class)).containsExactly(new Say(PHRASES.oneMoment()));
    }

    @Test
    void a_quick_tool_is_not_bridged() {
        var call = aConversation().reply("r1", FIND).after(600);

        call.on(finished(FIND)).after(1_000);

        assertThat(call.all(Say.class)).isEmpty();
    }

    @Test
    void a_long_wait_is_bridged_again_and_again() {
        var call = aConversation().reply("r1", FIND).after(700);
        call.says("filler", "Let me look.", 1_000).everythingIsHeard();

        call.after(4_000);

        assertThat(call.all(Say.class)).hasSize(2);
    }

    @Test
    void words_of_the_agent_put_the_bridge_off_and_do_not_drop_it() {
        var call = aConversation().whereAgentIsSaying("a", Duration.ofSeconds(2), Duration.ZERO);
        call.reply("reply-a", FIND).after(2_600);
        var early = call.all(Say.class);

        call.after(100);

        assertThat(early).isEmpty();
        assertThat(call.all(Say.class)).hasSize(1);
    }

    @Test
    void many_quick_tools_in_a_row_are_bridged_like_a_slow_one() {
        var call = aConversation();

        for (int i = 0; i < 5; i++) {
            var request = new ToolRequest("q" + i, "find_order", "{\"round\":" + i + "}");
            call.on(new CallEvent.ReplyStarted("r" + i)).reply("r" + i, request).after(300).on(finished(request)).after(300);
        }

        assertThat(call.all(Say.class)).hasSize(1);
    }

    @Test
    void nothing_is_bridged_once_the_tools_are_done() {
        var call = aConversation().reply("r1", FIND).after(600).on(finished(FIND)).says("a", "Here it is.", 500);

        call.after(5_000);

        assertThat(call.all(Say.class)).isEmpty();
    }

    @Test
    void a_model_that_asks_for_tool_after_tool_is_told_to_speak_and_then_taken_off_the_line() {
        var call = aConversation();

        for (int i = 0; i < 8; i++) {
            var request = new ToolRequest("q" + i, "find_order", "{\"round\":" + i + "}");
            call.reply("r" + i, request).on(finished(request));
        }

        assertThat(call.all(RunTool.class)).hasSize(6);
        assertThat(call.all(AnswerTool.class))
                .extracting(AnswerTool::answer)
                .endsWith(PHRASES.tooManyTools())
                .hasSize(7);
        assertThat(call.all(CallEffect.FileHandoff.class))
                .extracting(order -> order.handoff().cause().slug())
                .containsExactly("engine_looping");
    }

    @Test
    void a_caller_who_speaks_gives_the_model_new_rounds() {
        var call = aConversation();

        for (int i = 0; i < 20; i++) {
            var request = new ToolRequest("q" + i, "find_order", "{\"round\":" + i + "}");
            call.callerSays("c" + i, "and this one?").reply("r" + i, request).on(finished(request));
        }

        assertThat(call.all(RunTool.class)).hasSize(20);
    }

    @Test
    void a_yes_that_is_recognised_only_after_the_model_asked_again_still_counts() {
        var call = aConversation().reply("r1", REFUND).after(1_000).callerSpeaks("c1").after(400);
        call.on(new CallEvent.CallerStoppedSpeaking("c1")).after(200).reply("r2", REFUND_AGAIN).forget();

        call.on(new CallerWords("c1", "Yes, do it")).reply("r3", new ToolRequest("t8", "refund", REFUND.arguments()));

        assertThat(call.all(RunTool.class)).hasSize(1);
    }

    @Test
    void what_tools_did_is_told_to_the_next_session_and_not_done_again() {
        var call = aConversation().callerSays("c", "where is it").reply("r1", FIND).on(finished(FIND)).forget();

        call.loses(EngineFault.Kind.CLOSED).after(0).on(ready());

        assertThat(call.all(CallEffect.OpenEngine.class).getFirst().history())
                .last()
                .isEqualTo(new Memory.ToolRun(FIND, Optional.of("{\"ok\":1}"), Calls.NOON));
        assertThat(call.all(RunTool.class)).isEmpty();
        assertThat(call.orders()).endsWith(new AskForReply());
    }

    @Test
    void a_tool_that_runs_while_the_engine_is_lost_is_answered_in_the_next_session() {
        var call = aConversation().callerSays("c", "where is it").reply("r1", FIND).forget();

        call.loses(EngineFault.Kind.CLOSED).after(0).on(ready());
        var beforeTheAnswer = call.all(AskForReply.class);
        call.on(finished(FIND));

        assertThat(call.all(CallEffect.OpenEngine.class).getFirst().history())
                .last()
                .isEqualTo(new Memory.ToolRun(FIND, Optional.empty(), Calls.NOON));
        assertThat(beforeTheAnswer).isEmpty();
        assertThat(call.orders()).endsWith(answer(FIND), new AskForReply());
    }

    @Test
    void an_answer_that_comes_between_two_sessions_is_known_to_the_second() {
        var call = aConversation().callerSays("c", "where is it").reply("r1", FIND).loses(EngineFault.Kind.CLOSED).forget();

        call.on(finished(FIND)).after(0).on(ready());

        assertThat(call.all(AnswerTool.class)).isEmpty();
        assertThat(call.all(CallEffect.OpenEngine.class).getFirst().history())
                .last()
                .isEqualTo(new Memory.ToolRun(FIND, Optional.of("{\"ok\":1}"), Calls.NOON));
        assertThat(call.all(AskForReply.class)).hasSize(1);
    }

    @Test
    void a_tool_that_outlives_its_stream_is_answered_on_the_next_one() {
        var lost = aConversation().callerSays("c", "where is it").reply("r1", FIND);
        lost.on(new CallEvent.StreamEnded(StreamEnd.LOST));
        var resumed = Calls.continuing(lost).on(new CallEvent.StreamOpened(List.of())).on(ready()).forget();

        resumed.on(finished(FIND));

        assertThat(resumed.orders()).containsExactly(answer(FIND), new AskForReply());
    }

    @Test
    void an_answer_that_comes_while_there_is_no_stream_is_known_on_the_next_one() {
        var lost = aConversation().callerSays("c", "where is it").reply("r1", FIND);
        lost.on(new CallEvent.StreamEnded(StreamEnd.LOST)).on(finished(FIND));

        var resumed = Calls.continuing(lost).on(new CallEvent.StreamOpened(List.of())).on(ready());

        assertThat(resumed.all(CallEffect.OpenEngine.class).getFirst().history())
                .last()
                .isEqualTo(new Memory.ToolRun(FIND, Optional.of("{\"ok\":1}"), Calls.NOON));
        assertThat(resumed.all(AskForReply.class)).hasSize(1);
    }

    @Test
    void a_question_whose_words_were_lost_with_the_engine_is_asked_for_again() {
        var call = aConversation().callerSays("c1", "hello").says("a", "Hello.", 100).after(200);
        call.callerSpeaks("c2").on(new CallEvent.CallerStoppedSpeaking("c2")).forget();

        call.loses(EngineFault.Kind.CLOSED).after(0);

        assertThat(call.all(CallEffect.OpenEngine.class).getFirst().history())
                .extracting(memory -> ((Turn) memory).text())
                .containsExactly("hello", "Hello.", PHRASES.notUnderstood());
    }

    private static CallEvent.EngineReady ready() {
        return new CallEvent.EngineReady(Duration.ZERO, Optional.empty());
    }
}
