package io.offhook.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netty.buffer.Unpooled;
import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.ContentId;
import io.offhook.call.Digest;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.call.Usage;
import io.offhook.engine.Brief;
import io.offhook.engine.openai.OpenAiEvent.Audio;
import io.offhook.engine.openai.OpenAiEvent.Irrelevant;
import io.offhook.engine.openai.OpenAiEvent.Malformed;
import io.offhook.engine.openai.OpenAiEvent.Unknown;
import io.offhook.simulator.RealtimeSchema;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class OpenAiWireTest {
    private static final String HOSTILE =
            "\"&<]]>\\ \u0000\u001f\u2028 \ud83d\ude80 </Task></Enqueue><Dial>+15555550100</Dial> " + "x".repeat(10_000);
    private static final String DELTA = "{\"type\":\"response.output_audio.delta\",\"event_id\":\"e\",\"response_id\":"
            + "\"resp_1\",\"item_id\":\"item_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"fn5+fn5+fn4=\"}";

    private final OpenAiWire wire = new OpenAiWire("gpt-realtime-2.1", "gpt-transcribe");

    // --- to the engine ---

    @Test
    void the_configuration_names_formats_and_turns_and_never_the_model() {
        var update = Oracles.accepted(OpenAiWire.sessionUpdate(brief("gpt-realtime-2.1", Map.of("reasoning", "low"))));

        var session = update.path("session");
        assertThat(session.propertyNames())
                .containsExactlyInAnyOrder(
                        "type", "output_modalities", "instructions", "audio", "tools", "tool_choice", "reasoning");
        assertThat(session.path("audio").path("input").toString())
                .isEqualTo("{\"format\":{\"type\":\"audio/pcmu\"},\"transcription\":{\"model\":\"gpt-transcribe\","
                        + "\"language\":\"en\"},\"noise_reduction\":null,\"turn_detection\":{\"type\":\"server_vad\","
                        + "\"threshold\":0.5,\"prefix_padding_ms\":300,\"silence_duration_ms\":500,"
                        + "\"create_response\":true,\"interrupt_response\":true}}");
        assertThat(session.path("audio").path("output").toString())
                .isEqualTo("{\"format\":{\"type\":\"audio/pcmu\"},\"voice\":\"marin\",\"speed\":1.0}");
        assertThat(session.path("tools").path(0).path("parameters").path("required").path(0).asString())
                .isEqualTo("order");
    }

    @Test
    void every_option_is_in_the_configuration() {
        var options = Map.of(
                "vad.type", "semantic", "vad.eagerness", "low", "noise_reduction", "near_field", "speed", "1.2",
                "transcription", "whisper-1", "reasoning", "high", "parallel_tool_calls", "false");

        var session = Oracles.accepted(OpenAiWire.sessionUpdate(brief("gpt-realtime-2", options))).path("session");

        assertThat(session.path("audio").path("input").toString())
                .contains("\"type\":\"semantic_vad\",\"eagerness\":\"low\",\"create_response\":true")
                .contains("{\"type\":\"near_field\"}")
                .contains("whisper-1");
        assertThat(session.path("audio").path("output").path("speed").asDouble()).isEqualTo(1.2);
        assertThat(session.path("reasoning").path("effort").asString()).isEqualTo("high");
        assertThat(session.path("parallel_tool_calls").asBoolean(true)).isFalse();
    }

    @Test
    void a_brief_without_an_option_is_not_guessed_at() {
        var brief = brief("gpt-realtime-2.1", Map.of("vad.type", "semantic"));

        assertThatIllegalArgumentException()
                .isThrownBy(() -> OpenAiWire.sessionUpdate(brief))
                .withMessageContaining("vad.eagerness");
    }

    @ParameterizedTest
    @CsvSource({
        "gpt-realtime-2.1, true",
        "gpt-realtime-2.1-mini, true",
        "gpt-realtime-2, true",
        "gpt-realtime-1.5, false",
        "gpt-realtime, false",
        "gpt-realtime-2025-08-28, false",
        "gpt-realtime-mini, false",
        "gpt-realtime-mini-2025-12-15, false",
        "gpt-4o-realtime-preview, false"
    })
    void only_a_model_that_reasons_is_told_how_to(String model, boolean reasons) {
        var brief = brief(model, Map.of("reasoning", "low", "parallel_tool_calls", "true"));

        var update = Oracles.accepted(OpenAiWire.sessionUpdate(brief));

        assertThat(update.path("session").has("reasoning")).isEqualTo(reasons);
        assertThat(update.path("session").has("parallel_tool_calls")).isEqualTo(reasons);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "en-US        | gpt-transcribe | {'model':'gpt-transcribe','language':'en'}",
                "en, es-MX    | gpt-transcribe | {'model':'gpt-transcribe','languages':['en','es']}",
                "pt-PT, pt-BR | gpt-transcribe | {'model':'gpt-transcribe','language':'pt'}",
                "en, es       | whisper-1      | {'model':'whisper-1'}",
                "es           | whisper-1      | {'model':'whisper-1','language':'es'}",
                "fil          | gpt-transcribe | {'model':'gpt-transcribe'}",
                "en, fil      | gpt-transcribe | {'model':'gpt-transcribe'}"
            },
            quoteCharacter = '"')
    void words_are_written_down_in_any_language_that_may_be_spoken(String languages, String model, String expected) {
        var brief = brief("gpt-realtime-2.1", Map.of("transcription", model), List.of(languages.split(", ")));

        var update = Oracles.accepted(OpenAiWire.sessionUpdate(brief));

        assertThat(update.at("/session/audio/input/transcription").toString()).isEqualTo(expected.replace('\'', '"'));
    }

    @Test
    void hostile_text_stays_text_in_every_event() {
        var request = new ToolRequest("call_1", "lookup_order", HOSTILE);
        var order = new Replies.Order("ask_1", new Replies.SayExactly(HOSTILE));

        var told = Oracles.accepted(OpenAiWire.remember(turn(Turn.Speaker.AGENT, HOSTILE)));
        var asked = Oracles.accepted(OpenAiWire.rememberRequest(request));
        var answered = Oracles.accepted(OpenAiWire.toolAnswer(request, HOSTILE));
        var said = Oracles.accepted(OpenAiWire.ask(order));

        assertThat(told.path("item").path("content").path(0).path("text").asString()).isEqualTo(HOSTILE);
        assertThat(asked.path("item").path("arguments").asString()).isEqualTo(HOSTILE);
        assertThat(answered.path("item").path("output").asString()).isEqualTo(HOSTILE);
        assertThat(said.path("response").path("instructions").asString())
                .isEqualTo("Say exactly this, and nothing else: \"" + HOSTILE.replace("\"", "\\\"") + "\"");
    }

    @Test
    void words_may_be_put_into_the_language_of_the_caller() {
        var wish = new Replies.SayExactly("One \"moment\".", Optional.of("es-MX"));

        var said = Oracles.accepted(OpenAiWire.ask(new Replies.Order("ask_1", wish)));

        assertThat(said.path("response").path("instructions").asString())
                .isEqualTo("Say this in Spanish, with nothing added and nothing left out: \"One \\\"moment\\\".\"");
    }

    @Test
    void each_speaker_has_a_role_and_a_kind_of_text() {
        var items = Stream.of(Turn.Speaker.CALLER, Turn.Speaker.AGENT, Turn.Speaker.NOTE)
                .map(speaker -> Oracles.accepted(OpenAiWire.remember(turn(speaker, "Hi"))).path("item"))
                .map(item -> item.path("role").asString() + " "
                        + item.path("content").path(0).path("type").asString());

        assertThat(items).containsExactly("user input_text", "assistant output_text", "system input_text");
    }

    @Test
    void short_events_are_as_documented() {
        var plain = OpenAiWire.ask(new Replies.Order("ask_7", new Replies.PlainReply()));
        var truncate = OpenAiWire.truncate(new ContentId("resp_1", "item_1", 0), Duration.ofMillis(1_480));

        Oracles.accepted(plain);
        Oracles.accepted(truncate);
        Oracles.accepted(OpenAiWire.cancel());
        assertThat(plain).isEqualTo("{\"type\":\"response.create\",\"event_id\":\"ask_7\"}");
        assertThat(truncate)
                .isEqualTo("{\"type\":\"conversation.item.truncate\",\"item_id\":\"item_1\",\"content_index\":0,"
                        + "\"audio_end_ms\":1480}");
    }

    @Test
    void caller_audio_is_put_between_two_constants() {
        var frame = AudioFrame.silence(20);

        var append = new String(OpenAiWire.APPEND_BEGINS, StandardCharsets.US_ASCII)
                + new String(frame.base64(), StandardCharsets.US_ASCII)
                + new String(OpenAiWire.APPEND_ENDS, StandardCharsets.US_ASCII);

        assertThat(Oracles.accepted(append).path("audio").asString()).hasSize(216);
    }

    // --- from the engine ---

    @Test
    void recorded_events_are_as_the_schema_says() {
        var events = Stream.concat(
                Oracles.recorded("spoken-turn.jsonl").lines(),
                Stream.of("two-tool-calls.json", "reply-failed.json", "reply-cut-off.json", "error-active-response.json")
                        .map(Oracles::recorded));

        assertThat(events)
                .allSatisfy(event -> assertThat(RealtimeSchema.instance()
                                .faultsOfServerEvent(Oracles.MAPPER.readTree(event)))
                        .isEmpty());
    }

    @Test
    void a_recorded_turn_means_what_was_said() {
        var meant = Oracles.recorded("spoken-turn.jsonl").lines()
                .map(this::decode)
                .filter(event -> !(event instanceof Irrelevant))
                .toList();

        var content = new ContentId("resp_1", "item_a1", 0);
        var expiry = Optional.of(Instant.ofEpochSecond(1_795_000_000));
        var pcmu = Optional.of(WireFormat.PCMU);
        assertThat(meant)
                .usingRecursiveFieldByFieldElementComparator()
                .containsExactly(
                        new OpenAiEvent.SessionCreated(expiry),
                        new OpenAiEvent.SessionUpdated(expiry, pcmu, pcmu),
                        new OpenAiEvent.SpeechStarted("item_u1"),
                        new OpenAiEvent.SpeechStopped("item_u1"),
                        new OpenAiEvent.ReplyBegan("resp_1"),
                        new OpenAiEvent.WordsPiece(content, "It ships "),
                        new Audio(content, ascii("fn5+fn5+fn4=")),
                        new OpenAiEvent.CallerSaid(
                                "item_u1",
                                "Where is my order?",
                                Optional.of(new Usage("gpt-transcribe", 0, 13, 0, 0, 9, 0))),
                        new OpenAiEvent.WordsPiece(content, "today."),
                        new Audio(content, ascii("/////w==")),
                        new OpenAiEvent.AudioEnded(content),
                        new OpenAiEvent.Words(content, "It ships today."),
                        new OpenAiEvent.ReplyDone(
                                "resp_1",
                                ReplyEnd.COMPLETED,
                                "",
                                List.of(),
                                Optional.of(new Usage("gpt-realtime-2.1", 119, 13, 64, 0, 30, 91))));
    }

    @Test
    void a_transcription_that_is_charged_by_its_length_counts_by_its_length() {
        var said = (OpenAiEvent.CallerSaid) decode(Oracles.recorded("transcription-by-length.json"));

        assertThat(said.text()).isEqualTo("Where is my order?");
        assertThat(said.usage()).contains(Usage.ofSpeech("gpt-transcribe", Duration.ofMillis(1_900)));
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "86401", "1e400", "1e-999999999", "null", "\"2\"", "[]"})
    void a_length_that_no_speech_has_is_not_counted(String seconds) {
        var said = (OpenAiEvent.CallerSaid) decode(
                Oracles.recorded("transcription-by-length.json").replace("1.9", seconds));

        assertThat(said.text()).isEqualTo("Where is my order?");
        assertThat(said.usage().map(Usage::transcribed).orElse(Duration.ZERO)).isZero();
    }

    @Test
    void only_complete_tool_requests_count_and_equal_ones_are_equal_texts() {
        var done = (OpenAiEvent.ReplyDone) decode(Oracles.recorded("two-tool-calls.json"));

        assertThat(done.requests())
                .containsExactly(
                        new ToolRequest("call_1", "lookup_order", "{\"a\":{\"b\":null,\"z\":1.10},\"order\":\"4711\"}"),
                        new ToolRequest("call_3", "opening_hours", "[1]"));
    }

    @Test
    void a_reply_that_was_cut_off_asks_for_no_tool() {
        var cut = (OpenAiEvent.ReplyDone) decode(Oracles.recorded("reply-cut-off.json"));

        assertThat(cut.requests()).isEmpty();
        assertThat(cut.how()).isEqualTo(ReplyEnd.CANCELLED);
        assertThat(cut.code()).isEqualTo("turn_detected");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "Wants a refund.",
                "{\"summary\":\"\"}",
                "{\"summary\":7}",
                "{\"summary\":\"x\",\"urgency\":\"high\"}",
                "{\"topics\":[\"x\"],\"facts\":{}}",
                "{\"summary\":\"x\",\"topics\":\"x\"}",
                "{\"summary\":\"x\",\"facts\":[]}",
                "[{\"summary\":\"x\"}]",
                "{\"summary\":\"x\"} and more",
                "```json\n{\"summary\":\"x\"}\n```"
            })
    void a_summary_of_any_other_form_is_none(String text) {
        assertThat(((OpenAiEvent.Summary) decode(summary("completed", text))).digest()).isEmpty();
    }

    @Test
    void a_summary_is_told_from_a_reply_and_must_be_whole() {
        var written = "{\"summary\": \" Wants a \\\"refund\\\" </Task>. \"}";

        assertThat(decode("{\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"metadata\":{\"purpose\":\"summary\"}}}"))
                .isEqualTo(new Irrelevant());
        assertThat(((OpenAiEvent.Summary) decode(summary("completed", written))).digest())
                .contains(new Digest("Wants a \"refund\" </Task>.", List.of(), Map.of()));
        assertThat(((OpenAiEvent.Summary) decode(summary("incomplete", written))).digest()).isEmpty();
        assertThat(((OpenAiEvent.Summary) decode(summary("completed", "{\"summary\":\"" + "x".repeat(2_000) + "\"}"))).digest())
                .isEmpty();
    }

    @Test
    void topics_and_facts_come_with_a_summary_as_far_as_they_are_texts_and_numbers() {
        var written =
                "{\"summary\":\"x\",\"topics\":[\"returns\",7],\"facts\":{\"order\":\"AB7492\",\"total\":347.00,\"more\":[1]}}";

        assertThat(((OpenAiEvent.Summary) decode(summary("completed", written))).digest())
                .contains(new Digest("x", List.of("returns"), Map.of("order", "AB7492", "total", "347.00")));
    }

    private static String summary(String status, String text) {
        var event = JsonMapper.shared().createObjectNode().put("type", "response.done");
        var response = event.putObject("response").put("id", "r").put("status", status);
        response.putObject("metadata").put("purpose", "summary");
        response.putArray("output").addObject().putArray("content").addObject().put("type", "output_text").put("text", text);
        return event.toString();
    }

    @Test
    void a_failed_reply_says_why() {
        var failed = (OpenAiEvent.ReplyDone) decode(Oracles.recorded("reply-failed.json"));

        assertThat(failed.how()).isEqualTo(ReplyEnd.FAILED);
        assertThat(failed.code()).isEqualTo("rate_limit_exceeded");
    }

    @Test
    void an_error_names_the_event_that_caused_it() {
        var complaint = decode(Oracles.recorded("error-active-response.json"));

        assertThat(complaint)
                .isEqualTo(new OpenAiEvent.Complaint("conversation_already_has_active_response", "ask_2"));
    }

    @Test
    void only_a_limit_with_nothing_left_is_news() {
        var limits = "{\"type\":\"rate_limits.updated\",\"rate_limits\":[{\"name\":\"requests\",\"remaining\":%s},"
                + "{\"name\":\"tokens\",\"remaining\":%s},{\"name\":\"Odd +1\",\"remaining\":%s},{\"name\":\"tokens\"},7]}";

        assertThat(decode(limits.formatted(1, 250_000, 2))).isEqualTo(new Irrelevant());
        assertThat(decode(limits.formatted(1, 0, 0)))
                .isEqualTo(new OpenAiEvent.LimitsReached(List.of("tokens", "other")));
        assertThat(decode("{\"type\":\"rate_limits.updated\"}")).isEqualTo(new Irrelevant());
    }

    @Test
    void a_code_that_is_no_code_is_not_repeated() {
        var complaint = decode("{\"type\":\"error\",\"error\":{\"type\":\"x\",\"code\":\"Hello +14155550100\"}}");

        assertThat(complaint).isEqualTo(new OpenAiEvent.Complaint("other", ""));
    }

    @Test
    void arguments_that_are_no_object_stay_as_they_are() {
        assertThat(OpenAiWire.normalised("{\"ord")).isEqualTo("{\"ord");
        assertThat(OpenAiWire.normalised("")).isEmpty();
        assertThat(OpenAiWire.normalised(" [1]")).isEqualTo(" [1]");
        assertThat(OpenAiWire.normalised("{\"a\":1,\"a\":2}")).isEqualTo("{\"a\":1,\"a\":2}");
    }

    @ParameterizedTest
    @ValueSource(strings = {
        "", " ", "hello", "null", "7", "[]", "\"type\"", "{", "{}", "{\"type\":7}", "{\"type\":null}",
        "{\"type\":\"response.done\"}", "{\"type\":\"response.done\",\"response\":[]}",
        "{\"type\":\"response.done\",\"response\":{\"id\":\"r\",\"status\":\"odd\"}}",
        "{\"type\":\"response.created\",\"response\":{\"id\":4}}",
        "{\"type\":\"error\",\"error\":\"bad\"}",
        "{\"type\":\"error\",\"error\":{}} trailing",
        "{\"type\":\"error\",\"type\":\"error\",\"error\":{}}",
        "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"i\",\"content_index\":0}",
        "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"i\",\"content_index\":-1,"
                + "\"delta\":\"AAAA\"}",
        "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"i\",\"content_index\":0,"
                + "\"delta\":\"AA=A\"}",
        "{\"type\":\"response.output_audio.delta\",\"response_id\":\"r\",\"item_id\":\"i\",\"content_index\":0,"
                + "\"delta\":\"AAAAA\"}",
        "{\"type\":\"response.output_audio_transcript.done\",\"transcript\":\"x\"}",
    })
    void junk_is_malformed(String junk) {
        assertThat(decode(junk)).isEqualTo(new Malformed());
    }

    @Test
    void deep_nesting_is_malformed_and_not_a_stack_overflow() {
        var deep = "{\"type\":\"error\",\"error\":" + "[".repeat(100_000) + "]".repeat(100_000) + "}";

        assertThat(decode(deep)).isEqualTo(new Malformed());
    }

    @Test
    void an_event_of_tomorrow_is_unknown() {
        assertThat(decode("{\"type\":\"response.telepathy.delta\",\"delta\":\"hm\"}")).isEqualTo(new Unknown());
    }

    @Test
    void every_event_of_the_schema_is_known() throws Exception {
        var schema = RealtimeSchema.class.getResourceAsStream("openai-realtime-events.schema.json");
        var names = Oracles.MAPPER.readTree(schema).path("$defs").propertyNames().stream()
                .filter(name -> name.startsWith("server.") && !name.contains("["))
                .map(name -> name.substring(7))
                .toList();

        assertThat(names).hasSizeGreaterThan(40);
        assertThat(names).allSatisfy(name -> assertThat(decode("{\"type\":\"" + name + "\"}"))
                .isNotInstanceOf(Unknown.class));
    }

    // --- the short cut for audio ---

    @ParameterizedTest
    @MethodSource("plainDeltas")
    void plain_audio_takes_the_short_cut(String event) {
        var bytes = ascii("   " + event);

        var audio = new AudioDeltaScanner().scan(bytes, 3, bytes.length - 3);

        assertThat(audio).isPresent();
        assertThat(audio.get().content()).isEqualTo(new ContentId("resp_1", "item_1", 0));
        assertThat(new String(audio.get().base64(), StandardCharsets.US_ASCII)).isEqualTo("fn5+fn5+fn4=");
    }

    static Stream<String> plainDeltas() {
        return Stream.of(
                DELTA,
                DELTA.replace(":", ": ").replace(",", ", "),
                "{\"delta\":\"fn5+fn5+fn4=\",\"content_index\":0,\"item_id\":\"item_1\",\"response_id\":\"resp_1\","
                        + "\"type\":\"response.output_audio.delta\"}\n");
    }

    @ParameterizedTest
    @MethodSource("unusualDeltas")
    void unusual_audio_goes_the_long_way_and_arrives(String event) {
        var bytes = event.getBytes(StandardCharsets.UTF_8);

        assertThat(new AudioDeltaScanner().scan(bytes, 0, bytes.length)).isEmpty();
        assertThat(decode(event)).isInstanceOf(Audio.class);
    }

    static Stream<String> unusualDeltas() {
        return Stream.of(
                DELTA.replace("resp_1", "resp\\u005f1"),
                DELTA.replace("fn5+fn5+fn4=", "fn5+fn5\\/fn4="),
                DELTA.replace("item_1", "\u00edtem_1"),
                DELTA.replace("\"output_index\":0", "\"output_index\":0,\"obfuscation\":\"aX\""),
                DELTA.replace("\"output_index\":0", "\"output_index\":1e0"));
    }

    @Test
    void audio_of_one_content_shares_its_name() {
        var first = (Audio) decode(DELTA);
        var second = (Audio) decode(DELTA);
        var other = (Audio) decode(DELTA.replace("item_1", "item_2"));

        assertThat(second.content()).isSameAs(first.content());
        assertThat(other.content()).isEqualTo(new ContentId("resp_1", "item_2", 0));
    }

    @Test
    void the_short_cut_never_disagrees_with_the_parser() {
        var random = new Random(20_261_123);
        byte[] alphabet = ascii("\"\\{}[]:,=+/0123456789AZaz -.eE_\n\tu\u0000\u007f");
        int taken = 0;

        for (int round = 0; round < 60_000; round++) {
            byte[] event = mutated(ascii(plainDeltas().skip(round % 3).findFirst().orElseThrow()), random, alphabet);
            var fast = new AudioDeltaScanner().scan(event, 0, event.length);
            if (fast.isPresent()) {
                taken++;
                assertThat(wire.parse(event, 0, event.length))
                        .as(() -> new String(event, StandardCharsets.ISO_8859_1))
                        .usingRecursiveComparison()
                        .isEqualTo(fast.get());
            }
        }

        assertThat(taken).isGreaterThan(1_000);
    }

    private static byte[] mutated(byte[] event, Random random, byte[] alphabet) {
        byte[] result = event.clone();
        for (int edits = random.nextInt(3); edits >= 0; edits--) {
            int at = random.nextInt(result.length);
            int other = random.nextInt(result.length);
            switch (random.nextInt(4)) {
                case 0 -> result[at] = alphabet[random.nextInt(alphabet.length)];
                case 1 -> result = joined(result, 0, at, result, Math.min(at + 1, result.length), result.length);
                case 2 -> result = joined(result, 0, at, result, Math.min(at, other), result.length);
                default -> result[at] = (byte) random.nextInt(256);
            }
            if (result.length == 0) {
                return result;
            }
        }
        return result;
    }

    private static byte[] joined(byte[] head, int from, int to, byte[] rest, int restFrom, int restTo) {
        byte[] result = Arrays.copyOf(Arrays.copyOfRange(head, from, to), to - from + restTo - restFrom);
        System.arraycopy(rest, restFrom, result, to - from, restTo - restFrom);
        return result;
    }

    private OpenAiEvent decode(String event) {
        return wire.decode(Unpooled.wrappedBuffer(event.getBytes(StandardCharsets.UTF_8)));
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static Turn turn(Turn.Speaker speaker, String text) {
        return new Turn(speaker, "item", text, false, Instant.EPOCH);
    }

    /// With the options that every brief has, and these.
    static Brief brief(String model, Map<String, String> options) {
        return brief(model, options, List.of("en-US"));
    }

    private static Brief brief(String model, Map<String, String> options, List<String> languages) {
        var all = new HashMap<>(Map.of(
                "vad.type", "server", "vad.threshold", "0.5", "vad.silence_ms", "500", "vad.prefix_ms", "300",
                "noise_reduction", "off", "transcription", "gpt-transcribe", "speed", "1.0"));
        all.putAll(options);
        var parameters = "{\"type\":\"object\",\"properties\":{\"order\":{\"type\":\"string\"}},\"required\":[\"order\"]}";
        return new Brief(
                model,
                "marin",
                "Be brief.",
                languages,
                List.of(new Brief.ToolSpec("lookup_order", "Look up an order.", parameters)),
                "caller-5f2a",
                all);
    }
}
