package io.offhook.call;

import static io.offhook.call.Calls.ANNOUNCEMENT;
import static io.offhook.call.Calls.aConversation;
import static io.offhook.call.Calls.heard;
import static io.offhook.call.Calls.sent;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEffect.TruncateReply;
import io.offhook.call.CallEvent.AgentAudioEnded;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.ToolFinished;
import io.offhook.call.Phase.Conversing;
import io.offhook.call.Phase.HandingOff;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// What the operator's rules make of a conversation, whatever the model thinks of it.
class EscalationByRuleTest {
    private static final Lexicon ENGLISH = new Lexicon(
            Map.of(
                    "en",
                    new Lexicon.Words(
                            List.of(Pattern.compile("talk to a person")),
                            List.of(),
                            List.of(Pattern.compile("ridiculous")),
                            List.of(Pattern.compile("not sure")),
                            List.of(Pattern.compile("connecting you")),
                            List.of(),
                            List.of(),
                            Set.of())),
            List.of("en"));

    @Test
    void a_caller_who_asks_for_a_person_is_told_that_one_is_coming() {
        var call = aConversation(rules());

        call.callerSays("c1", "Can I talk to a person?");

        assertThat(call.orders()).contains(new Say(ANNOUNCEMENT));
        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.RuleHeld("asked_for_person"));
        assertThat(handoff(call).transcript()).extracting(Turn::text).containsExactly("Can I talk to a person?");
    }

    @Test
    void the_answer_that_the_model_began_meanwhile_is_cut_short() {
        var call = aConversation(rules());
        call.callerSpeaks("c1").on(new CallEvent.CallerStoppedSpeaking("c1"));
        call.whereAgentIsSaying("a1", sent(3_000), heard(400));

        call.on(new CallEvent.CallerWords("c1", "I want to talk to a person"));

        assertThat(call.orders())
                .containsSubsequence(
                        new CancelReply(),
                        new ClearPlayout(),
                        new TruncateReply(new ContentId("reply-a1", "a1", 0), Duration.ofMillis(400)),
                        new Say(ANNOUNCEMENT));
        assertThat(call.all(CloseEngine.class)).isEmpty();
    }

    @Test
    void an_agent_that_promises_a_person_without_calling_for_one_is_held_to_it() {
        var call = aConversation(rules());

        call.says("a1", "I'm connecting you now.", 1_000);

        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.RuleHeld("promised"));
    }

    @Test
    void one_that_does_both_hands_over_once_and_with_its_own_words() {
        var call = aConversation(rules());
        call.on(new ReplyStarted("reply-a1")).audio("a1", Duration.ofMillis(500));
        call.on(new AgentAudioEnded(new ContentId("reply-a1", "a1", 0)))
                .on(new AgentWords(new ContentId("reply-a1", "a1", 0), "I'm connecting you now."));

        call.reply("reply-a1", new ToolRequest("t1", "escalate_to_human", "wants a refund"));

        assertThat(call.all(FileHandoff.class)).hasSize(1);
        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.AgentAsked());
        assertThat(handoff(call).reason()).isEqualTo("wants a refund");
    }

    @Test
    void a_second_failed_tool_leads_to_a_person() {
        var call = aConversation(rules(rule(new EscalationRule.ToolErrors(2))));
        call.whereToolRuns("t1", "find_order").on(failed("t1")).reply("r1");
        boolean stayed = call.phase() instanceof Conversing;
        call.whereToolRuns("t2", "find_order");

        call.on(failed("t2"));

        assertThat(stayed).isTrue();
        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.RuleHeld("tool_errors"));
    }

    @Test
    void the_second_upset_turn_in_a_row_leads_to_a_person() {
        var call = aConversation(rules(rule(new EscalationRule.Angry(2))));
        call.callerSays("c1", "This is ridiculous.").says("a1", "I'm sorry.", 500).everythingIsHeard();

        call.callerSays("c2", "Still ridiculous!");

        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.RuleHeld("sentiment"));
    }

    @Test
    void an_agent_that_is_unsure_twice_gives_up() {
        var call = aConversation(rules(rule(new EscalationRule.Unsure(2))));
        call.says("a1", "I'm not sure.", 500).everythingIsHeard();

        call.says("a2", "I'm still not sure.", 500);

        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.RuleHeld("unsure"));
    }

    @Test
    void key_zero_goes_where_the_rules_send_those_who_ask() {
        var call = aConversation(rules(new EscalationRule(
                List.of(new EscalationRule.AskedForPerson()),
                Optional.of("people"),
                Optional.of(Handoff.Urgency.LOW),
                false)));

        call.key('0');

        assertThat(handoff(call).to()).isEqualTo("people");
        assertThat(handoff(call).urgency()).isEqualTo(Handoff.Urgency.LOW);
        assertThat(handoff(call).cause()).isEqualTo(new HandoffCause.CallerPressedZero());
    }

    @Test
    void whoever_is_handed_over_takes_the_first_way_whose_rule_holds() {
        var rule = new EscalationRule(
                List.of(new EscalationRule.TopicIs("billing")), Optional.of("money"), Optional.empty(), false);
        var gentle = new EscalationRule(
                List.of(new EscalationRule.LanguageIs("en")), Optional.of("english"), Optional.empty(), false);

        var call = aConversation(rules(gentle, rule)).fault();

        assertThat(handoff(call).to()).isEqualTo("english");
    }

    private static Stream<Arguments> routes() {
        var patience = Duration.ofMinutes(1);
        var message = new Destination.Voicemail(patience);
        var number = new Destination.Callback(List.of(), 1, patience, patience, Set.of());
        var person = new Destination.Phone(List.of(new PhoneNumber("+14155550100")), patience, true);
        return Stream.of(
                Arguments.of(List.of(message), false),
                Arguments.of(List.of(number, message), false),
                Arguments.of(List.of(number, person, message), false),
                Arguments.of(List.of(person, number, message), true),
                Arguments.of(List.of(new Destination.Queue("support", patience), message), true));
    }

    @ParameterizedTest
    @MethodSource("routes")
    void somebody_is_announced_where_the_first_destination_rings_somebody(List<Destination> route, boolean announced) {
        var policy = new EscalationPolicy(
                List.of(), ENGLISH, List.of(), false, Map.of(EscalationPolicy.DEFAULT, new Route(route)));
        var call = aConversation(with(rules(), policy, Circumstances.Office.ALWAYS_OPEN));

        call.reply("reply-a2", new ToolRequest("t1", ToolRequest.ESCALATE, "{}"));

        assertThat(call.all(Say.class)).hasSize(announced ? 1 : 0);
    }

    @Test
    void where_nobody_is_rung_the_agent_finishes_its_sentence_and_announces_nobody() {
        var usual = rules();
        var mailbox = new Route(List.of(new Destination.Voicemail(Duration.ofMinutes(1))));
        var night =
                new EscalationPolicy(List.of(), ENGLISH, List.of(), true, Map.of(EscalationPolicy.CLOSED, mailbox));
        var call = aConversation(with(usual, night, _ -> false));
        call.says("a1", "Of course.", 500).forget();

        call.reply("reply-a2", new ToolRequest("t1", ToolRequest.ESCALATE, "{}"));

        assertThat(handoff(call).to()).isEqualTo("closed");
        assertThat(call.all(Say.class)).isEmpty();
        assertThat(call.all(ClearPlayout.class)).isEmpty();
        call.on(new CallEvent.HandoffFiled());
        assertThat(call.phase()).isInstanceOf(HandingOff.class);
        call.everythingIsHeard();
        assertThat(call.phase()).isInstanceOf(Phase.Transferred.class);
    }

    @Test
    void who_asks_for_a_person_after_closing_time_goes_the_way_of_the_night_though_the_call_began_before() {
        var night = new EscalationPolicy(List.of(), ENGLISH, List.of(), true);
        var closes = Calls.NOON.plusSeconds(5);
        var call = aConversation(with(rules(), night, now -> now.isBefore(closes)));

        call.after(6_000).callerSays("c1", "Can I talk to a person?");

        assertThat(handoff(call).to()).isEqualTo("closed");
    }

    private static Handoff handoff(Calls call) {
        assertThat(call.phase()).isInstanceOf(HandingOff.class);
        return ((HandingOff) call.phase()).handoff();
    }

    private static ToolFinished failed(String id) {
        return new ToolFinished(
                new ToolRequest(id, "find_order", "{}"),
                new ToolOutcome("{\"error\":\"no\"}", ToolOutcome.ERROR, Duration.ofMillis(5), false));
    }

    private static EscalationRule rule(EscalationRule.Condition condition) {
        return new EscalationRule(List.of(condition), Optional.empty(), Optional.empty(), false);
    }

    private static CallRules rules(EscalationRule... rules) {
        var usual = Calls.rules("");
        return with(usual, new EscalationPolicy(List.of(rules), ENGLISH, List.of(), false), usual.office());
    }

    private static CallRules with(CallRules usual, EscalationPolicy policy, Circumstances.Office office) {
        return new CallRules(
                usual.agent(),
                usual.greeting(),
                usual.announcement(),
                usual.language(),
                usual.silence(),
                usual.length(),
                usual.tools(),
                policy,
                office,
                usual.caller(),
                usual.attestation(),
                usual.comfort(),
                Map.of(),
                Optional.empty());
    }
}
