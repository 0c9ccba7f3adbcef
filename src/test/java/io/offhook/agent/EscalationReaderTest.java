package io.offhook.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Destination;
import io.offhook.call.EscalationRule;
import io.offhook.call.Handoff;
import io.offhook.call.Handoff.Urgency;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Routes, rules and hours as agent.yaml has them.
class EscalationReaderTest {
    private static final String HEAD = """
            offhook: 1
            name: acme
            instructions: Answer.
            """;
    private static final PhoneNumber FIRST = new PhoneNumber("+14155550101");
    private static final PhoneNumber SECOND = new PhoneNumber("+14155550102");

    @Test
    void numbers_that_are_called_while_the_agent_has_the_caller_are_called_in_turn() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: ["+14155550101", "+14155550102"], warm: true, wait: 15s, else: agent }
                """);

        assertThat(escalation.routes().get("default"))
                .isEqualTo(new Route(
                        List.of(
                                new Destination.Warm(FIRST, Duration.ofSeconds(15)),
                                new Destination.Warm(SECOND, Duration.ofSeconds(15)),
                                new Destination.Voicemail(Duration.ofMinutes(3))),
                        true));
    }

    @Test
    void destinations_lead_from_one_to_the_next_and_end_at_a_voicemail() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { workflow: WW0123456789abcdef0123456789abcdef, wait: 2m, else: desk }
                    desk: { sip: "sip:desk@acme.example", wait: 15s, else: line }
                    line: { queue: support, wait: 5m, else: phones }
                    phones: { dial: ["+14155550101", "+14155550102"], else: mail }
                    mail: { voicemail: support@acme.example }
                """);

        assertThat(escalation.routes().keySet()).containsExactly("default");
        assertThat(escalation.routes().get("default").destinations())
                .containsExactly(
                        new Destination.Workflow("WW0123456789abcdef0123456789abcdef", Duration.ofMinutes(2)),
                        new Destination.Sip("sip:desk@acme.example", Duration.ofSeconds(15), true),
                        new Destination.Queue("support", Duration.ofMinutes(5)),
                        new Destination.Phone(FIRST, Duration.ofSeconds(20)),
                        new Destination.Phone(SECOND, Duration.ofSeconds(20)),
                        new Destination.Voicemail(Duration.ofMinutes(3), Optional.of(new Destination.Mailbox("mail", "support@acme.example"))));
    }

    @Test
    void tasks_have_the_priorities_that_the_file_gives_them() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { workflow: WW0123456789abcdef0123456789abcdef, priority: { high: 40, low: 0 } }
                """);

        var workflow = (Destination.Workflow)
                escalation.routes().get("default").destinations().getFirst();
        assertThat(workflow.priority(Handoff.Urgency.HIGH)).isEqualTo(40);
        assertThat(workflow.priority(Handoff.Urgency.NORMAL)).isEqualTo(5);
        assertThat(workflow.priority(Handoff.Urgency.LOW)).isZero();
    }

    @Test
    void a_route_may_lead_back_to_the_agent_and_has_a_voicemail_behind_it() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: "+14155550101", else: agent }
                """);

        assertThat(escalation.routes().get("default"))
                .isEqualTo(new Route(
                        List.of(
                                new Destination.Phone(FIRST, Duration.ofSeconds(20)),
                                new Destination.Voicemail(Duration.ofMinutes(3))),
                        true));
    }

    @Test
    void a_route_may_ask_for_a_number_to_call_back_and_has_a_voicemail_behind_it() {
        var escalation = escalation("""
                hours: { zone: America/New_York, open: ["Mon-Fri 09:00-18:00"] }
                escalate:
                  to:
                    default: { dial: "+14155550101", else: callback }
                    closed: { callback: true }
                """);

        var voicemail = new Destination.Voicemail(Duration.ofMinutes(3));
        assertThat(escalation.routes().get("default").destinations())
                .containsExactly(new Destination.Phone(FIRST, Duration.ofSeconds(20)), callback(FIRST), voicemail);
        assertThat(escalation.routes().get("closed").destinations()).containsExactly(callback(), voicemail);
    }

    @Test
    void whoever_was_called_warmly_calls_back_as_well() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: "+14155550101", warm: true, else: callback }
                """);

        assertThat(escalation.routes().get("default").destinations())
                .containsExactly(
                        new Destination.Warm(FIRST, Duration.ofSeconds(20)),
                        callback(FIRST),
                        new Destination.Voicemail(Duration.ofMinutes(3)));
    }

    private static Destination.Callback callback(PhoneNumber... humans) {
        return new Destination.Callback(
                List.of(humans), 3, Duration.ofMinutes(10), Duration.ofDays(5), Set.of());
    }

    @ParameterizedTest
    @ValueSource(strings = {"\"+14155550102\"", "[\"+14155550102\"]", "{ humans: \"+14155550102\" }"})
    void those_who_call_back_may_be_others_than_those_who_were_tried(String who) {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: "+14155550101", else: later }
                    later: { callback: %s, else: mail }
                    mail: { voicemail: support@acme.example }
                """.formatted(who));

        assertThat(escalation.routes().get("default").destinations())
                .containsExactly(
                        new Destination.Phone(FIRST, Duration.ofSeconds(20)),
                        callback(SECOND),
                        new Destination.Voicemail(Duration.ofMinutes(3), Optional.of(new Destination.Mailbox("mail", "support@acme.example"))));
    }

    @Test
    void how_often_and_how_long_to_call_back_is_the_operators_choice() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: "+14155550101", else: later }
                    later: { callback: { attempts: 5, every: 30m, within: 1d, countries: [ ca, US ] } }
                    nobody: { dial: "+14155550101", else: kept }
                    kept: { callback: { humans: none } }
                  when: [ { unsure: 2, to: nobody } ]
                """);

        assertThat(escalation.routes().get("default").destinations())
                .contains(new Destination.Callback(
                        List.of(FIRST), 5, Duration.ofMinutes(30), Duration.ofDays(1), Set.of("CA", "US")));
        assertThat(escalation.routes().get("nobody").destinations()).contains(callback());
    }

    @Test
    void numbers_that_ring_together_are_one_destination() {
        var escalation = escalation("""
                escalate:
                  to:
                    default: { dial: ["+14155550101", "+14155550102"], ring: together, whisper: none, wait: 30s }
                """);

        assertThat(escalation.routes().get("default").destinations())
                .startsWith(new Destination.Phone(List.of(FIRST, SECOND), Duration.ofSeconds(30), false));
    }

    @Test
    void a_rule_says_when_where_and_how_soon() {
        var escalation = escalation("""
                analytics: { topics: [billing_dispute, other] }
                hours: { zone: America/New_York, open: ["Mon-Fri 09:00-18:00"] }
                escalate:
                  when:
                    - { topic: billing_dispute, language: es, to: billing, urgency: high }
                    - { sentiment: angry, turns: 2 }
                    - { tool_errors: 2 }
                    - { unsure: 3 }
                    - { asked_for_person: true, urgency: low }
                    - { fact: total, over: 300.50 }
                    - { caller: { tier: gold }, at_once: true }
                    - { hours: closed, to: billing }
                    - { when_urgency: high, language: en, to: billing }
                  to:
                    default: "+14155550101"
                    billing: { dial: "+14155550102", else: default }
                    closed: { voicemail: night@acme.example }
                """);

        assertThat(escalation.rules())
                .containsExactly(
                        new EscalationRule(
                                List.of(
                                        new EscalationRule.TopicIs("billing_dispute"),
                                        new EscalationRule.LanguageIs("es")),
                                Optional.of("billing"),
                                Optional.of(Urgency.HIGH),
                                false),
                        plain(new EscalationRule.Angry(2)),
                        plain(new EscalationRule.ToolErrors(2)),
                        plain(new EscalationRule.Unsure(3)),
                        new EscalationRule(
                                List.of(new EscalationRule.AskedForPerson()),
                                Optional.empty(),
                                Optional.of(Urgency.LOW),
                                false),
                        plain(new EscalationRule.FactAbove("total", new BigDecimal("300.5"))),
                        new EscalationRule(
                                List.of(new EscalationRule.CallerIs("tier", "gold")),
                                Optional.empty(),
                                Optional.empty(),
                                true),
                        new EscalationRule(
                                List.of(new EscalationRule.Hours(false)),
                                Optional.of("billing"),
                                Optional.empty(),
                                false),
                        new EscalationRule(
                                List.of(
                                        new EscalationRule.LanguageIs("en"),
                                        new EscalationRule.UrgencyIs(Urgency.HIGH)),
                                Optional.of("billing"),
                                Optional.empty(),
                                false));
        assertThat(escalation.routes().keySet()).containsExactlyInAnyOrder("default", "billing", "closed");
        assertThat(escalation.routes().get("billing").destinations())
                .containsExactly(
                        new Destination.Phone(SECOND, Duration.ofSeconds(20)),
                        new Destination.Phone(FIRST, Duration.ofSeconds(20)),
                        new Destination.Voicemail(Duration.ofMinutes(3)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{ when_urgency: high } | says where a caller goes, and this one does not",
                "{ when_urgency: high, to: default, urgency: low } | Put urgency into a rule of its own",
                "{ when_urgency: high, to: default, at_once: true } | Put at_once into a rule of its own",
                "{ when_urgency: highest, to: default } | high",
            })
    void a_rule_that_asks_for_the_urgency_says_where_and_nothing_else(String rule, String mistake) {
        assertThat(AgentYaml.mistakes(HEAD + """
                escalate:
                  when: [ %s ]
                  to: { default: "+14155550101" }
                """.formatted(rule)))
                .singleElement()
                .satisfies(found -> assertThat(found.toString()).contains(mistake));
    }

    @Test
    void a_circle_is_named_whole() {
        assertThat(AgentYaml.mistakes(HEAD + """
                escalate:
                  to:
                    default: { dial: "+14155550101", else: second }
                    second: { dial: "+14155550102", else: default }
                """).getFirst().what())
                .isEqualTo("The route goes round in a circle: default, then second, then default again.");
    }

    @Test
    void holidays_come_from_a_calendar_and_come_back_each_year(@TempDir Path folder) throws Exception {
        Files.writeString(folder.resolve("holidays.ics"), """
                BEGIN:VCALENDAR
                VERSION:2.0
                PRODID:-//Acme//Holidays//EN
                BEGIN:VEVENT
                UID:1@acme.example
                DTSTART;VALUE=DATE:20201225
                DTEND;VALUE=DATE:20201227
                RRULE:FREQ=YEARLY
                SUMMARY:Christmas
                END:VEVENT
                BEGIN:VEVENT
                UID:2@acme.example
                DTSTART;VALUE=DATE:20261126
                SUMMARY:Thanksgiving
                END:VEVENT
                BEGIN:VEVENT
                UID:3@acme.example
                DTSTART:20261127T150000Z
                DTEND:20261127T160000Z
                SUMMARY:A meeting
                END:VEVENT
                END:VCALENDAR
                """.replace("\n", "\r\n"));
        Files.writeString(folder.resolve("agent.yaml"), HEAD + """
                escalate: "+14155550101"
                hours: { zone: America/New_York, open: daily 00:00-24:00, closed_on: file:holidays.ics }
                """);

        var hours = AgentFile.load(folder.resolve("agent.yaml"), Map.of()).hours().orElseThrow();

        assertThat(hours.open(Instant.parse("2026-12-24T17:00:00Z"))).isTrue();
        assertThat(hours.open(Instant.parse("2026-12-25T17:00:00Z"))).isFalse();
        assertThat(hours.open(Instant.parse("2027-12-26T17:00:00Z"))).isFalse();
        assertThat(hours.open(Instant.parse("2027-12-27T17:00:00Z"))).isTrue();
        assertThat(hours.open(Instant.parse("2026-11-26T17:00:00Z"))).isFalse();
        assertThat(hours.open(Instant.parse("2026-11-27T15:30:00Z"))).isTrue();
    }

    @Test
    void hours_that_make_no_sense_are_refused() {
        for (var hours : List.of(
                "{ open: daily 00:00-24:00 }",
                "{ zone: America/New_York }",
                "{ zone: America/NewYork, open: daily 00:00-24:00 }",
                "{ zone: Europe/Madrid, open: Mon-Fry 09:00-18:00 }",
                "{ zone: Europe/Madrid, open: Mon-Fri 9-18 }",
                "{ zone: Europe/Madrid, open: Mon 09:00-25:00 }",
                "{ zone: Europe/Madrid, open: daily 00:00-24:00, closed_on: christmas }",
                "{ zone: Europe/Madrid, open: daily 00:00-24:00, closed_on: [2026-02-30] }")) {
            assertThat(AgentYaml.mistakes(HEAD + "escalate: \"+14155550101\"\nhours: " + hours))
                    .as(hours)
                    .isNotEmpty()
                    .allSatisfy(mistake -> assertThat(mistake.where()).startsWith("agent.yaml:5:"));
        }
    }

    @Test
    void a_topic_is_known_by_the_words_of_its_name_or_by_its_own() {
        var topics = AgentFile.parse("agent.yaml", HEAD + """
                escalate: "+14155550101"
                analytics: { topics: { billing_dispute: , returns: [send it back, refund], other: } }
                """, Map.of()).topics();

        assertThat(topics).extracting(topic -> topic.name()).containsExactly("billing_dispute", "returns", "other");
        assertThat(topics.get(0).in("i need to dispute a charge on my bill.")).isTrue();
        assertThat(topics.get(0).in("i have a question about my bill")).isFalse();
        assertThat(topics.get(1).in("can i send it back?")).isTrue();
        assertThat(topics.get(1).in("my returns")).isFalse();
        assertThat(topics.get(2).in("other")).isFalse();
    }

    private static EscalationRule plain(EscalationRule.Condition condition) {
        return new EscalationRule(List.of(condition), Optional.empty(), Optional.empty(), false);
    }

    private static Escalation escalation(String yaml) {
        return AgentFile.parse("agent.yaml", HEAD + yaml, Map.of()).escalation();
    }
}
