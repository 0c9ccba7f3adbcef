package io.offhook.call;

import static io.offhook.call.Calls.aConversation;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.agent.LexiconFile;
import io.offhook.call.CallEffect.AskForSummary;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.SummaryWritten;
import io.offhook.call.Phase.Transferred;
import io.offhook.call.Story.SummarySource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// A summary by the engine: welcome while the announcement is spoken, and never waited for long.
class SummaryTest {
    private static final Digest WRITTEN = new Digest("Wants a refund for order 71.", List.of(), Map.of());

    private static final List<Signals.Topic> TOPICS = List.of(
            new Signals.Topic("returns", List.of(Pattern.compile("bring back"))),
            new Signals.Topic("hours", List.of(Pattern.compile("open today"))));

    /// The caller has asked for a person, and the agent says in its own voice that one is coming.
    private static Calls aCallOnItsWay() {
        var plain = Calls.rules("");
        var policy = new EscalationPolicy(List.of(), LexiconFile.of(List.of("en")), TOPICS, false);
        var call = aConversation(new CallRules(
                plain.agent(),
                plain.greeting(),
                plain.announcement(),
                plain.language(),
                plain.silence(),
                plain.length(),
                plain.tools(),
                policy,
                plain.office(),
                plain.caller(),
                plain.attestation(),
                plain.comfort(),
                Map.of(),
                Optional.empty()));
        return call.callerSays("c1", "I want a refund for order 71. Let me talk to a person.");
    }

    private static Calls announced(Calls call) {
        return call.says("bye", Calls.ANNOUNCEMENT, 300).everythingIsHeard();
    }

    private static Story told(Calls call) {
        return call.all(FileHandoff.class).getLast().handoff().story();
    }

    @Test
    void it_is_asked_for_beside_the_announcement_and_the_handoff_is_stored_without_it() {
        var call = aCallOnItsWay();

        assertThat(call.orders())
                .contains(
                        call.all(FileHandoff.class).getFirst(), new Say(Calls.ANNOUNCEMENT), call.all(AskForSummary.class).getFirst());
        assertThat(told(call).source()).isEqualTo(SummarySource.RULE);
    }

    @Test
    void one_that_comes_in_time_is_stored_and_travels() {
        var call = aCallOnItsWay().on(new HandoffFiled()).on(new SummaryWritten(Optional.of(WRITTEN)));

        announced(call);

        assertThat(told(call).summary()).isEqualTo(WRITTEN.summary());
        assertThat(told(call).source()).isEqualTo(SummarySource.ENGINE);
        assertThat(((Transferred) call.phase()).handoff().story().summary()).isEqualTo(WRITTEN.summary());
    }

    @Test
    void of_its_topics_and_facts_those_travel_that_are_known_or_were_said() {
        var facts = Map.of(
                "order", "71",
                "invented", "72",
                "Card_Number", "4111 1111 1111 1111",
                "long", "x".repeat(200));
        var digest = new Digest("Wants a refund.", List.of("returns", "made up"), facts);
        var call = aCallOnItsWay().on(new HandoffFiled()).on(new SummaryWritten(Optional.of(digest)));

        announced(call);

        assertThat(told(call).topics()).containsExactly("returns");
        assertThat(told(call).mentioned()).isEqualTo(Map.of("order", "71"));
        assertThat(told(call).facts()).isEmpty();
    }

    @Test
    void it_asks_for_the_operators_topics_by_name() {
        var prompt = aCallOnItsWay().all(AskForSummary.class).getFirst().prompt();

        assertThat(prompt).contains("of these only: returns, hours");
    }

    @Test
    void the_caller_waits_for_it_a_second_and_a_half_at_most() {
        var call = aCallOnItsWay().on(new HandoffFiled());
        announced(call);
        boolean stayed = call.all(CloseStream.class).isEmpty();

        call.after(1_500);

        assertThat(stayed).isTrue();
        assertThat(call.phase()).isInstanceOf(Transferred.class);
        assertThat(told(call).source()).isEqualTo(SummarySource.RULE);
    }

    @Test
    void a_late_one_and_one_of_no_use_change_nothing() {
        var late = announced(aCallOnItsWay().on(new HandoffFiled())).after(1_500).on(new SummaryWritten(Optional.of(WRITTEN)));
        var useless = announced(aCallOnItsWay().on(new HandoffFiled()).on(new SummaryWritten(Optional.empty())));

        assertThat(told(late).source()).isEqualTo(SummarySource.RULE);
        assertThat(told(useless).source()).isEqualTo(SummarySource.RULE);
        assertThat(useless.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void nobody_waits_for_an_engine_that_is_gone_or_a_caller_who_presses_zero() {
        var gone = announced(aCallOnItsWay().on(new HandoffFiled())).loses(EngineFault.Kind.CLOSED);
        var impatient = aCallOnItsWay().on(new HandoffFiled()).key('0').everythingIsHeard();

        assertThat(gone.phase()).isInstanceOf(Transferred.class);
        assertThat(impatient.phase()).isInstanceOf(Transferred.class);
    }

    @Test
    void the_agents_own_summary_needs_no_other_and_silence_needs_none() {
        var own = aConversation().callerSays("c1", "A refund, please.");
        own.reply("r1", new ToolRequest("t1", ToolRequest.ESCALATE, "wants a refund"));
        var pressed = aConversation().callerSays("c1", "A refund, please.").key('0');

        assertThat(own.all(AskForSummary.class)).isEmpty();
        assertThat(pressed.all(AskForSummary.class)).isEmpty();
    }
}
