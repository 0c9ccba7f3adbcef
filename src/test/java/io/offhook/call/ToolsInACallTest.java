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
}
