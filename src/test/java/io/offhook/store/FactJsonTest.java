package io.offhook.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import io.offhook.call.EngineFault;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Money;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.Story;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class FactJsonTest {
    private static final CallId CALL = new CallId("CA1");
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00.123456Z");

    private static final Story STORY = new Story(
            Story.Mood.UPSET,
            Optional.of("Dana \u202eRuiz"),
            List.of("billing"),
            "A \"quoted\"\nline </script> \ud83d\ude21",
            Story.SummarySource.ENGINE,
            found(),
            List.of("order AB7492 looked up"),
            List.of("I'll send it."),
            List.of("name (Dana)"),
            "Hi Dana,",
            Map.of("tier", "gold"),
            Map.of("order", "AB7492"));

    private static Map<String, String> found() {
        var facts = new LinkedHashMap<String, String>();
        facts.put("total", "347.00");
        facts.put("date", "2026-02-28");
        return facts;
    }

    private final FactJson json = new FactJson();

    @ParameterizedTest
    @MethodSource("facts")
    void every_fact_survives_a_line_of_json(Fact fact) {
        var line = json.write(fact);

        assertThat(line).doesNotContain("\n");
        assertThat(json.read(line)).isEqualTo(fact);
    }

    static Stream<Fact> facts() {
        var number = Optional.of(new PhoneNumber("+14155550100"));
        var turn = new Turn(Turn.Speaker.CALLER, "item", "line\nline \"quoted\"", true, NOON);
        var causes = Stream.of(
                new HandoffCause.CallerPressedZero(),
                new HandoffCause.LostStream(StreamEnd.TOO_BIG),
                new HandoffCause.LostEngine(
                        new EngineFault(EngineFault.Kind.RATE, Optional.of(Duration.ofSeconds(30)))));
        return Stream.concat(
                Stream.of(
                        new Fact.Started(CALL, NOON, "acme", number, Optional.empty(), "TN-Validation-Passed-A"),
                        new Fact.PhaseChanged(CALL, NOON, "conversing"),
                        new Fact.Happened(CALL, NOON, 3, "barge_in", "{\"ms\":1}"),
                        new Fact.Said(CALL, NOON, 2, turn),
                        new Fact.ToolRan(
                                CALL,
                                NOON,
                                new ToolRequest("id", "name", "{}"),
                                new ToolOutcome("{}", ToolOutcome.OK, Duration.ofMillis(5), true)),
                        new Fact.Charged(CALL, NOON, "reply", new Usage("model", 1, 2, 3, 4, 5, 6), Optional.empty()),
                        new Fact.Charged(
                                CALL,
                                NOON,
                                "other",
                                new Usage("model", 1, 2, 3, 4, 5, 6),
                                Optional.of(new Money("USD", new BigDecimal("0.6")))),
                        new Fact.Charged(
                                CALL,
                                NOON,
                                "heard",
                                Usage.ofSpeech("model", Duration.ofMillis(1_900)),
                                Optional.empty()),
                        new Fact.RouteStepped(CALL, NOON, 1, "queue", Optional.of(Route.Result.QUEUE_FULL)),
                        new Fact.Voicemail(CALL, NOON, "RE1", 30, Optional.of("night")),
                        new Fact.CallbackAsked(
                                CALL,
                                NOON,
                                new PhoneNumber("+14155550123"),
                                new PhoneNumber("+18005550199"),
                                "default",
                                "If you agree",
                                "en",
                                true),
                        new Fact.Ended(CALL, NOON, new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup"))),
                causes.map(cause -> new Fact.HandedOff(
                        CALL,
                        NOON,
                        new Handoff(CALL, cause, "r", "s", Handoff.Urgency.LOW, "billing", number, "en", List.of(turn), NOON, STORY))));
    }

    @Test
    void a_charge_written_by_an_earlier_version_has_no_cost() {
        var usage = new Usage("model", 1, 2, 3, 4, 5, 6);
        var now = json.write(new Fact.Charged(CALL, NOON, "reply", usage, Optional.empty()));

        var earlier = now.replaceFirst(",\"cost\":null", "");

        assertThat(earlier).doesNotContain("cost");
        assertThat(json.read(earlier)).isEqualTo(new Fact.Charged(CALL, NOON, "reply", usage, Optional.empty()));
    }

    @Test
    void a_charge_written_by_an_earlier_version_is_for_tokens() {
        var charged = new Fact.Charged(CALL, NOON, "reply", new Usage("model", 1, 2, 3, 4, 5, 6), Optional.empty());
        var now = json.write(charged);

        var earlier = now.replaceFirst(",\"transcribed\":[^,}]+", "");

        assertThat(earlier).doesNotContain("transcribed");
        assertThat(json.read(earlier)).isEqualTo(charged);
    }

    @Test
    void the_story_of_a_handoff_is_read_as_it_was_written() {
        var handoff = new Handoff(
                CALL, new HandoffCause.Fault(), "", "", Handoff.Urgency.LOW, "billing", Optional.empty(), "en", List.of(), NOON, STORY);

        var read = json.readHandoff(json.write(handoff));

        assertThat(read).isEqualTo(handoff);
        assertThat(read.story().facts().keySet()).containsExactly("total", "date");
    }

    @Test
    void a_handoff_from_before_there_were_stories_has_none() {
        var line = json.write(new Handoff(
                CALL, new HandoffCause.Fault(), "", "", Handoff.Urgency.LOW, "billing", Optional.empty(), "en", List.of(), NOON));

        var read = json.readHandoff(line.replaceFirst(",\"story\":\\{.*}", "}"));

        assertThat(read.story()).isEqualTo(Story.NONE);
    }

    @Test
    void the_way_of_a_handoff_from_before_agents_could_stay_leads_to_a_human() {
        var handoff = new Handoff(
                        CALL, new HandoffCause.Fault(), "", "", Handoff.Urgency.LOW, "billing", Optional.empty(), "en", List.of(), NOON)
                .with(Handoff.Way.WITH_AGENT);
        var line = json.write(handoff);

        var read = json.readHandoff(line.replace(",\"agentStays\":true", ""));

        assertThat(line).contains("agentStays");
        assertThat(read.way()).isEqualTo(Handoff.Way.FIRST);
    }

    @Test
    void a_call_back_from_before_anybody_could_speak_was_asked_for_by_key() {
        var line = json.write(new Fact.CallbackAsked(
                CALL, NOON, new PhoneNumber("+14155550123"), new PhoneNumber("+18005550199"), "default", "", "en", true));

        var read = json.read(line.replace(",\"spoken\":true", ""));

        assertThat(line).contains("spoken");
        assertThat(read).isInstanceOfSatisfying(
                Fact.CallbackAsked.class, fact -> assertThat(fact.spoken()).isFalse());
    }

    @Test
    void a_torn_line_is_refused_without_quoting_it() {
        assertThatThrownBy(() -> json.read("{\"type\":\"Said\",\"turn\":{\"text\":\"my secret"))
                .isInstanceOf(StoreException.class)
                .satisfies(failure ->
                        assertThat(failure.toString() + failure.getCause()).doesNotContain("secret"));
    }
}
