package io.offhook.telephony.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.Samples;
import io.offhook.call.AudioFrame;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.json.JsonMapper;

class TwilioWireTest {

    @Test
    void connected_says_nothing_else() {
        assertThat(decode(recorded("connected"))).isEqualTo(new TwilioMessage.Connected());
    }

    @Test
    void start_says_who_calls_and_how_the_audio_looks() {
        assertThat(decode(recorded("start")))
                .isEqualTo(new TwilioMessage.Start(
                        "AC00000000000000000000000000000001",
                        "MZ00000000000000000000000000000001",
                        "CA00000000000000000000000000000001",
                        Map.of("token", "one-time"),
                        "audio/x-mulaw",
                        "8000",
                        "1"));
    }

    @Test
    void start_does_not_print_its_token() {
        assertThat(decode(recorded("start")).toString()).doesNotContain("one-time");
    }

    @ParameterizedTest
    @ValueSource(strings = {"media", "media-stream-first"})
    void media_is_read_without_parsing(String name) {
        var message = recorded(name).getBytes(UTF_8);

        var media = (TwilioMessage.Media) TwilioWire.scan(message, 0, message.length);

        assertThat(media).isNotNull();
        assertThat(media.atMillis()).isEqualTo(65);
        assertThat(media.frame().size()).isEqualTo(160);
        assertThat(media.frame().muLaw()).startsWith(0, 7, 14, 21);
    }

    @Test
    void a_mark_is_read_without_parsing() {
        var message = recorded("mark").getBytes(UTF_8);

        assertThat(TwilioWire.scan(message, 0, message.length)).isEqualTo(new TwilioMessage.Mark("item_1:3"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{ \"event\": \"media\", \"media\": { \"payload\": \"AAAA\", \"timestamp\": \"7\", \"new\": [1] } }",
                "{\"event\":\"media\",\"media\":{\"track\":\"inbound\",\"timestamp\":7,\"payload\":\"AA\\u0041A\"}}",
            })
    void media_in_another_spelling_is_parsed(String text) {
        var media = (TwilioMessage.Media) decode(text);

        assertThat(media.atMillis()).isEqualTo(7);
        assertThat(media.frame().base64()).isEqualTo("AAAA".getBytes(UTF_8));
    }

    @Test
    void a_digit_a_mark_and_a_stop() {
        assertThat(decode(recorded("dtmf"))).isEqualTo(new TwilioMessage.Digit('0'));
        assertThat(decode(recorded("mark"))).isEqualTo(new TwilioMessage.Mark("item_1:3"));
        assertThat(decode(recorded("stop"))).isEqualTo(new TwilioMessage.Stop());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"event\":\"weather\"}",
                "{\"event\":\"media\",\"media\":{\"track\":\"outbound\",\"timestamp\":\"7\",\"payload\":\"AAAA\"}}"
            })
    void what_we_do_not_know_is_unknown(String text) {
        assertThat(decode(text)).isEqualTo(new TwilioMessage.Unknown());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "[]",
                "null",
                "{}",
                "{\"event\":7}",
                "{\"event\":\"stop\"} x",
                "{\"event\":\"media\"}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"7\",\"payload\":\"AAA\"}}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"7\",\"payload\":\"AA=A\"}}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"7\",\"payload\":\"\"}}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"7\",\"payload\":\"\u00e9AAA\"}}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"-7\",\"payload\":\"AAAA\"}}",
                "{\"event\":\"media\",\"media\":{\"timestamp\":\"9999999999999999\",\"payload\":\"AAAA\"}}",
                "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"00\"}}",
                "{\"event\":\"dtmf\",\"dtmf\":{\"digit\":\"x\"}}",
                "{\"event\":\"mark\",\"mark\":{}}",
                "{\"event\":\"start\",\"start\":{\"streamSid\":\"MZ\\\",\\\"x\\\":\\\"\"}}"
            })
    void what_makes_no_sense_is_malformed(String text) {
        assertThat(decode(text)).isEqualTo(new TwilioMessage.Malformed());
    }

    @Test
    void deep_nesting_is_malformed() {
        assertThat(decode("{\"event\":\"stop\",\"x\":" + "[".repeat(20_000) + "]".repeat(20_000) + "}"))
                .isEqualTo(new TwilioMessage.Malformed());
    }

    @Test
    void a_damaged_message_means_the_same_on_both_ways() {
        Samples.forAll(3_000, some -> {
            var name = some.of("media", "media-stream-first", "mark");
            var places = some.list(3, () -> some.between(0, 1_000_000));
            meansTheSame(name, places, piece(some), some.between(0, 3));
        });
    }

    private static void meansTheSame(String name, List<Integer> places, String piece, int removed) {
        var text = new StringBuilder(recorded(name));
        for (int place : places) {
            int at = place % (text.length() + 1);
            text.replace(at, Math.min(text.length(), at + removed), piece);
        }
        var message = text.toString().getBytes(UTF_8);

        var fast = TwilioWire.scan(message, 0, message.length);

        var parsed = TwilioWire.parse(message, 0, message.length);
        if (fast != null) {
            assertSame(fast, parsed);
        }
        assertSame(TwilioWire.decode(message, 0, message.length), parsed);
        if (places.isEmpty()) {
            assertThat(fast).isNotNull();
        }
    }

    private static String piece(Samples some) {
        return some.of(
                "",
                "=",
                "==",
                "A",
                "0",
                "00",
                "\"",
                "\\",
                "\\u0041",
                "{",
                "}",
                " ",
                ",",
                "\u00e9",
                "inbound",
                "\"event\":\"stop\",",
                "\"payload\":\"AAAA\",",
                "\u0000",
                "x");
    }

    @Test
    void any_frame_and_time_is_read_fast() {
        Samples.forAll(300, some -> isReadFast(some.bytes(1, 2_000), some.between(0L, 999_999_999_999_999L)));
    }

    private static void isReadFast(byte[] audio, long time) {
        var frame = AudioFrame.ofMuLaw(audio);
        var text =
                "xx{\"event\":\"media\",\"sequenceNumber\":\"9\",\"media\":{\"track\":\"inbound\",\"chunk\":\"1\",\"timestamp\":\""
                        + time + "\",\"payload\":\"" + new String(frame.base64(), UTF_8)
                        + "\"},\"streamSid\":\"MZ1\"}xx";
        var bytes = text.getBytes(UTF_8);

        var scanned = TwilioWire.scan(bytes, 2, bytes.length - 4);

        assertThat(scanned).isNotNull();
        assertSame(scanned, new TwilioMessage.Media(frame, time));
        assertSame(scanned, TwilioWire.parse(bytes, 2, bytes.length - 4));
    }

    @Test
    void what_is_sent_has_exactly_the_fields_that_twilio_takes() {
        var outgoing = new TwilioWire.Outgoing("MZ1");

        assertThat(new String(outgoing.mediaStart(), UTF_8) + "AAAA" + new String(outgoing.mediaEnd(), UTF_8))
                .isEqualTo("{\"event\":\"media\",\"streamSid\":\"MZ1\",\"media\":{\"payload\":\"AAAA\"}}");
        assertThat(outgoing.mark("item_1:3"))
                .asString(UTF_8)
                .isEqualTo("{\"event\":\"mark\",\"streamSid\":\"MZ1\",\"mark\":{\"name\":\"item_1:3\"}}");
        assertThat(outgoing.clear()).asString(UTF_8).isEqualTo("{\"event\":\"clear\",\"streamSid\":\"MZ1\"}");
    }

    @Test
    void any_mark_name_stays_json() {
        Samples.forAll(200, some -> staysJson(some.text(200)));
    }

    private static void staysJson(String name) {
        var mark = new TwilioWire.Outgoing("MZ1").mark(name);

        var whole = UTF_8.newEncoder().canEncode(name);
        var read = new JsonMapper().readTree(mark);
        assertThat(read.propertyNames()).containsExactly("event", "streamSid", "mark");
        if (whole) {
            assertThat(read.path("mark").path("name").stringValue()).isEqualTo(name);
        }
    }

    private static void assertSame(TwilioMessage one, TwilioMessage other) {
        if (one instanceof TwilioMessage.Media(var frame, var at)
                && other instanceof TwilioMessage.Media(var frame2, var at2)) {
            assertThat(at).isEqualTo(at2);
            assertThat(frame.base64()).isEqualTo(frame2.base64());
        } else {
            assertThat(one).isEqualTo(other);
        }
    }

    static TwilioMessage decode(String text) {
        var bytes = text.getBytes(UTF_8);
        return TwilioWire.decode(bytes, 0, bytes.length);
    }

    static String recorded(String name) {
        try (var in = TwilioWireTest.class.getResourceAsStream("/twilio/" + name + ".json")) {
            return new String(Objects.requireNonNull(in).readAllBytes(), UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
