package io.offhook.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEffect;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.call.CallRules;
import io.offhook.call.Circumstances;
import io.offhook.call.ContentId;
import io.offhook.call.EngineFault;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Lexicon;
import io.offhook.call.Phase;
import io.offhook.call.Price;
import io.offhook.call.Step;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class CallMetersTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final CallRules RULES = new CallRules(
            "acme",
            "Hello.",
            "One moment.",
            "en",
            Duration.ofSeconds(15),
            Duration.ofMinutes(10),
            Map.of("lookup", new CallRules.ToolRule("", false)),
            new EscalationPolicy(List.of(), new Lexicon(Map.of(), List.of()), List.of(), false),
            Circumstances.Office.ALWAYS_OPEN,
            Map.of(),
            "",
            List.of(),
            Map.of(
                    "priced",
                    new Price.ForTokens(
                            "USD", dollars(4), dollars(2), dollars(24), dollars(32), dollars(1), dollars(64)),
                    "ears",
                    new Price.ForSpeech("USD", dollars(4))),
            Optional.empty());
    private static final Call CALL =
            Call.ringing(new CallId("CA1"), RULES, Optional.empty(), NOON, NOON);
    private static final CallEffect SOUND =
            new CallEffect.PlayToCaller(AudioFrame.ofMuLaw(new byte[160]), Optional.empty());

    private static BigDecimal dollars(int amount) {
        return BigDecimal.valueOf(amount);
    }

    private final Meters meters = new Meters();
    private final CallListener watching = meters.watching("acme", "openai", "en");

    private void at(int millis, CallEvent event, CallEffect... effects) {
        watching.on(CALL, event, new Step(CALL, Arrays.asList(effects), List.of()), NOON.plusMillis(millis));
    }

    private String value(String start) {
        return meters.scrape()
                .lines()
                .filter(line -> line.startsWith(start))
                .findFirst()
                .map(line -> line.substring(line.lastIndexOf(' ') + 1))
                .orElse("none");
    }

    @Test
    void a_turn_is_measured_whole_and_in_its_stages() {
        at(100, new CallEvent.StreamOpened(List.of()), SOUND);
        at(1_000, new CallEvent.CallerStoppedSpeaking("item-1"));
        at(1_250, new CallEvent.ReplyStarted("reply-1"));
        at(1_400, new CallEvent.CallerWords("item-1", "hello"));
        at(1_750, new CallEvent.AgentAudioEnded(new ContentId("reply-1", "item-2", 0)), SOUND);

        assertThat(value("offhook_call_first_audio_seconds_sum")).isEqualTo("0.1");
        assertThat(value("offhook_turn_latency_seconds_sum")).isEqualTo("0.75");
        assertThat(value("offhook_turn_stage_seconds_sum{agent=\"acme\",language=\"en\",stage=\"turn-end\"}"))
                .isEqualTo("0.25");
        assertThat(value("offhook_turn_stage_seconds_sum{agent=\"acme\",language=\"en\",stage=\"model\"}"))
                .isEqualTo("0.5");
        assertThat(value("offhook_turn_stage_seconds_sum{agent=\"acme\",language=\"en\",stage=\"transcription\"}"))
                .isEqualTo("0.4");
    }

    @Test
    void tools_that_nobody_configured_share_one_label() {
        for (var name : List.of("lookup", "made_up_1", "made_up_2")) {
            at(
                    10,
                    new CallEvent.ToolFinished(
                            new ToolRequest("r", name, "{}"),
                            new ToolOutcome("{}", ToolOutcome.OK, Duration.ofMillis(500), false)));
        }

        assertThat(value("offhook_tool_duration_seconds_count{outcome=\"ok\",tool=\"lookup\"}")).isEqualTo("1");
        assertThat(value("offhook_tool_duration_seconds_count{outcome=\"ok\",tool=\"unknown\"}")).isEqualTo("2");
        assertThat(meters.scrape()).doesNotContain("made_up");
    }

    @Test
    void tokens_and_faults_of_the_engine_are_counted() {
        at(10, new CallEvent.EngineReady(Duration.ofMillis(412), Optional.empty()));
        at(20, new CallEvent.UsageCounted(new Usage("a-model", 10, 20, 0, 0, 30, 0)));
        at(30, new CallEvent.EngineLost(EngineFault.of(EngineFault.Kind.RATE)));

        assertThat(value("offhook_engine_connect_seconds_sum")).isEqualTo("0.412");
        assertThat(value("offhook_tokens_total{direction=\"output\",modality=\"text\"")).isEqualTo("30.0");
        assertThat(value("offhook_tokens_total{direction=\"output\",modality=\"audio\"")).isEqualTo("none");
        assertThat(value("offhook_engine_errors_total")).isEqualTo("1.0");
    }

    @Test
    void what_a_model_charges_is_counted_in_money_by_what_it_was_for() {
        at(20, new CallEvent.UsageCounted(new Usage("priced", 2_000_000, 1_000_000, 1_000_000, 0, 500_000, 0)));
        at(30, new CallEvent.ReplyEnded(
                "reply-1", ReplyEnd.COMPLETED, "", List.of(), Optional.of(new Usage("priced", 0, 0, 0, 0, 0, 250_000))));

        assertThat(meters.scrape().lines().filter(line -> line.startsWith("offhook_cost_total")))
                .containsExactlyInAnyOrder(
                        cost("input", "text", "6.0"),
                        cost("input", "audio", "32.0"),
                        cost("output", "text", "12.0"),
                        cost("output", "audio", "16.0"));
    }

    private static String cost(String direction, String modality, String amount) {
        return "offhook_cost_total{currency=\"USD\",direction=\"%s\",modality=\"%s\",model=\"priced\"} %s"
                .formatted(direction, modality, amount);
    }

    @Test
    void speech_that_is_charged_by_its_length_is_counted_in_seconds_and_in_money() {
        at(20, new CallEvent.UsageCounted(Usage.ofSpeech("ears", Duration.ofMillis(1_500))));
        at(30, new CallEvent.UsageCounted(Usage.ofSpeech("ears", Duration.ofMillis(13_500))));

        assertThat(value("offhook_transcribed_seconds_total{model=\"ears\"}")).isEqualTo("15.0");
        assertThat(value("offhook_cost_total{currency=\"USD\",direction=\"input\",modality=\"audio\",model=\"ears\"}"))
                .isEqualTo("1.0");
        assertThat(value("offhook_tokens_total")).isEqualTo("none");
    }

    @Test
    void a_model_without_a_known_price_costs_nothing_that_could_be_counted() {
        at(20, new CallEvent.UsageCounted(new Usage("a-model", 10, 20, 0, 0, 30, 40)));

        assertThat(value("offhook_tokens_total")).isNotEqualTo("none");
        assertThat(value("offhook_cost")).isEqualTo("none");
    }

    @Test
    void a_gap_in_the_callers_audio_is_counted_for_the_engine_that_misses_it() {
        var gap = new Step(CALL, List.of(), List.of("media_gap"));

        watching.on(CALL, new CallEvent.TimePassed(), gap, NOON);

        assertThat(value("offhook_stream_underruns_total{engine=\"openai\"}")).isEqualTo("1.0");
    }

    @Test
    void each_agent_shows_its_calls_once_however_often_its_file_is_read() {
        meters.active("acme", () -> 3);
        meters.active("acme", () -> 3);
        meters.active("sales", () -> 0);

        assertThat(meters.scrape().lines().filter(line -> line.startsWith("offhook_calls_active")))
                .containsExactlyInAnyOrder(
                        "offhook_calls_active{agent=\"acme\",direction=\"inbound\"} 3.0",
                        "offhook_calls_active{agent=\"sales\",direction=\"inbound\"} 0.0");
    }

    @Test
    void a_lost_stream_counts_no_call() {
        var ended = new Call(
                CALL.id(),
                CALL.since(),
                CALL.rules(),
                CALL.caller(),
                new Phase.Detached(StreamEnd.LOST),
                CALL.line(),
                CALL.playout(),
                CALL.engine(),
                CALL.transcript(),
                CALL.tools(),
                CALL.signals(),
                CALL.bill(),
                CALL.timers());

        watching.on(CALL, new CallEvent.StreamEnded(StreamEnd.LOST), Step.of(ended), NOON);

        assertThat(value("offhook_calls_total")).isEqualTo("none");
    }
}
