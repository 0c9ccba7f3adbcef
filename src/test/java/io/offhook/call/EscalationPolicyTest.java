package io.offhook.call;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.EscalationPolicy.Decision;
import io.offhook.call.EscalationPolicy.Place;
import io.offhook.call.EscalationRule.Condition;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

class EscalationPolicyTest {
    private static final Lexicon ENGLISH = new Lexicon(
            Map.of(
                    "en",
                    new Lexicon.Words(
                            List.of(Pattern.compile("talk to a person")),
                            List.of(Pattern.compile("don't want to talk to a person")),
                            List.of(Pattern.compile("ridiculous")),
                            List.of(Pattern.compile("not sure")),
                            List.of(Pattern.compile("connecting you")),
                            List.of(),
                            List.of(),
                            Set.of())),
            List.of("en-US"));
    private static final Signals.Topic BILLING =
            new Signals.Topic("billing", List.of(Pattern.compile("charge"), Pattern.compile("bill")));
    private static final Circumstances STRANGER = new Circumstances("en", true, Map.of());
    private static final Circumstances GOLD = new Circumstances("en", true, Map.of("tier", "Gold"));
    private static final Circumstances CLOSED = new Circumstances("es-MX", false, Map.of());

    @Test
    void who_asks_for_a_person_gets_one_without_any_rule() {
        var policy = policy();

        var decision = policy.decide(heard(policy, "Can I talk to a person?"), STRANGER);

        assertThat(decision).contains(new Decision("asked_for_person"));
    }

    @Test
    void who_takes_it_back_stays() {
        var policy = policy();

        assertThat(policy.decide(heard(policy, "I don't want to talk to a person"), STRANGER))
                .isEmpty();
    }

    @Test
    void an_agent_that_promises_a_person_is_held_to_it() {
        var policy = policy();

        var decision = policy.decide(policy.agentSaid(Signals.NONE, "I'm connecting you now."), STRANGER);

        assertThat(decision.map(Decision::why)).contains("promised");
    }

    @Test
    void a_topic_names_route_and_urgency() {
        var policy = policy(rule(new EscalationRule.TopicIs("billing"), "money", Handoff.Urgency.HIGH));

        var signals = heard(policy, "There is a charge on my card");

        assertThat(policy.decide(signals, STRANGER)).contains(new Decision("topic"));
        assertThat(policy.place(signals, STRANGER))
                .isEqualTo(new Place("money", Optional.of(Handoff.Urgency.HIGH)));
        assertThat(policy.decide(heard(policy, "Where is my order"), STRANGER)).isEmpty();
    }

    @Test
    void urgency_says_where_whether_the_reason_or_a_rule_has_it() {
        var hotline = new EscalationRule(
                List.of(new EscalationRule.UrgencyIs(Handoff.Urgency.HIGH)),
                Optional.of("hotline"),
                Optional.empty(),
                false);
        var urgent = new EscalationRule(
                List.of(new EscalationRule.TopicIs("billing")),
                Optional.empty(),
                Optional.of(Handoff.Urgency.HIGH),
                false);
        var policy = policy(hotline, urgent);

        assertThat(policy.place(Signals.NONE, STRANGER.needing(Handoff.Urgency.NORMAL)).to()).isEqualTo("default");
        assertThat(policy.place(Signals.NONE, STRANGER.needing(Handoff.Urgency.HIGH)).to()).isEqualTo("hotline");
        assertThat(policy.place(heard(policy, "the bill"), STRANGER.needing(Handoff.Urgency.NORMAL)))
                .isEqualTo(new Place("hotline", Optional.of(Handoff.Urgency.HIGH)));
        assertThat(policy(hotline).decide(Signals.NONE, STRANGER)).isEmpty();
    }

    @Test
    void anger_counts_turns_in_a_row() {
        var policy = policy(rule(new EscalationRule.Angry(2)));

        assertThat(policy.decide(heard(policy, "ridiculous", "fine", "ridiculous"), STRANGER))
                .isEmpty();
        assertThat(policy.decide(heard(policy, "ridiculous", "still ridiculous"), STRANGER)
                        .map(Decision::why))
                .contains("sentiment");
    }

    @Test
    void silence_between_two_angry_turns_changes_nothing() {
        var policy = policy(rule(new EscalationRule.Angry(2)));

        assertThat(policy.decide(heard(policy, "ridiculous", "", "ridiculous"), STRANGER))
                .isPresent();
    }

    @Test
    void failed_tools_and_an_unsure_agent_are_counted() {
        var policy = policy(rule(new EscalationRule.ToolErrors(2)), rule(new EscalationRule.Unsure(2)));
        var failing = Signals.NONE
                .toolRan(ran(ToolOutcome.ERROR), Map.of())
                .toolRan(ran(ToolOutcome.OK), Map.of())
                .toolRan(ran(ToolOutcome.TIMEOUT), Map.of());
        var unsure = policy.agentSaid(policy.agentSaid(Signals.NONE, "I'm not sure."), "Still not sure.");

        assertThat(policy.decide(failing, STRANGER).map(Decision::why)).contains("tool_errors");
        assertThat(policy.decide(unsure, STRANGER).map(Decision::why)).contains("unsure");
    }

    @Test
    void an_amount_above_the_limit_is_a_reason() {
        var policy = policy(rule(new EscalationRule.FactAbove("total", new BigDecimal("300"))));

        assertThat(policy.decide(Signals.NONE.toolRan(ran(ToolOutcome.OK), Map.of("total", "347.00")), STRANGER))
                .isPresent();
        assertThat(policy.decide(Signals.NONE.toolRan(ran(ToolOutcome.OK), Map.of("total", "300.00")), STRANGER))
                .isEmpty();
        assertThat(policy.decide(Signals.NONE.toolRan(ran(ToolOutcome.OK), Map.of("total", "1e9999999")), STRANGER))
                .isEmpty();
    }

    @Test
    void who_the_caller_is_says_where_to_but_is_no_reason_by_itself() {
        var policy = policy(rule(new EscalationRule.CallerIs("tier", "gold"), "vip", Handoff.Urgency.HIGH));

        assertThat(policy.decide(Signals.NONE, GOLD)).isEmpty();
        assertThat(policy.decide(heard(policy, "talk to a person"), GOLD)).contains(new Decision("asked_for_person"));
        assertThat(policy.place(Signals.NONE, GOLD)).isEqualTo(new Place("vip", Optional.of(Handoff.Urgency.HIGH)));
        assertThat(policy.place(Signals.NONE, STRANGER)).isEqualTo(new Place("default", Optional.empty()));
    }

    @Test
    void a_rule_that_holds_at_once_is_a_reason() {
        var policy = policy(new EscalationRule(
                List.of(new EscalationRule.CallerIs("tier", "gold")), Optional.of("vip"), Optional.empty(), true));

        assertThat(policy.decide(Signals.NONE, GOLD).map(Decision::why)).contains("caller");
        assertThat(policy.decide(Signals.NONE, STRANGER)).isEmpty();
    }

    @Test
    void all_conditions_of_a_rule_must_hold() {
        var policy = policy(new EscalationRule(
                List.of(new EscalationRule.TopicIs("billing"), new EscalationRule.LanguageIs("es")),
                Optional.of("facturas"),
                Optional.empty(),
                false));

        assertThat(policy.decide(heard(policy, "the bill"), STRANGER)).isEmpty();
        assertThat(policy.decide(heard(policy, "the bill"), CLOSED)).isPresent();
        assertThat(policy.place(heard(policy, "the bill"), CLOSED).to()).isEqualTo("facturas");
    }

    @Test
    void the_first_rule_that_holds_and_says_so_decides_where_and_how_soon() {
        var policy = policy(
                new EscalationRule(
                        List.of(new EscalationRule.TopicIs("billing")),
                        Optional.empty(),
                        Optional.of(Handoff.Urgency.HIGH),
                        false),
                rule(new EscalationRule.Hours(false), "night", Handoff.Urgency.LOW));

        assertThat(policy.place(heard(policy, "the bill"), CLOSED))
                .isEqualTo(new Place("night", Optional.of(Handoff.Urgency.HIGH)));
    }

    @Test
    void outside_opening_hours_the_closed_route_outweighs_all_rules_but_those_about_hours() {
        var billing = rule(new EscalationRule.TopicIs("billing"), "money", Handoff.Urgency.HIGH);
        var night = rule(new EscalationRule.Hours(false), "night", Handoff.Urgency.LOW);
        var closing = new EscalationPolicy(List.of(billing), ENGLISH, List.of(BILLING), true);
        var byRule = new EscalationPolicy(List.of(billing, night), ENGLISH, List.of(BILLING), true);
        var signals = heard(closing, "the bill");

        assertThat(closing.place(signals, STRANGER).to()).isEqualTo("money");
        assertThat(closing.place(signals, CLOSED).to()).isEqualTo("closed");
        assertThat(byRule.place(signals, CLOSED).to()).isEqualTo("night");
    }

    @Test
    void a_caller_who_comes_back_starts_anew_but_keeps_the_story() {
        var policy = policy(rule(new EscalationRule.ToolErrors(1)));
        var before = heard(policy, "the bill, and talk to a person")
                .toolRan(ran(ToolOutcome.ERROR), Map.of("total", "347.00"));

        var back = before.returned();

        assertThat(policy.decide(back, STRANGER)).isEmpty();
        assertThat(back.topics()).containsExactly("billing");
        assertThat(back.amount("total")).contains(new BigDecimal("347.00"));
    }

    @Test
    void signals_stay_bounded_and_silent() {
        var signals = Signals.NONE;
        for (int i = 0; i < 1_000; i++) {
            signals = signals.toolRan(ran(ToolOutcome.OK), Map.of("fact" + i, "x".repeat(50)));
        }

        assertThat(signals.facts()).hasSize(100);
        assertThat(signals.toString()).doesNotContain("xxx");
    }

    @Test
    void a_very_long_text_takes_no_time_to_speak_of() {
        var policy = policy();

        var signals = heard(policy, "talk to a ".repeat(100_000));

        assertThat(signals.askedForPerson()).isFalse();
    }

    private static Signals heard(EscalationPolicy policy, String... turns) {
        var signals = Signals.NONE;
        for (var turn : turns) {
            signals = policy.callerSaid(signals, turn);
        }
        return signals;
    }

    private static ToolOutcome ran(String result) {
        return new ToolOutcome("{}", result, Duration.ofMillis(5), false);
    }

    private static EscalationPolicy policy(EscalationRule... rules) {
        return new EscalationPolicy(List.of(rules), ENGLISH, List.of(BILLING), false);
    }

    private static EscalationRule rule(Condition condition) {
        return new EscalationRule(List.of(condition), Optional.empty(), Optional.empty(), false);
    }

    private static EscalationRule rule(Condition condition, String to, Handoff.Urgency urgency) {
        return new EscalationRule(List.of(condition), Optional.of(to), Optional.of(urgency), false);
    }
}
