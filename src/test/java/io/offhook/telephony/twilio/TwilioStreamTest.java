package io.offhook.telephony.twilio;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.CallEvent.DigitPressed;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallId;
import io.offhook.call.StreamEnd;
import io.offhook.telephony.Leg;
import io.offhook.telephony.twilio.FakeSwitchboard.Connected;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TwilioStreamTest {
    private static final String START = TwilioWireTest.recorded("start");
    private static final String MEDIA = TwilioWireTest.recorded("media");
    private static final String FIVE = TwilioWireTest.recorded("dtmf").replace("\"0\"", "\"5\"");
    private static final CallId CALL = new CallId("CA00000000000000000000000000000001");

    private final FakeSwitchboard switchboard = new FakeSwitchboard();
    private final FakeSocket socket = new FakeSocket();
    private final List<String> counted = new ArrayList<>();
    private final ArrayDeque<Runnable> loop = new ArrayDeque<>();
    private long nanos = 1_000_000_000_000L;
    private int settled;
    private final TwilioStream stream = new TwilioStream(
            new TwilioSettings(
                    "AC00000000000000000000000000000001",
                    List.of("secret"),
                    URI.create("https://voice.example.com"),
                    false),
            TwilioLimits.DEFAULT,
            switchboard,
            counted::add,
            socket,
            "192.0.2.1",
            loop::add,
            () -> nanos,
            () -> settled++);

    @Test
    void a_proven_stream_joins_its_call() {
        receive(TwilioWireTest.recorded("connected"), START);
        redeem(true);
        receive(MEDIA, TwilioWireTest.recorded("dtmf"), TwilioWireTest.recorded("mark"));

        assertThat(switchboard.redeemed).containsExactly(CALL + " one-time");
        assertThat(switchboard.connected).extracting(Connected::call).containsExactly(CALL);
        assertThat(events()).hasSize(3);
        assertThat(events().get(0)).isInstanceOfSatisfying(CallerAudio.class, audio -> {
            assertThat(audio.atMillis()).isEqualTo(65);
            assertThat(audio.frame().millis()).isEqualTo(20);
        });
        assertThat(events().subList(1, 3)).containsExactly(new DigitPressed('0'), new MarkReached("item_1:3"));
        assertThat(counted).isEmpty();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void nothing_is_heard_before_start() {
        receive(MEDIA, TwilioWireTest.recorded("dtmf"), START);
        redeem(true);

        assertThat(events()).isEmpty();
        assertThat(counted).containsExactly("early_frame", "early_frame");
    }

    @Test
    void what_comes_while_the_token_is_redeemed_is_kept_in_its_order() {
        receive(START, MEDIA, TwilioWireTest.recorded("dtmf"), MEDIA);
        assertThat(switchboard.connected).isEmpty();
        redeem(true);

        assertThat(events())
                .extracting(event -> event.getClass().getSimpleName())
                .containsExactly("CallerAudio", "DigitPressed", "CallerAudio");
    }

    @Test
    void at_most_two_seconds_are_kept_and_keys_are_never_dropped_for_audio() {
        receive(START, TwilioWireTest.recorded("dtmf"));
        for (int i = 0; i < 150; i++) {
            receive(MEDIA);
        }
        redeem(true);

        assertThat(events()).hasSize(101).startsWith(new DigitPressed('0'));
        assertThat(counted).hasSize(50).containsOnly("audio_dropped");
    }

    @ParameterizedTest
    @CsvSource({
        "AC00000000000000000000000000000001, AC00000000000000000000000000000002, bad_start",
        "audio/x-mulaw, audio/L16, bad_start",
        "8000, 16000, bad_start",
        "CA00000000000000000000000000000001, ../x, bad_start",
        "token, other, bad_token"
    })
    void a_foreign_or_odd_start_is_refused(String part, String instead, String reason) {
        receive(START.replace(part, instead), MEDIA);

        assertThat(switchboard.redeemed).isEmpty();
        assertThat(socket.closes).containsExactly(1008);
        assertThat(counted).containsExactly(reason);
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void a_bad_token_is_refused() {
        receive(START, MEDIA);
        redeem(false);

        assertThat(switchboard.connected).isEmpty();
        assertThat(socket.closes).containsExactly(1008);
        assertThat(counted).containsExactly("bad_token");
    }

    @Test
    void a_token_that_cannot_be_looked_up_is_refused() {
        receive(START);
        switchboard.redeeming.completeExceptionally(new IllegalStateException("store is down"));
        runLoop();

        assertThat(socket.closes).containsExactly(1008);
    }

    @Test
    void a_start_must_come_within_five_seconds() {
        pass(Duration.ofMillis(4_999));
        assertThat(socket.closes).isEmpty();
        pass(Duration.ofMillis(1));

        assertThat(socket.closes).containsExactly(1008);
        assertThat(counted).containsExactly("no_start");
    }

    @Test
    void a_socket_that_closes_while_its_token_is_redeemed_joins_nothing() {
        receive(START);
        stream.closed();
        redeem(true);

        assertThat(switchboard.connected).isEmpty();
        assertThat(settled).isEqualTo(1);
    }

    @Test
    void a_call_that_cannot_be_taken_closes_the_stream() {
        switchboard.takes = false;
        receive(START);
        redeem(true);

        assertThat(socket.closes).containsExactly(1000);
    }

    @Test
    void nonsense_is_counted_and_harmless() {
        open();
        receive("{", START, "{\"event\":\"weather\"}");
        stream.binary();
        receive(MEDIA);

        assertThat(counted).containsExactly("junk_frame", "second_start", "unknown_event", "binary_frame");
        assertThat(events()).hasSize(1);
        assertThat(socket.closes).isEmpty();
    }

    @Test
    void audio_marks_and_clears_go_out_as_twilio_wants_them() {
        open();
        leg().play(AudioFrame.ofBase64("AAAA".getBytes(UTF_8)), Optional.of("item_1:3"));
        leg().play(AudioFrame.ofBase64("BBBB".getBytes(UTF_8)), Optional.empty());
        leg().clear();
        leg().mark("end");

        var head = "\"streamSid\":\"MZ00000000000000000000000000000001\"";
        assertThat(socket.sent)
                .containsExactly(
                        "{\"event\":\"media\"," + head + ",\"media\":{\"payload\":\"AAAA\"}}",
                        "{\"event\":\"mark\"," + head + ",\"mark\":{\"name\":\"item_1:3\"}}",
                        "{\"event\":\"media\"," + head + ",\"media\":{\"payload\":\"BBBB\"}}",
                        "{\"event\":\"clear\"," + head + "}",
                        "{\"event\":\"mark\"," + head + ",\"mark\":{\"name\":\"end\"}}");
    }

    @Test
    void a_stop_ends_the_stream_once() {
        open();
        receive(TwilioWireTest.recorded("stop"), MEDIA);
        stream.closed();

        assertThat(events()).containsExactly(new StreamEnded(StreamEnd.STOPPED));
    }

    @Test
    void a_close_without_a_stop_is_a_lost_stream() {
        open();
        stream.closed();

        assertThat(events()).containsExactly(new StreamEnded(StreamEnd.LOST));
    }

    @Test
    void a_stream_that_we_close_ends_without_a_word() {
        open();
        leg().close();
        receive(MEDIA, TwilioWireTest.recorded("stop"));
        leg().play(AudioFrame.silence(20), Optional.of("late"));
        leg().close();
        stream.closed();

        assertThat(events()).isEmpty();
        assertThat(socket.sent).isEmpty();
        assertThat(socket.closes).containsExactly(1000);
    }

    @Test
    void a_message_that_is_too_big_ends_the_stream() {
        open();
        stream.tooBig();
        stream.closed();

        assertThat(events()).containsExactly(new StreamEnded(StreamEnd.TOO_BIG));
        assertThat(counted).containsExactly("frame_too_big");
    }

    @Test
    void ten_seconds_without_media_end_the_stream() {
        open();
        passSeconds(9);
        receive(MEDIA);
        passSeconds(10);
        assertThat(events()).hasSize(1);
        passSeconds(1);
        stream.closed();

        assertThat(events()).hasSize(2).endsWith(new StreamEnded(StreamEnd.SILENT));
        assertThat(socket.closes).hasSize(1);
    }

    @Test
    void a_minute_of_audio_that_nobody_reads_ends_the_stream_after_the_running_step() {
        open();
        socket.waiting = 640_000 - 3;
        leg().play(AudioFrame.ofBase64("AAAA".getBytes(UTF_8)), Optional.of("never"));
        assertThat(events()).isEmpty();
        runLoop();
        leg().play(AudioFrame.silence(20), Optional.empty());
        stream.closed();

        assertThat(events()).containsExactly(new StreamEnded(StreamEnd.BACKPRESSURE));
        assertThat(socket.sent).isEmpty();
        assertThat(socket.closes).hasSize(1);
    }

    @Test
    void a_greeting_that_nobody_reads_ends_the_stream_once_the_call_has_taken_it() {
        switchboard.greeting = Optional.of(AudioFrame.silence(100_000));
        receive(START, MEDIA);
        redeem(true);

        assertThat(events()).containsExactly(new StreamEnded(StreamEnd.BACKPRESSURE));
        assertThat(socket.closes).containsExactly(1013);
        assertThat(counted).containsExactly("backpressure");
    }

    @Test
    void a_flood_of_digits_is_cut_to_twenty_a_second() {
        open();
        for (int i = 0; i < 50; i++) {
            receive(FIVE);
        }
        assertThat(events()).hasSize(20);
        pass(Duration.ofSeconds(1));
        receive(FIVE);

        assertThat(events()).hasSize(21);
        assertThat(counted).hasSize(30).containsOnly("dtmf_dropped");
    }

    @Test
    void a_zero_gets_through_any_flood_of_digits() {
        open();
        for (int i = 0; i < 50; i++) {
            receive(FIVE);
        }
        receive(TwilioWireTest.recorded("dtmf"));

        assertThat(events()).hasSize(21).endsWith(new DigitPressed('0'));
    }

    private void open() {
        receive(START);
        redeem(true);
    }

    private void receive(String... messages) {
        for (var message : messages) {
            var bytes = message.getBytes(UTF_8);
            stream.text(bytes, 0, bytes.length);
        }
    }

    private void redeem(boolean good) {
        switchboard.redeeming.complete(good);
        runLoop();
    }

    private void runLoop() {
        while (!loop.isEmpty()) {
            loop.poll().run();
        }
    }

    private void pass(Duration time) {
        nanos += time.toNanos();
        stream.check();
    }

    private void passSeconds(int seconds) {
        for (int i = 0; i < seconds; i++) {
            pass(Duration.ofSeconds(1));
        }
    }

    private Leg leg() {
        return switchboard.connected.getFirst().leg();
    }

    private List<CallEvent> events() {
        return switchboard.connected.getFirst().events();
    }

    private static final class FakeSocket implements TwilioSocket {
        final List<String> sent = new ArrayList<>();
        final List<Integer> closes = new ArrayList<>();
        long waiting;

        @Override
        public void send(byte[] start, byte[] body, byte[] end) {
            sent.add(new String(start, UTF_8) + new String(body, UTF_8) + new String(end, UTF_8));
        }

        @Override
        public void send(byte[] text) {
            sent.add(new String(text, UTF_8));
        }

        @Override
        public long waiting() {
            return waiting;
        }

        @Override
        public void close(int code) {
            closes.add(code);
        }
    }
}
