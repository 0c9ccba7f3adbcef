package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineVoiceActivityTest {
    /// Takes a second or two at this speed, so that somebody can talk over it on a busy machine, too.
    private static final String LONG_ANSWER = "This is a long answer, and it goes on for quite a while. ".repeat(40);

    private final ScriptedDialogue script = new ScriptedDialogue();
    private final SimulatedEngine engine =
            SimulatedEngine.builder().speed(20).dialogue(script).start();
    private final RealtimeClient client = RealtimeClient.onThePhone(engine);
    private final byte[] clip = CaptionBook.clip("order-1").orElseThrow();

    @AfterEach
    void stop() {
        client.assertEveryEventWasAsDocumented();
        client.close();
        engine.close();
    }

    @Test
    void a_spoken_turn_produces_the_events_of_the_real_service_in_their_order() {
        script.says("One moment.");

        client.silence(1_000);
        client.speak(clip);
        client.silence(600);

        client.eventually("response.done");
        client.eventually("conversation.item.input_audio_transcription.completed");
        var order = client.types().stream()
                .filter(type -> !type.contains("transcription") && !type.endsWith(".delta"))
                .toList();
        assertThat(order.subList(3, order.size()))
                .containsExactly(
                        "input_audio_buffer.speech_started",
                        "input_audio_buffer.speech_stopped",
                        "input_audio_buffer.committed",
                        "conversation.item.added",
                        "conversation.item.done",
                        "response.created",
                        "rate_limits.updated",
                        "response.output_item.added",
                        "conversation.item.added",
                        "response.content_part.added",
                        "response.output_audio.done",
                        "response.output_audio_transcript.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "conversation.item.done",
                        "response.done");
    }

    @Test
    void positions_count_the_audio_that_arrived_and_include_padding_and_trailing_silence() {
        script.says("One moment.");
        int onset = 1_020;

        client.silence(1_000);
        client.speak(clip);
        client.silence(600);

        var started = client.next("input_audio_buffer.speech_started");
        var stopped = client.next("input_audio_buffer.speech_stopped");
        assertThat(started.path("audio_start_ms").asInt()).isCloseTo(onset - 300, within(60));
        assertThat(stopped.path("audio_end_ms").asInt()).isCloseTo(1_000 + clip.length / 8 + 500, within(100));
        assertThat(client.next("input_audio_buffer.committed").path("item_id"))
                .isEqualTo(started.path("item_id"))
                .isEqualTo(stopped.path("item_id"));
    }

    @Test
    void the_words_of_a_known_clip_are_transcribed() {
        client.speak(clip);
        client.silence(600);

        var completed = client.next("conversation.item.input_audio_transcription.completed");

        assertThat(completed.path("transcript").stringValue()).isEqualTo("Hi, I'd like to check on my order, please.");
        assertThat(completed.at("/usage/seconds").asDouble()).isBetween(2.5, 4.0);
        assertThat(client.events("conversation.item.input_audio_transcription.delta"))
                .extracting(event -> event.path("delta").stringValue())
                .containsExactly("Hi, ", "I'd ", "like ", "to ", "check ", "on ", "my ", "order, ", "please.");
    }

    @Test
    void unknown_speech_has_an_empty_transcript_and_is_not_understood() {
        client.speak(new ToneSpeech().speak("some words"));
        client.silence(600);

        assertThat(client.next("conversation.item.input_audio_transcription.completed")
                        .path("transcript")
                        .stringValue())
                .isEmpty();
        assertThat(script.causes()).containsExactly("caller: ");
    }

    @Test
    void line_noise_and_clicks_are_not_speech() {
        var noise = new byte[8_000];
        var random = new java.util.Random(1);
        for (int i = 0; i < noise.length; i++) {
            noise[i] = MuLaw.encode((short) (random.nextGaussian() * 60));
        }
        noise[4_000] = MuLaw.encode((short) 20_000);

        client.speak(noise);
        client.send("{\"type\":\"input_audio_buffer.clear\"}");
        client.next("input_audio_buffer.cleared");

        assertThat(client.events("input_audio_buffer.speech_started")).isEmpty();
    }

    @Test
    void speech_cancels_the_running_response_and_every_done_event_still_comes() {
        script.says(LONG_ANSWER);
        client.send("{\"type\":\"response.create\"}");
        client.next("response.output_audio.delta");

        client.speak(clip);

        client.next("input_audio_buffer.speech_started");
        var done = client.next("response.done").path("response");
        assertThat(done.path("status").stringValue()).isEqualTo("cancelled");
        assertThat(done.at("/status_details/reason").stringValue()).isEqualTo("turn_detected");
        assertThat(done.at("/output/0/status").stringValue()).isEqualTo("incomplete");
        assertThat(client.types())
                .containsSubsequence(
                        "input_audio_buffer.speech_started",
                        "response.output_audio.done",
                        "response.output_audio_transcript.done",
                        "response.content_part.done",
                        "response.output_item.done",
                        "conversation.item.done",
                        "response.done");
    }

    @Test
    void without_interruption_the_response_goes_on_and_a_second_one_fails() {
        turnDetection("\"type\":\"server_vad\",\"silence_duration_ms\":500,\"interrupt_response\":false");
        script.says(LONG_ANSWER);
        client.send("{\"type\":\"response.create\"}");
        client.next("response.output_audio.delta");

        client.speak(clip);
        client.silence(600);

        assertThat(client.next("error").at("/error/code").stringValue())
                .isEqualTo("conversation_already_has_active_response");
        assertThat(client.next("response.done").at("/response/status").stringValue())
                .isEqualTo("completed");
    }

    @Test
    void with_create_response_off_the_client_asks_for_the_response() {
        turnDetection("\"type\":\"server_vad\",\"silence_duration_ms\":500,\"create_response\":false");
        script.says("Yes.");

        client.speak(clip);
        client.silence(600);
        client.next("input_audio_buffer.committed");
        assertThat(client.types()).doesNotContain("response.created");
        client.send("{\"type\":\"response.create\"}");

        client.next("response.done");
        assertThat(script.causes()).containsExactly("caller: Hi, I'd like to check on my order, please.");
    }

    @Test
    void without_turn_detection_the_client_commits() {
        client.send("""
                {"type":"session.update","session":{"type":"realtime","audio":{"input":{"turn_detection":null}}}}""");
        client.next("session.updated");

        client.speak(clip);
        client.send("{\"type\":\"input_audio_buffer.commit\"}");

        client.next("input_audio_buffer.committed");
        assertThat(client.next("conversation.item.input_audio_transcription.completed")
                        .path("transcript")
                        .stringValue())
                .startsWith("Hi, I'd like");
        assertThat(client.types()).doesNotContain("input_audio_buffer.speech_started", "response.created");
    }

    @Test
    void semantic_detection_waits_as_long_as_its_eagerness_says() {
        turnDetection("\"type\":\"semantic_vad\",\"eagerness\":\"high\"");

        client.speak(clip);
        client.silence(1_900);
        assertThat(client.types()).doesNotContain("input_audio_buffer.speech_stopped");
        client.silence(200);

        client.next("input_audio_buffer.speech_stopped");
    }

    @Test
    void an_idle_caller_is_asked_after_the_answer_was_heard() {
        turnDetection("\"type\":\"server_vad\",\"idle_timeout_ms\":5000");
        script.says("Hello.").says("Are you still there?");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.done");

        client.silence(6_000);

        var timeout = client.next("input_audio_buffer.timeout_triggered");
        assertThat(client.next("input_audio_buffer.committed").path("item_id")).isEqualTo(timeout.path("item_id"));
        client.next("response.done");
        assertThat(client.transcript()).isEqualTo("Hello. | Are you still there?");
    }

    @Test
    void typed_words_make_the_events_of_a_spoken_turn() {
        script.says("Hello.");

        engine.typed("Good morning.");

        assertThat(client.eventually("conversation.item.input_audio_transcription.completed")
                        .path("transcript")
                        .stringValue())
                .isEqualTo("Good morning.");
        client.eventually("response.done");
        assertThat(client.types())
                .containsSubsequence(List.of(
                        "input_audio_buffer.speech_started",
                        "input_audio_buffer.speech_stopped",
                        "input_audio_buffer.committed",
                        "response.created",
                        "response.done"));
        assertThat(script.causes()).containsExactly("caller: Good morning.");
    }

    @Test
    void a_law_and_pcm_are_heard_too() {
        for (var format : WireFormat.values()) {
            client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\","
                    + "\"audio\":{\"input\":{\"format\":" + format.json() + "}}}}");
            client.next("session.updated");
            var sound = format.fromMuLaw(new ToneSpeech().speak("abc"));

            client.append(sound);
            client.append(format.fromMuLaw(silent(600)));

            client.next("input_audio_buffer.speech_started");
            client.next("input_audio_buffer.speech_stopped");
        }
    }

    private void turnDetection(String fields) {
        client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"audio\":{\"input\":"
                + "{\"turn_detection\":{" + fields + "}}}}}");
        client.next("session.updated");
    }

    private static byte[] silent(int ms) {
        var quiet = new byte[ms * 8];
        java.util.Arrays.fill(quiet, (byte) 0xFF);
        return quiet;
    }
}
