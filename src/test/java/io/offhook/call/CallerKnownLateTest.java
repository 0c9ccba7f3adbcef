package io.offhook.call;

import static io.offhook.call.Calls.NOON;
import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.ringing;
import static io.offhook.call.Calls.rules;
import static io.offhook.call.Calls.whereTheEngineOpens;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEvent.CallerRecognised;
import io.offhook.call.EscalationRule.CallerIs;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// The records answer when the call is under way.
class CallerKnownLateTest {
    private static final String NOTE = "Known about the caller: {\"tier\":\"vip\"}.";

    private static CallRules knowing(CallRules rules, boolean atOnce) {
        var vip = new EscalationRule(
                List.of(new CallerIs("tier", "vip")), Optional.of("concierge"), Optional.of(Handoff.Urgency.HIGH), atOnce);
        return new CallRules(
                rules.agent(),
                rules.greeting(),
                rules.announcement(),
                rules.language(),
                rules.silence(),
                rules.length(),
                rules.tools(),
                new EscalationPolicy(List.of(vip), new Lexicon(Map.of(), List.of()), List.of(), false),
                Circumstances.Office.ALWAYS_OPEN,
                Map.of("tier", "vip", "first_name", "Dana"),
                "",
                rules.comfort(),
                Map.of(),
                Optional.empty());
    }

    private static CallerRecognised recognised(boolean atOnce) {
        return new CallerRecognised(knowing(rules(""), atOnce), Optional.of(NOTE));
    }

    @Test
    void the_agent_is_told_as_data_and_need_not_answer() {
        var call = aConversation();

        call.on(recognised(false));

        assertThat(call.orders()).containsExactly(new TellEngine(new Turn(Turn.Speaker.NOTE, "caller", NOTE, false, NOON)));
        assertThat(call.call().transcript().isEmpty()).as("nobody has said it").isTrue();
        assertThat(call.remarks()).containsExactly("caller_known_late");
    }

    @Test
    void rules_about_the_caller_say_from_then_on_where_the_caller_goes() {
        var call = aConversation();
        call.on(recognised(false));

        call.key('0');

        assertThat(call.all(FileHandoff.class)).singleElement().satisfies(filing -> {
            assertThat(filing.handoff().to()).isEqualTo("concierge");
            assertThat(filing.handoff().urgency()).isEqualTo(Handoff.Urgency.HIGH);
            assertThat(filing.handoff().story().customer()).containsEntry("first_name", "Dana");
        });
    }

    @Test
    void a_rule_that_wants_such_a_caller_at_once_gets_the_caller_at_once() {
        var call = aConversation();

        call.on(recognised(true));

        assertThat(call.all(FileHandoff.class)).hasSize(1);
        assertThat(call.orders()).contains(new Say(Calls.ANNOUNCEMENT));
    }

    @Test
    void a_session_that_is_not_ready_is_told_before_it_greets_the_caller_by_name() {
        var call = ringing(rules("Hello.")).on(new CallEvent.StreamOpened(List.of())).forget();

        call.on(new CallerRecognised(knowing(rules("Welcome back, Dana!"), false), Optional.of(NOTE)));
        call.on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()));

        assertThat(call.all(TellEngine.class)).hasSize(1);
        assertThat(call.all(Say.class)).containsExactly(new Say("Welcome back, Dana!"));
    }

    @Test
    void what_is_no_news_for_the_agent_is_not_told() {
        var call = whereTheEngineOpens();

        call.on(new CallerRecognised(knowing(rules(""), false), Optional.empty()));

        assertThat(call.orders()).isEmpty();
        assertThat(call.call().rules().caller()).containsEntry("tier", "vip");
    }

    @Test
    void a_caller_on_the_way_to_a_human_takes_the_record_along() {
        var call = aConversation();
        call.key('0').forget();

        call.on(recognised(true)).on(new CallEvent.HandoffFiled());

        assertThat(call.all(TellEngine.class)).isEmpty();
        assertThat(call.phase()).isInstanceOfSatisfying(
                Phase.Transferred.class,
                transferred -> assertThat(transferred.handoff().story().customer()).containsEntry("tier", "vip"));
    }
}
