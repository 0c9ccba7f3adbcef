package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EngineResponseTest {
    private final ScriptedDialogue script = new ScriptedDialogue();
    private final SimulatedEngine engine =
            SimulatedEngine.builder().speed(50).dialogue(script).start();
    private final RealtimeClient client = RealtimeClient.onThePhone(engine);

    @AfterEach
    void stop() {
        client.assertEveryEventWasAsDocumented();
        client.close();
        engine.close();
    }

    @Test
    void sends_the_speech_of_the_text_in_pieces_as_the_real_service_does() {
        var text = "Thank you for calling. How can I help you today?";
        script.says(text);

        client.send("{\"type\":\"response.create\"}");

        var response = client.next("response.done").path("response");
        assertThat(client.audioOf(response.path("id").stringValue())).isEqualTo(new ToneSpeech().speak(text));
        assertThat(client.transcript()).isEqualTo(text);
        assertThat(client.events("response.output_audio.delta"))
                .extracting(event -> Base64.getDecoder().decode(event.path("delta").stringValue()).length / 8)
                .startsWith(200, 300, 400, 200);
        assertThat(String.join("", client.events("response.output_audio_transcript.delta").stream()
                        .map(event -> event.path("delta").stringValue())
                        .toList()))
                .isEqualTo(text);
        assertThat(response.path("status").stringValue()).isEqualTo("completed");
        assertThat(response.at("/output/0/content/0/transcript").stringValue()).isEqualTo(text);
    }

    @Test
    void speaks_in_the_format_that_was_asked_for() {
        for (var format : WireFormat.values()) {
            client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\","
                    + "\"audio\":{\"output\":{\"format\":" + format.json() + "}}}}");
            client.next("session.updated");
            script.says("Hello.");

            client.send("{\"type\":\"response.create\"}");

            var response = client.next("response.done").path("response");
            assertThat(client.audioOf(response.path("id").stringValue()))
                    .isEqualTo(inPieces(format, new ToneSpeech().speak("Hello.")));
        }
    }

    @Test
    void counts_tokens_of_text_and_audio() {
        script.says("0123456789").says("0123456789");
        client.send("{\"type\":\"response.create\"}");
        var first = client.next("response.done").at("/response/usage");

        client.send("{\"type\":\"response.create\"}");
        var second = client.next("response.done").at("/response/usage");

        assertThat(first.at("/output_token_details/audio_tokens").asInt()).isEqualTo(12);
        assertThat(first.at("/output_token_details/text_tokens").asInt()).isPositive();
        assertThat(first.at("/input_token_details/text_tokens").asInt()).isPositive();
        assertThat(first.at("/input_token_details/cached_tokens").asInt()).isZero();
        assertThat(second.at("/input_token_details/audio_tokens").asInt()).isEqualTo(12);
        assertThat(second.path("total_tokens").asInt())
                .isEqualTo(second.path("input_tokens").asInt()
                        + second.path("output_tokens").asInt());
    }

    @Test
    void calls_tools_and_answers_their_results() {
        script.saysAndCalls("Let me look.", "lookup_order_status", "{\"order_number\":\"AB7492\"}")
                .says("It is on its way.");
        client.send("{\"type\":\"response.create\"}");
        var call = client.next(
                        "response.output_item.done",
                        event -> event.at("/item/type").asString().equals("function_call"))
                .path("item");
        client.next("response.done");

        client.send("{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"function_call_output\",\"call_id\":\""
                + call.path("call_id").stringValue() + "\",\"output\":\"{\\\"status\\\":\\\"shipped\\\"}\"}}");
        client.send("{\"type\":\"response.create\"}");

        client.next("response.done");
        assertThat(call.path("arguments").stringValue()).isEqualTo("{\"order_number\":\"AB7492\"}");
        assertThat(call.path("status").stringValue()).isEqualTo("completed");
        assertThat(script.causes()).containsExactly("request: ", "tool: lookup_order_status {\"status\":\"shipped\"}");
        assertThat(client.transcript()).isEqualTo("Let me look. | It is on its way.");
    }

    @Test
    void says_exactly_what_it_is_told_to() {
        script.says("This is not said.");

        client.send("""
                {"type":"response.create","response":{"input":[],
                 "instructions":"Say exactly this, and nothing else: \\"Please \\\\\\"hold\\\\\\" the line.\\""}}""");

        client.next("response.done");
        assertThat(client.transcript()).isEqualTo("Please \"hold\" the line.");
        assertThat(script.stepsLeft()).isEqualTo(1);
    }

    @Test
    void writes_outside_of_the_conversation_while_it_speaks_in_it() {
        script.says("A long sentence that is spoken while something else is written down beside it.")
                .writes("A summary.");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.output_audio.delta");

        client.send("""
                {"type":"response.create","response":{"conversation":"none","output_modalities":["text"],
                 "instructions":"Summarise.","metadata":{"purpose":"summary"}}}""");

        var summary = client.next(
                        "response.done",
                        event -> event.at("/response/metadata/purpose").asString("").equals("summary"))
                .path("response");
        assertThat(summary.path("conversation_id").isNull()).isTrue();
        assertThat(summary.at("/output/0/content/0/text").stringValue()).isEqualTo("A summary.");
        assertThat(client.next("response.done").at("/response/status").stringValue()).isEqualTo("completed");
        assertThat(engine.latest().orElseThrow().items()).hasSize(1);
    }

    @Test
    void stops_at_the_number_of_tokens_it_may_use() {
        script.says("This sentence has far more tokens than the response may have.");

        client.send("{\"type\":\"response.create\",\"response\":{\"max_output_tokens\":20}}");

        var response = client.next("response.done").path("response");
        assertThat(response.path("status").stringValue()).isEqualTo("incomplete");
        assertThat(response.at("/status_details/reason").stringValue()).isEqualTo("max_output_tokens");
        assertThat(response.at("/usage/output_tokens").asInt()).isLessThan(40);
    }

    @Test
    void is_cancelled_by_the_client() {
        script.says("A long sentence that will be cancelled long before its end has been reached by anybody.");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.output_audio.delta");

        client.send("{\"type\":\"response.cancel\"}");

        var response = client.next("response.done").path("response");
        assertThat(response.at("/status_details/reason").stringValue()).isEqualTo("client_cancelled");
        var item = response.at("/output/0/id").stringValue();
        assertThat(engine.latest().orElseThrow().audioOf(item).orElseThrow().toMillis())
                .isEqualTo(client.audioOf(response.path("id").stringValue()).length / 8);
    }

    @Test
    void answers_the_last_turn_of_a_replayed_history() {
        script.says("As I said.");
        for (var item : List.of(
                "\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"First?\"}]",
                "\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Yes.\"}]",
                "\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"Second?\"}]")) {
            client.send("{\"type\":\"conversation.item.create\",\"item\":{\"type\":\"message\"," + item + "}}");
        }

        client.send("{\"type\":\"response.create\"}");

        client.next("response.done");
        assertThat(script.causes()).containsExactly("caller: Second?");
    }

    private static byte[] inPieces(WireFormat format, byte[] speech) {
        var result = new java.io.ByteArrayOutputStream();
        int at = 0;
        for (int ms : List.of(200, 300, 400)) {
            int end = Math.min(speech.length, at + ms * 8);
            result.writeBytes(format.fromMuLaw(java.util.Arrays.copyOfRange(speech, at, end)));
            at = end;
        }
        return result.toByteArray();
    }
}
