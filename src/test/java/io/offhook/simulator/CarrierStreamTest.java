package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.vertx.core.buffer.Buffer;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Base64;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CarrierStreamTest {
    private static final Duration SOON = Duration.ofSeconds(60);
    private static final Caller ANN = Caller.of("+14155550100", "+14155550199");
    private static final String STREAM =
            "<Connect action=\"/continue\"><Stream url=\"wss://voice.example.com/stream\" statusCallback=\"/events\">"
                    + "<Parameter name=\"token\" value=\"t-1\"/></Stream></Connect><Say>fell through</Say>";

    private final TestApplication application = new TestApplication()
            .on("/voice", STREAM)
            .on("/continue", "<Say>goodbye</Say><Hangup/>")
            .on("/events", "");

    @AfterEach
    void close() {
        application.close();
    }

    private void whenStarted(Consumer<TestApplication.Peer> then) {
        application.streaming((peer, message) -> {
            if (message.path("event").asString("").equals("start")) {
                then.accept(peer);
            }
        });
    }

    @Test
    void the_upgrade_is_signed_over_the_public_wss_address() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();

            var upgrade = application.upgrades.getFirst();
            assertThat(upgrade.headers())
                    .containsEntry("x-twilio-signature", carrier.signature().sign("wss://voice.example.com/stream"))
                    .containsEntry("Host", "voice.example.com")
                    .doesNotContainKey("origin");
        }
    }

    @Test
    void media_come_in_both_of_the_documented_spellings() {
        try (var carrier = application.carrier().start()) {
            carrier.ring(ANN);
            await().atMost(SOON).until(() -> application.messages("media").size() >= 2);

            assertThat(application.messages("media").subList(0, 2))
                    .extracting(message -> String.join(",", message.propertyNames()))
                    .containsExactly(
                            "event,sequenceNumber,media,streamSid", "event,sequenceNumber,streamSid,media");
        }
    }

    @Test
    void the_stream_opens_with_connected_and_start_and_counts_as_the_reference_says() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> application.messages("media").size() >= 20);

            var messages = application.messages;
            assertThat(messages.get(0).toString())
                    .isEqualTo("{\"event\":\"connected\",\"protocol\":\"Call\",\"version\":\"1.0.0\"}");
            var start = messages.get(1);
            assertThat(start.path("sequenceNumber").stringValue()).isEqualTo("1");
            assertThat(start.at("/start/callSid").stringValue()).isEqualTo(call.sid());
            assertThat(start.at("/start/customParameters/token").stringValue()).isEqualTo("t-1");
            assertThat(start.at("/start/mediaFormat/sampleRate").intValue()).isEqualTo(8_000);
            var second = application.messages("media").get(1);
            assertThat(second.path("sequenceNumber").stringValue()).isEqualTo("3");
            assertThat(second.at("/media/chunk").stringValue()).isEqualTo("2");
            assertThat(second.at("/media/timestamp").stringValue()).isEqualTo("45");
            assertThat(second.at("/media/track").stringValue()).isEqualTo("inbound");
            assertThat(second.at("/media/payload").stringValue()).hasSize(216);
        }
    }

    @Test
    void media_keeps_the_pace_of_the_scaled_clock() {
        try (var carrier = application.carrier().speed(4).start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> application.messages("media").size() >= 200);
            var opened = call.steps(CallStep.StreamOpened.class).getFirst();

            var before = call.sinceRing().minus(opened.at());
            var frames = application.messages("media").size();
            var after = call.sinceRing().minus(opened.at());
            assertThat(frames * 20L).isBetween(before.toMillis() - 300, after.toMillis() + 20);
        }
    }

    @Test
    void what_the_caller_says_arrives_whole_and_in_order() {
        var words = Clip.tone(440, Duration.ofMillis(730));
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();
            call.say(words);
            call.say(words);
            await().atMost(SOON).until(() -> application.messages("media").size() >= 150);

            var sound = new ByteArrayOutputStream();
            application
                    .messages("media")
                    .forEach(each -> sound.writeBytes(
                            Base64.getDecoder().decode(each.at("/media/payload").stringValue())));
            assertThat(contains(sound.toByteArray(), words.then(words).muLaw())).isTrue();
        }
    }

    @Test
    void audio_is_played_in_real_time_and_its_mark_comes_back_when_it_was_heard() {
        var second = Clip.tone(300, Duration.ofSeconds(1));
        whenStarted(peer -> {
            peer.mark("at once");
            peer.play(second);
            peer.mark("heard");
        });
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> application.messages("mark").size() == 2);

            var marks = call.steps(CallStep.MarkReturned.class);
            assertThat(marks).extracting(CallStep.MarkReturned::name).containsExactly("at once", "heard");
            assertThat(marks.getLast().at().minus(marks.getFirst().at()))
                    .isBetween(Duration.ofMillis(700), Duration.ofMillis(2_000));
            assertThat(call.streamHeard()).isEqualTo(Duration.ofSeconds(1));
            assertThat(call.heard()).hasSize(1);
            assertThat(call.heard().getFirst().audio()).isEqualTo(second.muLaw());
        }
    }

    @Test
    void clear_stops_the_sound_and_returns_the_marks_that_were_not_reached() {
        whenStarted(peer -> {
            peer.play(Clip.tone(300, Duration.ofSeconds(10)));
            peer.mark("never reached");
        });
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.awaitHeard(Duration.ofMillis(400), SOON)).isTrue();
            application.streaming((peer, message) -> {
                if (message.path("event").asString("").equals("dtmf")) {
                    peer.clear();
                }
            });
            call.press('5');
            await().atMost(SOON).until(() -> !application.messages("mark").isEmpty());

            var mark = call.steps(CallStep.MarkReturned.class).getFirst();
            assertThat(mark.heard()).isFalse();
            assertThat(call.streamHeard()).isLessThan(Duration.ofSeconds(9));
            assertThat(call.steps(CallStep.Cleared.class).getFirst().dropped().plus(call.streamHeard()))
                    .isEqualTo(Duration.ofSeconds(10));
        }
    }

    @Test
    void keys_reach_the_server_as_dtmf() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> !application.messages("media").isEmpty());

            call.press('0');

            await().atMost(SOON).until(() -> !application.messages("dtmf").isEmpty());
            assertThat(application.messages("dtmf").getFirst().at("/dtmf/digit").stringValue())
                    .isEqualTo("0");
        }
    }

    @Test
    void when_the_server_closes_the_call_goes_on_at_the_action() {
        whenStarted(peer -> peer.socket().close());
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(application.forms("/continue").getFirst())
                    .containsEntry("CallSid", call.sid())
                    .containsEntry("CallStatus", "in-progress");
            assertThat(call.notices()).extracting(Notice::code).containsExactly(31921);
            assertThat(call.alarms()).isEmpty();
            assertThat(call.steps(CallStep.Said.class))
                    .extracting(CallStep.Said::text)
                    .containsExactly("goodbye");
            await().atMost(SOON).until(() -> application.forms("/events").size() == 2);
            assertThat(application.forms("/events"))
                    .extracting(form -> form.get("StreamEvent"))
                    .containsExactlyInAnyOrder("stream-started", "stream-stopped");
        }
    }

    @Test
    void when_the_caller_hangs_up_the_stream_gets_stop_and_is_closed() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> !application.messages("media").isEmpty());

            call.hangUp();

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
            await().atMost(SOON).until(() -> !application.messages("(closed)").isEmpty());
            assertThat(application.messages("stop")).hasSize(1);
            assertThat(application
                            .messages("stop")
                            .getFirst()
                            .at("/stop/callSid")
                            .stringValue())
                    .isEqualTo(call.sid());
        }
    }

    @Test
    void a_caller_who_hangs_up_on_the_stream_is_told_to_the_action_and_its_answer_is_ignored() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> !application.messages("media").isEmpty());

            call.hangUp();

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
            await().atMost(SOON).until(() -> application.forms("/continue").size() == 1);
            assertThat(application.forms("/continue").getFirst())
                    .containsEntry("CallSid", call.sid())
                    .containsEntry("CallStatus", "completed");
            assertThat(call.steps(CallStep.Said.class)).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "not json",
                "[]",
                "{\"event\":\"clear\"}",
                "{\"event\":\"clear\",\"streamSid\":\"MZother\"}",
                "{\"event\":\"clear\",\"streamSid\":\"SID\",\"extra\":1}",
                "{\"event\":\"media\",\"streamSid\":\"SID\",\"media\":{\"payload\":\"AAAA\",\"track\":\"outbound\"}}",
                "{\"event\":\"media\",\"streamSid\":\"SID\",\"media\":{\"payload\":\"%%%\"}}",
                "{\"event\":\"mark\",\"streamSid\":\"SID\"}",
                "{\"event\":\"hello\",\"streamSid\":\"SID\"}"
            })
    void a_message_that_is_not_exactly_as_documented_is_dropped_with_31951_once(String message) {
        whenStarted(peer -> {
            peer.send(message.replace("SID", peer.streamSid()));
            peer.send(message.replace("SID", peer.streamSid()));
            peer.mark("still alive");
        });
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            await().atMost(SOON).until(() -> !application.messages("mark").isEmpty());

            assertThat(call.notices()).extracting(Notice::code).containsExactly(31951);
            assertThat(call.streamHeard()).isZero();
            assertThat(call.steps(CallStep.Cleared.class)).isEmpty();
        }
    }

    @Test
    void a_binary_frame_is_31950() {
        whenStarted(peer -> peer.socket().writeBinaryMessage(Buffer.buffer("audio")));
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);

            await().atMost(SOON).until(() -> call.alarms().contains(31950));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "wss://voice.example.com/stream?token=1, inbound_track, 31920",
        "wss://voice.example.com/refuse, inbound_track, 31920",
        "ws://voice.example.com/stream, inbound_track, 31922",
        "https://voice.example.com/stream, inbound_track, 31922",
        "wss:///stream, inbound_track, 31923",
        "wss://voice.example.com/stream, both_tracks, 31941",
        "wss://127.0.0.1:1/stream, inbound_track, 31902"
    })
    void a_stream_that_cannot_be_opened_has_its_code_and_the_call_goes_on(String url, String track, int code) {
        application.on(
                "/voice",
                "<Connect action=\"/continue\"><Stream statusCallback=\"/events\" track=\"" + track + "\" url=\"" + url
                        + "\"/></Connect>");
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            assertThat(call.alarms()).containsExactly(code);
            await().atMost(SOON).until(() -> !application.forms("/events").isEmpty());
            assertThat(application.forms("/events").getFirst()).containsEntry("StreamEvent", "stream-error");
        }
    }

    @Test
    void parameters_of_five_hundred_characters_do_not_travel() {
        application.on(
                "/voice",
                "<Connect><Stream url=\"wss://voice.example.com/stream\"><Parameter name=\"a\" value=\""
                        + "x".repeat(498) + "\"/><Parameter name=\"b\" value=\"" + "x".repeat(499)
                        + "\"/></Stream></Connect>");
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN);
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();

            assertThat(call.streamParameters()).containsOnlyKeys("a");
            assertThat(call.alarms()).containsExactly(12200);
        }
    }

    @Test
    void a_cut_stream_ends_without_stop_and_the_call_goes_on() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN, new CarrierFault.Cut(Duration.ofMillis(500)));

            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.HANGUP_VERB);
            await().atMost(SOON).until(() -> !application.messages("(closed)").isEmpty());
            assertThat(application.messages("stop")).isEmpty();
            assertThat(call.alarms()).containsExactly(31903);
        }
    }

    @Test
    void a_half_open_stream_is_silent_and_never_acknowledges_a_close() {
        application.streaming((peer, message) -> {
            if (message.path("event").asString("").equals("media")) {
                peer.socket().close();
            }
        });
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN, new CarrierFault.HalfOpen(Duration.ZERO));
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();
            await().pollDelay(Duration.ofMillis(300)).atMost(SOON).until(() -> true);

            assertThat(application.messages("media")).isEmpty();
            assertThat(call.status()).isEqualTo("in-progress");
            call.hangUp();
            assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
        }
    }

    @Test
    void without_marks_audio_is_heard_and_nothing_comes_back() {
        whenStarted(peer -> {
            peer.play(Clip.tone(300, Duration.ofMillis(500)));
            peer.mark("lost");
        });
        try (var carrier =
                application.carrier().fault(new CarrierFault.NoMarks()).start()) {
            var call = carrier.ring(ANN);

            assertThat(call.awaitHeard(Duration.ofMillis(500), SOON)).isTrue();
            int frames = application.messages("media").size();
            await().atMost(SOON).until(() -> application.messages("media").size() > frames + 10);
            assertThat(application.messages("mark")).isEmpty();
        }
    }

    @Test
    void gaps_jump_in_time_and_only_lost_messages_jump_in_number() {
        try (var carrier = application.carrier().start()) {
            carrier.ring(ANN, new CarrierFault.MediaGaps(5, 2, false));
            await().atMost(SOON).until(() -> application.messages("media").size() >= 4);

            assertThat(application.messages("media").subList(0, 4))
                    .extracting(each -> each.at("/media/timestamp").stringValue())
                    .containsExactly("25", "45", "65", "125");
            assertThat(application.messages("media").subList(0, 4))
                    .extracting(each -> each.at("/media/chunk").stringValue())
                    .containsExactly("1", "2", "3", "4");
        }
    }

    @Test
    void jitter_bunches_frames_and_loses_none() {
        try (var carrier =
                application.carrier().fault(new CarrierFault.Jitter(5)).start()) {
            carrier.ring(ANN);
            await().atMost(SOON).until(() -> application.messages("media").size() >= 20);

            assertThat(application.messages("media").subList(0, 20))
                    .extracting(each -> Integer.parseInt(each.at("/media/chunk").stringValue()))
                    .isSorted()
                    .startsWith(1, 2, 3);
            assertThat(application.messages("media").size() % 5).isZero();
        }
    }

    @Test
    void a_slow_reader_plays_late_what_it_did_not_read() {
        application.streaming((peer, message) -> {
            if (message.at("/media/chunk").asString("").equals("5")) {
                peer.play(Clip.tone(300, Duration.ofMillis(200)));
            }
        });
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN, new CarrierFault.SlowReader(Duration.ZERO, Duration.ofSeconds(3)));

            assertThat(call.awaitHeard(Duration.ofMillis(200), SOON)).isTrue();
            var opened = call.steps(CallStep.StreamOpened.class).getFirst().at();
            assertThat(call.heard().getFirst().from().minus(opened)).isGreaterThan(Duration.ofMillis(2_900));
        }
    }

    @Test
    void an_oversize_message_is_sent_whole() {
        application.streaming((_, _) -> {});
        try (var carrier = application.carrier().start()) {
            carrier.ring(ANN, new CarrierFault.Junk(CarrierFault.Junk.Kind.OVERSIZE, Duration.ofMillis(40)));

            await().atMost(SOON)
                    .until(() -> application.messages("media").stream()
                            .anyMatch(each ->
                                    each.at("/media/payload").asString("").length() == 16 << 20));
        }
    }

    @Test
    void junk_second_start_floods_and_replaced_parameters_come_when_ordered() {
        try (var carrier = application.carrier().start()) {
            carrier.ring(
                    ANN,
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.NOT_JSON, Duration.ZERO),
                    new CarrierFault.Junk(CarrierFault.Junk.Kind.BINARY, Duration.ZERO),
                    new CarrierFault.SecondStart(Duration.ofMillis(40)),
                    new CarrierFault.DtmfFlood('7', 50, Duration.ofMillis(60)),
                    new CarrierFault.ParametersReplaced(Map.of("token", "stolen")));
            await().atMost(SOON).until(() -> application.messages("dtmf").size() == 50);

            assertThat(application.messages("(junk)")).hasSize(1);
            assertThat(application.messages("(binary)")).hasSize(1);
            assertThat(application.messages("start")).hasSize(2);
            assertThat(application
                            .messages("start")
                            .getFirst()
                            .at("/start/customParameters/token")
                            .stringValue())
                    .isEqualTo("stolen");
        }
    }

    @Test
    void a_stream_that_never_starts_says_connected_and_nothing_else() {
        try (var carrier = application.carrier().start()) {
            var call = carrier.ring(ANN, new CarrierFault.NeverStart());
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();
            call.press('0');
            await().pollDelay(Duration.ofMillis(200)).atMost(SOON).until(() -> true);

            assertThat(application.messages).hasSize(1);
        }
    }

    @Test
    void the_wait_for_an_answer_and_the_time_to_clear_are_measured() {
        application.streaming((peer, message) -> {
            switch (message.path("event").asString("")) {
                case "dtmf" -> peer.play(Clip.tone(300, Duration.ofSeconds(30)));
                case "media" -> {
                    var payload = Base64.getDecoder()
                            .decode(message.at("/media/payload").stringValue());
                    if (MuLaw.audible(payload) && !application.messages("dtmf").isEmpty()) {
                        peer.clear();
                    }
                }
                default -> {}
            }
        });
        try (var carrier = application.carrier().speed(2).start()) {
            var call = carrier.ring(ANN);
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();
            call.say(Clip.tone(440, Duration.ofMillis(400)));
            await().atMost(SOON).until(() -> call.stillToSay().isZero());
            var silent = call.sinceRing();
            await().atMost(SOON).until(() -> call.sinceRing().minus(silent).toMillis() >= 400);
            call.press('1');
            assertThat(call.awaitHeard(Duration.ofMillis(500), SOON)).isTrue();
            call.say(Clip.tone(440, Duration.ofMillis(400)));
            assertThat(call.await(CallStep.Cleared.class, SOON)).isPresent();

            assertThat(call.timings().replies()).hasSize(1);
            assertThat(call.timings().replies().getFirst()).isBetween(Duration.ofMillis(380), Duration.ofSeconds(4));
            assertThat(call.timings().bargeIns().getFirst()).isBetween(Duration.ZERO, Duration.ofSeconds(1));
        }
    }

    private static boolean contains(byte[] all, byte[] part) {
        outer:
        for (int i = 0; i + part.length <= all.length; i++) {
            for (int k = 0; k < part.length; k++) {
                if (all[i + k] != part[k]) {
                    continue outer;
                }
            }
            return true;
        }
        return false;
    }
}
