package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Base64;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;

class EngineStrictnessTest {
    private final ScriptedDialogue script = new ScriptedDialogue();
    private final SimulatedEngine engine =
            SimulatedEngine.builder().speed(50).dialogue(script).start();
    private RealtimeClient client;

    @BeforeEach
    void connect() {
        client = RealtimeClient.connect(engine);
        client.next("session.created");
    }

    @AfterEach
    void stop() {
        client.assertEveryEventWasAsDocumented();
        client.close();
        engine.close();
    }

    @Test
    void answers_text_that_is_not_json_with_invalid_event() {
        client.send("hello");

        assertError("invalid_event", "");
        assertThat(client.open()).isTrue();
    }

    @Test
    void answers_an_event_without_a_type_with_invalid_event() {
        client.send("{\"event_id\":\"e1\"}");

        assertThat(assertError("invalid_event", "type").path("event_id").stringValue()).isEqualTo("e1");
    }

    @Test
    void answers_a_binary_frame_with_invalid_event() {
        client.sendBinary(new byte[] {1, 2, 3});

        assertError("invalid_event", "");
    }

    @Test
    void echoes_the_event_id_of_a_refused_event() {
        client.send("""
                {"type":"session.update","event_id":"mine","session":{"type":"realtime","voice":"ash"}}""");

        var error = assertError("unknown_parameter", "session.voice");

        assertThat(error.path("event_id").stringValue()).isEqualTo("mine");
        assertThat(error.path("type").stringValue()).isEqualTo("invalid_request_error");
        assertThat(engine.latest().orElseThrow().errors())
                .extracting(SimulatedSession.SentError::eventId)
                .containsExactly("mine");
    }

    @Test
    void answers_an_update_with_the_whole_effective_session() {
        client.send(RealtimeClient.PHONE_SESSION);

        var session = client.next("session.updated").path("session");

        assertThat(session.at("/audio/input/format/type").stringValue()).isEqualTo("audio/pcmu");
        assertThat(session.at("/audio/output/format/type").stringValue()).isEqualTo("audio/pcmu");
        assertThat(session.at("/audio/output/voice").stringValue()).isEqualTo("cedar");
        assertThat(session.at("/audio/output/speed").asDouble()).isEqualTo(1);
        assertThat(session.at("/audio/input/turn_detection/silence_duration_ms").asInt()).isEqualTo(500);
        assertThat(session.at("/audio/input/turn_detection/prefix_padding_ms").asInt()).isEqualTo(300);
        assertThat(session.path("id").stringValue()).isEqualTo(engine.latest().orElseThrow().id());
    }

    @Test
    void does_not_change_the_model_of_a_session() {
        client.send("""
                {"type":"session.update","session":{"type":"realtime","model":"gpt-realtime-2.1-mini"}}""");

        assertError("invalid_value", "session.model");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "\"model\":\"gpt-hears-all\"                                | model",
                "\"model\":\"gpt-transcribe\",\"language\":\"en-US\"       | language",
                "\"model\":\"gpt-transcribe\",\"language\":\"xx\"          | language",
                "\"model\":\"gpt-transcribe\",\"languages\":[\"en\",\"fil\"] | languages",
                "\"model\":\"whisper-1\",\"languages\":[\"en\",\"es\"]       | languages",
                "\"model\":\"gpt-4o-transcribe\",\"keywords\":[\"Acme\"]    | keywords",
                "\"model\":\"gpt-transcribe\",\"delay\":\"low\"            | delay"
            })
    void writes_down_by_the_models_and_languages_that_are_documented(String transcription, String wrong) {
        client.send(transcription(transcription));

        assertError("invalid_value", "session.audio.input.transcription." + wrong);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"model\":\"whisper-1\",\"language\":\"es\"",
                "\"model\":\"gpt-transcribe\",\"languages\":[\"en\",\"es\"],\"keywords\":[\"Acme\"]",
                "\"model\":\"gpt-realtime-whisper\",\"delay\":\"low\""
            })
    void writes_down_as_it_is_told(String transcription) {
        client.send(transcription(transcription));

        client.next("session.updated");
    }

    private static String transcription(String fields) {
        return """
                {"type":"session.update","session":{"type":"realtime","audio":{"input":{"transcription":{%s}}}}}"""
                .formatted(fields);
    }

    @Test
    void does_not_know_other_voices() {
        client.send(voice("siri"));

        assertError("invalid_value", "session.audio.output.voice");
    }

    @Test
    void locks_the_voice_after_the_first_audio_and_refuses_such_an_update_as_a_whole() {
        script.says("Hello.");
        client.send(voice("ash"));
        client.next("session.updated");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.done");

        client.send("""
                {"type":"session.update","session":{"type":"realtime","instructions":"lost",
                 "audio":{"output":{"voice":"cedar"}}}}""");

        assertError("cannot_update_voice", "session.audio.output.voice");
        assertThat(engine.latest().orElseThrow().settings().path("instructions").stringValue())
                .isNotEqualTo("lost");
    }

    @Test
    void refuses_parallel_tool_calls_on_a_model_that_does_not_reason() {
        try (var old = RealtimeClient.connect(
                engine, "/v1/realtime?model=gpt-realtime-1.5", Map.of("Authorization", "Bearer sk-test"))) {
            old.next("session.created");

            old.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"parallel_tool_calls\":true}}");
            assertThat(old.next("error").at("/error/param").stringValue()).isEqualTo("session.parallel_tool_calls");
            old.send("{\"type\":\"response.create\",\"response\":{\"parallel_tool_calls\":false}}");
            assertThat(old.next("error").at("/error/param").stringValue()).isEqualTo("response.parallel_tool_calls");
        }
        client.send("{\"type\":\"session.update\",\"session\":{\"type\":\"realtime\",\"parallel_tool_calls\":false}}");
        assertThat(client.next("session.updated").at("/session/parallel_tool_calls").booleanValue())
                .isFalse();
    }

    @Test
    void refuses_reasoning_on_a_model_that_does_not_reason() {
        try (var old = RealtimeClient.connect(
                engine, "/v1/realtime?model=gpt-realtime-1.5", java.util.Map.of("Authorization", "Bearer x"))) {
            old.next("session.created");
            old.send("""
                    {"type":"session.update","session":{"type":"realtime","reasoning":{"effort":"low"}}}""");

            assertThat(old.next("error").at("/error/param").stringValue()).isEqualTo("session.reasoning");
        }
    }

    @Test
    void lets_one_response_at_a_time_write_to_the_conversation() {
        script.says("A rather long sentence, so that the second request comes while it is spoken.");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.created");

        client.send("{\"type\":\"response.create\",\"event_id\":\"second\"}");

        assertThat(assertError("conversation_already_has_active_response", "")
                        .path("event_id")
                        .stringValue())
                .isEqualTo("second");
    }

    @Test
    void cannot_cancel_when_nothing_runs() {
        client.send("{\"type\":\"response.cancel\"}");

        assertError("response_cancel_not_active", "");
    }

    @Test
    void cannot_commit_less_than_100_ms_of_audio() {
        client.send("{\"type\":\"input_audio_buffer.commit\"}");

        assertError("input_audio_buffer_commit_empty", "");
    }

    @Test
    void refuses_audio_that_is_not_base64() {
        client.send("{\"type\":\"input_audio_buffer.append\",\"audio\":\"no base64!\"}");

        assertError("invalid_value", "audio");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", ",\"event_id\":\"e1\""})
    void refuses_more_than_15_mib_of_audio_however_it_is_written(String more) {
        var most = Base64.getEncoder().encodeToString(new byte[15 << 20]);
        var tooMuch = Base64.getEncoder().encodeToString(new byte[(15 << 20) + 1]);

        client.send("{\"type\":\"input_audio_buffer.append\",\"audio\":\"" + most + "\"" + more + "}");
        client.send("{\"type\":\"input_audio_buffer.append\",\"audio\":\"" + tooMuch + "\"" + more + "}");

        assertError("invalid_value", "audio");
        assertThat(engine.latest().orElseThrow().appendedBytes()).isEqualTo(15 << 20);
    }

    @Test
    void refuses_unknown_fields_beside_the_audio() {
        client.send("{\"type\":\"input_audio_buffer.append\",\"audio\":\"/////w==\",\"track\":\"inbound\"}");

        assertError("unknown_parameter", "track");
    }

    @Test
    void never_answers_audio() {
        client.append(new byte[160]);
        client.send("{\"audio\":\"/////w==\", \"type\":\"input_audio_buffer.append\", \"event_id\":\"e\"}");
        client.send("{\"type\":\"input_audio_buffer.clear\"}");
        client.next("input_audio_buffer.cleared");

        assertThat(client.types())
                .containsExactly("session.created", "conversation.created", "input_audio_buffer.cleared");
        assertThat(engine.latest().orElseThrow().appends()).isEqualTo(2);
        assertThat(engine.latest().orElseThrow().appendedAudio()).hasSize(164);
    }

    @Test
    void refuses_the_result_of_a_call_that_never_was() {
        client.send("""
                {"type":"conversation.item.create","item":
                 {"type":"function_call_output","call_id":"call_x","output":"{}"}}""");

        assertError("invalid_tool_call_id", "item.call_id");
    }

    @Test
    void takes_a_replayed_call_and_its_result() {
        client.send("""
                {"type":"conversation.item.create","item":
                 {"type":"function_call","call_id":"call_x","name":"f","arguments":"{}"}}""");
        client.send("""
                {"type":"conversation.item.create","item":
                 {"type":"function_call_output","call_id":"call_x","output":"{}"}}""");

        client.next("conversation.item.done");
        client.next("conversation.item.done");
        assertThat(engine.latest().orElseThrow().items()).hasSize(2);
    }

    @Test
    void puts_items_where_they_are_wanted() {
        client.send(item("b", ""));
        client.send(item("a", ",\"previous_item_id\":\"root\""));
        client.send(item("c", ",\"previous_item_id\":\"b\""));
        client.send(item("between", ",\"previous_item_id\":\"a\""));
        client.next("conversation.item.done", event -> event.at("/item/id").asString().equals("between"));

        assertThat(engine.latest().orElseThrow().items())
                .extracting(item -> item.path("id").stringValue())
                .containsExactly("a", "between", "b", "c");
        assertThat(client.events("conversation.item.added").getLast().path("previous_item_id").stringValue())
                .isEqualTo("a");
    }

    @Test
    void refuses_an_unknown_previous_item() {
        client.send(item("a", ",\"previous_item_id\":\"nowhere\""));

        assertError("invalid_value", "previous_item_id");
        assertThat(engine.latest().orElseThrow().items()).isEmpty();
    }

    @Test
    void refuses_content_that_the_role_cannot_have() {
        client.send("""
                {"type":"conversation.item.create","item":{"type":"message","role":"assistant",
                 "content":[{"type":"output_audio","audio":"AAAA"}]}}""");

        assertError("invalid_value", "item.content[0].audio");
    }

    @Test
    void truncates_an_item_up_to_its_real_length() {
        script.says("Ten chars.");
        client.send("{\"type\":\"response.create\"}");
        client.next("response.done");
        var item = engine.latest().orElseThrow().items().getFirst().path("id").stringValue();

        client.send(truncate(item, 601));
        var error = assertError("invalid_value", "audio_end_ms");
        client.send(truncate(item, 600));
        client.next("conversation.item.truncated");

        assertThat(error.path("message").stringValue())
                .isEqualTo("Audio content of 600ms is already shorter than 601ms");
        var session = engine.latest().orElseThrow();
        assertThat(session.truncations()).containsExactly(new SimulatedSession.Truncation(item, 0, 600));
        assertThat(session.items().getFirst().at("/content/0").has("transcript")).isFalse();
    }

    @Test
    void refuses_to_truncate_an_unknown_item_and_what_is_not_audio_of_the_assistant() {
        client.send(item("mine", ""));
        client.send(truncate("mine", 0));
        assertError("invalid_value", "item_id");

        client.send(truncate("nobody", 0));
        assertError("item_not_found", "item_id");
    }

    @Test
    void retrieves_and_deletes_items() {
        client.send(item("mine", ""));
        client.send("{\"type\":\"conversation.item.retrieve\",\"item_id\":\"mine\"}");
        client.next("conversation.item.retrieved");
        client.send("{\"type\":\"conversation.item.delete\",\"item_id\":\"mine\"}");
        client.next("conversation.item.deleted");
        client.send("{\"type\":\"conversation.item.retrieve\",\"item_id\":\"mine\"}");

        assertError("item_not_found", "item_id");
    }

    @Test
    void leaves_the_output_buffer_to_other_transports() {
        client.send("{\"type\":\"output_audio_buffer.clear\"}");

        assertError("invalid_event", "type");
    }

    private JsonNode assertError(String code, String param) {
        var error = client.next("error").path("error");
        assertThat(error.path("code").stringValue()).isEqualTo(code);
        assertThat(error.path("param").isNull() ? "" : error.path("param").stringValue()).isEqualTo(param);
        return error;
    }

    private static String voice(String name) {
        return """
                {"type":"session.update","session":{"type":"realtime","audio":{"output":{"voice":"%s"}}}}"""
                .formatted(name);
    }

    private static String item(String id, String more) {
        return "{\"type\":\"conversation.item.create\"" + more + ",\"item\":{\"id\":\"" + id
                + "\",\"type\":\"message\",\"role\":\"user\",\"content\":[{\"type\":\"input_text\",\"text\":\"hi\"}]}}";
    }

    private static String truncate(String item, int ms) {
        return "{\"type\":\"conversation.item.truncate\",\"item_id\":\"" + item
                + "\",\"content_index\":0,\"audio_end_ms\":" + ms + "}";
    }
}
