package io.offhook.server;

import static io.offhook.server.TestServer.PATIENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.Disposition;
import io.offhook.simulator.CallStep;
import io.offhook.simulator.Clip;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/// Callers who wait in a plain queue until a human takes them from it.
@Execution(ExecutionMode.CONCURRENT)
class QueueTest {
    private static final String NOBODY = "nobody could take your call";

    private static TestServer server(String wait) {
        var server = TestServer.plan()
                .speed(8)
                .person("queue: support, wait: " + wait)
                .start();
        server.humans.noAnswer("support");
        return server;
    }

    @Test
    void a_caller_hears_the_place_and_music_until_somebody_takes_the_call() {
        try (var server = server("5m")) {
            server.humans.answer("support", Duration.ofSeconds(30), Duration.ofSeconds(2)).callersAhead("support", 2);
            var call = server.ringAndGreet();

            call.press('0');

            call.await(CallStep.Bridged.class, PATIENCE).orElseThrow();
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Said.class))
                    .extracting(CallStep.Said::text)
                    .contains("You are number 3 in line.", "To leave a message instead, press 2.");
            assertThat(call.steps(CallStep.Played.class)).isNotEmpty();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.TRANSFERRED);
            assertThat(call.alarms()).isEmpty();
        }
    }

    @Test
    void a_caller_nobody_takes_leaves_when_the_patience_is_over() {
        try (var server = server("25s")) {
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(call.awaitHeard(NOBODY, PATIENCE)).isTrue();
            var left = call.steps(CallStep.LeftQueue.class).getFirst();
            assertThat(left.result()).isEqualTo("leave");
            assertThat(left.waited()).isBetween(Duration.ofSeconds(25), Duration.ofSeconds(40));
        }
    }

    @Test
    void key_2_leads_to_the_voicemail_past_everybody_else() {
        try (var server = TestServer.plan()
                .speed(8)
                .person("queue: support, wait: 5m, else: desk }\n    desk: { dial: \"+14155550199\"")
                .start()) {
            var call = server.ringAndGreet();
            call.press('0');
            assertThat(call.awaitHeard("press 2", PATIENCE)).isTrue();

            call.press('2');

            assertThat(call.awaitHeard("leave a message after the tone", PATIENCE)).isTrue();
            call.say(Clip.tone(300, Duration.ofSeconds(8)));
            call.await(CallStep.Recorded.class, PATIENCE).orElseThrow();
            call.awaitEnded(PATIENCE);
            assertThat(call.steps(CallStep.Dialled.class)).isEmpty();
            assertThat(server.disposition(call).outcome()).isEqualTo(Disposition.Outcome.VOICEMAIL);
        }
    }

    @Test
    void a_full_queue_passes_the_caller_on() {
        try (var server = server("5m")) {
            server.humans.queueFull("support");
            var call = server.ringAndGreet();

            call.press('0');

            assertThat(call.awaitHeard(NOBODY, PATIENCE)).isTrue();
        }
    }
}
