package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.ringing;
import static io.offhook.call.Calls.rules;
import static io.offhook.call.Calls.sent;
import static io.offhook.call.Calls.whereTheEngineOpens;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.ToolFinished;
import io.offhook.call.Phase.HandingOff;
import io.offhook.call.Phase.SayingGoodbye;
import io.offhook.call.Phase.Transferred;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class KeyZeroTest {

    static Stream<Named<Calls>> everywhere() {
        return Stream.of(
                Named.of("agent silent", aConversation()),
                Named.of("agent speaking", aConversation().whereAgentIsSaying("a", sent(2_000), heard(500))),
                Named.of("caller speaking", aConversation().callerSpeaks("hey").forget()),
                Named.of("tool running", aConversation().whereToolRuns("t1", "find_order")),
                Named.of("engine opening", whereTheEngineOpens()),
                Named.of(
                        "engine lost",
                        aConversation().loses(EngineFault.Kind.CLOSED).forget()),
                Named.of("saying goodbye", goodbye()));
    }

    private static Calls goodbye() {
        return aConversation().whereToolRuns("t1", "end_call");
    }

    private static Calls announcing() {
        return aConversation().whereToolRuns("t1", "escalate_to_human");
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void leads_to_a_human_once(Calls call) {
        call.key('0').key('0').key('0').on(new HandoffFiled()).key('0');

        assertThat(call.all(FileHandoff.class))
                .extracting(order -> order.handoff().cause())
                .containsExactly(new HandoffCause.CallerPressedZero());
        assertThat(call.all(CloseStream.class)).hasSize(1);
        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @ParameterizedTest
    @MethodSource("everywhere")
    void lets_the_agent_say_nothing_more(Calls call) {
        call.key('0').audio("late", Duration.ofMillis(500));

        assertThat(call.all(Say.class)).isEmpty();
        assertThat(call.millisPlayed()).isZero();
        assertThat(call.call().playout().audible(call.now())).isFalse();
    }

    @Test
    void stops_the_speaking_agent_at_once() {
        var call = aConversation().whereAgentIsSaying("a", sent(3_000), heard(1_200));

        call.key('0');

        assertThat(call.phase()).isInstanceOf(HandingOff.class);
        assertThat(call.orders()).startsWith(new ClearPlayout(), new CloseEngine());
    }

    @Test
    void takes_the_announcement_off_the_air_when_the_caller_is_already_on_the_way() {
        var call = announcing().audio("a", sent(2_000)).forget();

        call.key('0');

        assertThat(call.orders()).containsExactly(new ClearPlayout());
        assertThat(call.all(FileHandoff.class)).isEmpty();
    }

    @Test
    void keeps_what_comes_late_of_the_announcement_off_the_air() {
        var call = announcing().audio("a", sent(500)).forget();

        call.key('0').audio("a", sent(500));

        assertThat(call.millisPlayed()).isZero();
    }

    @Test
    void leaves_the_stream_open_until_the_handoff_is_filed() {
        var call = aConversation();

        call.key('0');

        assertThat(call.all(CloseStream.class)).isEmpty();
    }

    @Test
    void makes_the_answer_of_a_running_tool_pointless() {
        var call = aConversation().whereToolRuns("t1", "find_order").key('0').forget();

        call.on(new ToolFinished(
                new ToolRequest("t1", "find_order", "{}"),
                new ToolOutcome("{}", ToolOutcome.OK, Duration.ZERO, false)));

        assertThat(call.orders()).isEmpty();
    }

    @Test
    void means_nothing_before_the_stream_is_open() {
        var call = ringing(rules(""));

        call.key('0');

        assertThat(call.orders()).isEmpty();
        assertThat(call.phase()).isInstanceOf(Phase.Ringing.class);
    }

    @Test
    void other_keys_leave_the_goodbye_alone() {
        var call = goodbye();

        call.key('5');

        assertThat(call.phase()).isInstanceOf(SayingGoodbye.class);
        assertThat(call.orders()).isEmpty();
    }

    @Test
    void the_handover_tells_the_human_what_was_heard() {
        var call = aConversation()
                .callerSays("c", "where is my order")
                .on(new CallEvent.ReplyStarted("reply-a"))
                .audio("a", sent(1_000))
                .on(new CallEvent.AgentWords(Calls.content("a"), "one two three four"))
                .after(500)
                .forget();

        call.key('0');

        assertThat(call.all(FileHandoff.class).getFirst().handoff().transcript())
                .extracting(Turn::text)
                .containsExactly("where is my order", "one two");
    }

    @Test
    void a_fault_of_ours_leads_to_a_human_too() {
        var call = aConversation();

        call.fault();

        assertThat(call.all(FileHandoff.class))
                .extracting(order -> order.handoff().cause())
                .containsExactly(new HandoffCause.Fault());
    }

    @Test
    void a_fault_on_the_way_to_a_human_files_no_second_handover() {
        var call = aConversation().key('0');

        call.fault().on(new HandoffFiled());

        assertThat(call.all(FileHandoff.class)).hasSize(1);
        assertThat(call.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void a_fault_after_the_call_brings_nothing_back() {
        var call = aConversation().on(new CallEvent.CallOver("completed")).forget();

        call.fault();

        assertThat(call.orders()).isEmpty();
        assertThat(call.phase()).isInstanceOf(Phase.Ended.class);
    }
}
