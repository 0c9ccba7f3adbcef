package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CarrierLoadTest {
    private static final Duration SOON = Duration.ofSeconds(60);

    @Test
    void fifty_calls_at_four_times_the_speed_keep_their_pace() {
        var tone = Clip.tone(300, Duration.ofSeconds(6));
        try (var application = new TestApplication()
                        .on("/voice", "<Connect><Stream url=\"wss://voice.example.com/stream\"/></Connect>")
                        .streaming((peer, message) -> {
                            if (message.path("event").asString("").equals("start")) {
                                peer.play(tone);
                                peer.mark("end");
                            }
                        });
                var carrier = application.carrier().speed(4).keepAudio(false).start()) {
            List<SimulatedCall> calls = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                calls.add(carrier.ring(Caller.of("+141555501" + (10 + i), "+14155550199")));
            }
            await().atMost(SOON).until(() -> application.messages("mark").size() == 50);
            calls.forEach(SimulatedCall::hangUp);

            for (var call : calls) {
                assertThat(call.awaitEnded(SOON)).isEqualTo(EndReason.CALLER_HUNG_UP);
                assertThat(call.streamHeard()).isEqualTo(tone.length());
                assertThat(call.alarms()).isEmpty();
                var opened = call.steps(CallStep.StreamOpened.class).getFirst().at();
                var mark = call.steps(CallStep.MarkReturned.class).getFirst().at();
                assertThat(mark.minus(opened)).isBetween(Duration.ofMillis(6_000), Duration.ofMillis(7_500));
            }
        }
    }

    @Test
    void a_call_is_recorded_with_a_side_for_each_party(@TempDir Path folder) throws IOException {
        try (var application = new TestApplication()
                        .on("/voice", "<Connect><Stream url=\"wss://voice.example.com/stream\"/></Connect>")
                        .streaming((peer, message) -> {
                            if (message.path("event").asString("").equals("start")) {
                                peer.play(Clip.tone(300, Duration.ofSeconds(1)));
                            }
                        });
                var carrier = application.carrier().start()) {
            var call = carrier.ring(Caller.of("+14155550100", "+14155550199"));
            assertThat(call.await(CallStep.StreamOpened.class, SOON)).isPresent();
            var began = call.say(Clip.tone(440, Duration.ofSeconds(1)));
            assertThat(call.awaitHeard(Duration.ofSeconds(1), SOON)).isTrue();
            await().atMost(SOON).until(() -> call.stillToSay().isZero());
            call.hangUp();
            call.awaitEnded(SOON);

            call.record(folder.resolve("call.wav"));

            var recording = WavFile.read(folder.resolve("call.wav"));
            assertThat(recording.channels()).isEqualTo(2);
            assertThat(loudFrom(recording.channel(0))).isCloseTo(began.toMillis(), within(2L));
            assertThat(loudFrom(recording.channel(1)))
                    .isCloseTo(call.heard().getFirst().from().toMillis(), within(2L));
        }
    }

    private static long loudFrom(short[] samples) {
        for (int i = 0; i < samples.length; i++) {
            if (Math.abs(samples[i]) > 1_000) {
                return i / 8;
            }
        }
        return -1;
    }
}
