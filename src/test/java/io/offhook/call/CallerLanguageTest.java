package io.offhook.call;

import static io.offhook.call.Calls.ANNOUNCEMENT;
import static io.offhook.call.Calls.PHRASES;
import static io.offhook.call.Calls.aConversation;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.agent.LexiconFile;
import io.offhook.call.CallEffect.Say;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A caller who speaks the second language of an agent that answers in English.
class CallerLanguageTest {
    private static final String SPANISH = "Hola, quiero saber dónde está mi pedido";
    private static final EscalationRule RULE = new EscalationRule(
            List.of(new EscalationRule.LanguageIs("es")), Optional.of("spanish"), Optional.empty(), false);

    private static CallRules bilingual() {
        return Calls.rules(
                new EscalationPolicy(List.of(RULE), LexiconFile.of(List.of("en", "es")), List.of(), false));
    }

    private static Handoff handoff(Calls call) {
        return call.all(CallEffect.FileHandoff.class).getLast().handoff();
    }

    @Test
    void what_is_ordered_afterwards_is_said_in_that_language() {
        var call = aConversation(bilingual()).callerSays("c1", SPANISH).says("a1", "Un momento.", 300);

        call.everythingIsHeard().after(Duration.ofSeconds(12));

        assertThat(call.all(Say.class)).containsExactly(new Say(PHRASES.stillThere(), Optional.of("es")));
    }

    @Test
    void the_way_to_a_human_is_that_of_the_language() {
        var call = aConversation(bilingual()).callerSays("c1", SPANISH).forget();

        call.callerSays("c2", "Quiero hablar con una persona");

        assertThat(handoff(call).to()).isEqualTo("spanish");
        assertThat(handoff(call).language()).isEqualTo("es");
        assertThat(call.all(Say.class)).containsExactly(new Say(ANNOUNCEMENT, Optional.of("es")));
    }

    @Test
    void few_words_leave_the_call_as_it_is_and_many_bring_it_back() {
        var call = aConversation(bilingual()).callerSays("c1", SPANISH).callerSays("c2", "OK, thanks");
        assertThat(call.call().language()).isEqualTo("es");

        call.callerSays("c3", "I think we can speak English, that is easier for me");

        assertThat(call.call().language()).isEqualTo("en");
    }

    @Test
    void the_agent_may_name_one_of_its_own_languages_and_no_other() {
        var spanish = aConversation(bilingual()).reply("r1", new ToolRequest("t1", ToolRequest.ESCALATE, "es"));
        var french = aConversation(bilingual()).reply("r1", new ToolRequest("t1", ToolRequest.ESCALATE, "fr"));

        assertThat(handoff(spanish).to()).isEqualTo("spanish");
        assertThat(handoff(french).language()).isEqualTo("en");
    }

    @Test
    void words_that_come_when_the_caller_is_on_the_way_already_reach_the_human() {
        var call = aConversation(bilingual()).reply("r1", new ToolRequest("t1", ToolRequest.ESCALATE, "refund"));

        call.on(new CallEvent.CallerWords("c1", SPANISH))
                .on(new CallEvent.HandoffFiled())
                .says("a1", ANNOUNCEMENT, 300)
                .everythingIsHeard();

        assertThat(call.phase()).isInstanceOf(Phase.Transferred.class);
        assertThat(handoff(call).language()).isEqualTo("es");
    }

    @Test
    void it_is_recalled_from_what_is_stored_and_kept_by_a_caller_who_comes_back() {
        var turn = new Turn(Turn.Speaker.CALLER, "c1", SPANISH, true, Calls.NOON);

        var signals = Calls.MACHINE.recall(Signals.NONE, bilingual(), List.of(turn), Map.of());

        assertThat(signals.language()).contains("es");
        assertThat(signals.returned().language()).contains("es");
    }
}
