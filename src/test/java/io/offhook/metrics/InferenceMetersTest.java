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
import io.offhook.call.ContentId;
import io.offhook.call.EngineFault;
import io.offhook.call.Step;
import io.offhook.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class InferenceMetersTest {
    private static final Instant NOON = Instant.parse("2026-11-23T12:00:00Z");
    private static final Call CALL = Call.ringing(
            new CallId("CA1"),
            new CallRules(
                    "acme", "Hello.", "One moment.", "en", Duration.ofSeconds(15), Duration.ofMinutes(10), Map.of(), List.of()),
            Optional.empty(),
            NOON,
            NOON);
    private static final CallEvent SOUND =
            new CallEvent.AgentAudio(new ContentId("reply-1", "item-2", 0), AudioFrame.ofMuLaw(new byte[160]));
    private static final String CHAT = "gen_ai_operation_name=\"chat\",gen_ai_provider_name=\"openai\",gen_ai_request_model=\"a-model\"";

    private final Meters meters = new Meters();
    private final CallListener watching = meters.inference("openai", "a-model");

    private void at(int millis, CallEvent event, CallEffect... effects) {
        watching.on(CALL, event, new Step(CALL, Arrays.asList(effects), List.of()), NOON.plusMillis(millis));
    }

    private static CallEvent ended(ReplyEnd how, String code, Optional<Usage> usage) {
        return new CallEvent.ReplyEnded("reply-1", how, code, List.of(), usage);
    }

    private List<String> lines(String meter) {
        return meters.scrape().lines().filter(line -> line.startsWith(meter)).toList();
    }

    @Test
    void a_reply_is_measured_from_the_end_of_the_callers_speech() {
        at(1_000, new CallEvent.CallerStoppedSpeaking("item-1"));
        at(1_250, new CallEvent.ReplyStarted("reply-1"));
        at(1_500, SOUND);
        at(1_600, SOUND);
        at(3_000, ended(ReplyEnd.COMPLETED, "", Optional.empty()));

        assertThat(lines("gen_ai_client_inference_time_to_first_chunk_seconds_sum"))
                .containsExactly("gen_ai_client_inference_time_to_first_chunk_seconds_sum{" + CHAT + "} 0.5");
        assertThat(lines("gen_ai_client_inference_duration_seconds_sum"))
                .containsExactly("gen_ai_client_inference_duration_seconds_sum{error_type=\"\"," + CHAT + "} 2.0");
    }

    @Test
    void a_reply_that_we_ask_for_is_measured_from_there() {
        at(1_000, new CallEvent.TimePassed(), new CallEffect.AskForReply());
        at(1_100, new CallEvent.ReplyStarted("reply-1"));
        at(1_300, SOUND);

        assertThat(lines("gen_ai_client_inference_time_to_first_chunk_seconds_sum"))
                .singleElement()
                .satisfies(line -> assertThat(line).endsWith(" 0.3"));
    }

    @Test
    void the_bounds_are_those_that_the_conventions_advise() {
        at(0, new CallEvent.ReplyStarted("reply-1"));
        at(100, ended(ReplyEnd.COMPLETED, "", Optional.empty()));

        assertThat(lines("gen_ai_client_inference_duration_seconds_bucket"))
                .extracting(line -> line.replaceAll(".*le=\"([^\"]+)\".*", "$1"))
                .containsExactly(
                        "0.01", "0.02", "0.04", "0.08", "0.16", "0.32", "0.64", "1.28", "2.56", "5.12", "10.24", "20.48",
                        "40.96", "81.92", "+Inf");
    }

    @Test
    void what_fails_has_the_type_of_the_error_and_what_is_interrupted_has_none() {
        at(0, new CallEvent.ReplyStarted("reply-1"));
        at(100, ended(ReplyEnd.FAILED, "rate_limit_exceeded", Optional.empty()));
        at(200, new CallEvent.ReplyStarted("reply-1"));
        at(300, ended(ReplyEnd.FAILED, "words of the engine's own", Optional.empty()));
        at(400, new CallEvent.ReplyStarted("reply-1"));
        at(500, ended(ReplyEnd.CANCELLED, "turn_detected", Optional.empty()));
        at(600, new CallEvent.ReplyStarted("reply-1"));
        at(700, new CallEvent.EngineLost(EngineFault.of(EngineFault.Kind.CLOSED)));
        at(800, new CallEvent.EngineLost(EngineFault.of(EngineFault.Kind.CLOSED)));

        assertThat(lines("gen_ai_client_inference_duration_seconds_count"))
                .extracting(line -> line.replaceAll(".*error_type=\"([^\"]*)\".* (\\d+)$", "$1 $2"))
                .containsExactlyInAnyOrder(
                        "rate_limit_exceeded 1",
                        "other 1",
                        " 1",
                        EngineFault.of(EngineFault.Kind.CLOSED).slug() + " 1");
    }

    @Test
    void tokens_are_counted_by_modality_and_for_the_model_that_was_used() {
        at(0, ended(ReplyEnd.COMPLETED, "", Optional.of(new Usage("a-model", 119, 13, 64, 0, 30, 91))));
        at(1, new CallEvent.UsageCounted(new Usage("its-ears", 0, 40, 0, 0, 7, 0)));

        var ears = CHAT.replace("chat", "transcription").replace("a-model", "its-ears");
        assertThat(lines("gen_ai_client_inference_usage_input_tokens_total"))
                .containsExactlyInAnyOrder(
                        "gen_ai_client_inference_usage_input_tokens_total{" + CHAT + ",gen_ai_token_modality=\"text\"} 119.0",
                        "gen_ai_client_inference_usage_input_tokens_total{" + CHAT + ",gen_ai_token_modality=\"audio\"} 13.0",
                        "gen_ai_client_inference_usage_input_tokens_total{" + ears + ",gen_ai_token_modality=\"audio\"} 40.0");
        assertThat(lines("gen_ai_client_inference_usage_output_tokens_total"))
                .containsExactlyInAnyOrder(
                        "gen_ai_client_inference_usage_output_tokens_total{" + CHAT + ",gen_ai_token_modality=\"text\"} 30.0",
                        "gen_ai_client_inference_usage_output_tokens_total{" + CHAT + ",gen_ai_token_modality=\"audio\"} 91.0",
                        "gen_ai_client_inference_usage_output_tokens_total{" + ears + ",gen_ai_token_modality=\"text\"} 7.0");
    }
}
