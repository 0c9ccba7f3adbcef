package io.offhook.telephony.twilio;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallId;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Identity;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Story;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a task tells: everything when it fits, and the dearest when it doesn't.
class TaskAttributesTest {
    private static final Optional<String> PAGE = Optional.of("https://voice.example.com/desk/handoff/x");

    private static Handoff handoff(String reason, String summary, Map<String, String> facts, List<String> given) {
        return new Handoff(
                new CallId("CA1"),
                new HandoffCause.CallerPressedZero(),
                reason,
                "",
                Handoff.Urgency.HIGH,
                "billing",
                PhoneNumber.parse("+14155550123"),
                "en-US",
                List.of(),
                Instant.EPOCH,
                new Story(
                        Story.Mood.UPSET,
                        Optional.empty(),
                        List.of("billing"),
                        summary,
                        Story.SummarySource.RULE,
                        facts,
                        List.of(),
                        List.of(),
                        given,
                        "Hello."));
    }

    private static Map<String, String> facts(int number, String value) {
        var facts = new LinkedHashMap<String, String>();
        IntStream.range(0, number).forEach(i -> facts.put("fact " + i, value));
        return facts;
    }

    private static JsonNode read(Handoff handoff) {
        var text = new TaskAttributes(handoff, PAGE).json();
        assertThat(text.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(TaskAttributes.MAX_BYTES);
        return new JsonMapper().readTree(text);
    }

    @Test
    void all_of_it_is_told_when_it_fits() {
        var task = read(handoff("a charge", "Disputes $347.", facts(1, "347.00"), List.of("amount ($347)")));

        assertThat(task).isEqualTo(new JsonMapper().readTree("""
                {"call_sid": "CA1", "cause": "caller_pressed_zero", "urgency": "high", "language": "en-US",
                 "caller": "+14155550123", "verified": false, "mood": "upset", "turns": 0,
                 "case_url": "https://voice.example.com/desk/handoff/x",
                 "reason": "a charge", "summary": "Disputes $347.", "summary_by": "rule",
                 "facts": {"fact 0": "347.00"}, "do_not_ask": ["amount ($347)"]}"""));
    }

    @Test
    void what_the_caller_has_proved_and_what_the_carrier_says_of_the_number_are_told_apart() {
        var task = read(handoff("r", "s", Map.of(), List.of()).with(new Identity(true, "B")));

        assertThat(task.path("verified").asBoolean()).isTrue();
        assertThat(task.path("attestation").asString()).isEqualTo("B");
    }

    @Test
    void the_customers_record_is_there_for_the_workflow_to_look_at() {
        var task = read(known(handoff("r", "s", facts(2, "v"), List.of()), Map.of("tier", "gold", "id", "C-17")));

        assertThat(task.path("customer")).isEqualTo(new JsonMapper().readTree("{\"tier\": \"gold\", \"id\": \"C-17\"}"));
        assertThat(task.path("facts")).hasSize(2);
    }

    @Test
    void a_record_that_is_too_much_goes_after_the_facts() {
        var task = read(known(
                handoff("r", "s".repeat(5_000), facts(12, "v"), List.of("name")), facts(12, "\u00E9".repeat(160))));

        assertThat(task.has("facts")).isFalse();
        assertThat(task.has("customer")).isFalse();
        assertThat(task.path("do_not_ask")).hasSize(1);
    }

    private static Handoff known(Handoff handoff, Map<String, String> customer) {
        var story = handoff.story();
        return handoff.with(new Story(
                story.mood(),
                story.name(),
                story.topics(),
                story.summary(),
                story.source(),
                story.facts(),
                story.done(),
                story.promised(),
                story.doNotAsk(),
                story.opening(),
                customer,
                Map.of()));
    }

    @Test
    void a_long_summary_loses_its_tail_first() {
        var task = read(handoff("r", "s".repeat(5_000), facts(12, "value"), List.of("name")));

        assertThat(task.path("summary").asString()).hasSizeBetween(2_000, 3_000);
        assertThat(task.path("facts")).hasSize(12);
        assertThat(task.path("do_not_ask")).hasSize(1);
    }

    @Test
    void then_facts_go_from_the_last() {
        var task = read(handoff("r", "s".repeat(5_000), facts(12, "é".repeat(200)), List.of("name")));

        assertThat(task.path("summary").asString()).hasSize(500);
        assertThat(task.path("facts").size()).isBetween(5, 11);
        assertThat(task.path("facts").has("fact 0")).isTrue();
        assertThat(task.path("do_not_ask")).hasSize(1);
    }

    @Test
    void then_what_not_to_ask_and_the_summary_at_last() {
        var task = read(handoff("r", "\u0001".repeat(600), facts(12, "v"), List.of("x".repeat(3_900), "y")));

        assertThat(task.path("summary").asString()).hasSize(500);
        assertThat(task.has("facts")).isFalse();
        assertThat(task.has("do_not_ask")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"</Task><Hangup/>", "\"}{\\", "\u0000\u0007", "\uD83D", "😡", "\u202Eשלום", "]]>", "\uFFFE"})
    void every_character_arrives_and_no_text_is_too_long(String text) {
        var whole = read(handoff(text, text, Map.of(text, text), List.of(text)));
        var flood = read(handoff(
                text.repeat(10_000), text.repeat(10_000), facts(12, text.repeat(80)), List.of(text.repeat(400))));

        assertThat(whole.path("reason").asString()).isEqualTo(text);
        assertThat(whole.path("summary").asString()).isEqualTo(text);
        assertThat(whole.path("facts").path(text).asString()).isEqualTo(text);
        assertThat(whole.path("do_not_ask").path(0).asString()).isEqualTo(text);
        assertThat(flood.path("case_url").asString()).isEqualTo(PAGE.get());
    }
}
