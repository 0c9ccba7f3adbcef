package io.offhook.live;

import static io.offhook.live.Node.CALL;
import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.CallEvent;
import io.offhook.call.Route;
import io.offhook.store.Fact;
import io.offhook.telephony.Instruction;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What holds for a call on its way to a human, in whatever order and however often the provider speaks of it.
class HandedOverOnceTest {
    private static final List<Route.Result> MISSES = List.of(
            Route.Result.BUSY,
            Route.Result.NO_ANSWER,
            Route.Result.DECLINED,
            Route.Result.QUEUE_FULL,
            Route.Result.FAILED);

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void a_caller_is_handed_over_once_for_each_request_and_never_hung_up_on(long seed) {
        var random = new Random(seed);
        try (var node = new Node(folder, 1)) {
            node.back = random.nextBoolean();
            node.rings(CALL);
            node.connects(CALL).orElseThrow().on(new CallEvent.DigitPressed('0'));
            int requests = 1;
            for (int i = 0; i < 30; i++) {
                switch (random.nextInt(3)) {
                    case 0 -> assertThat(node.asksAfterStream(CALL).join())
                            .as("the leg is on its way to a human")
                            .isNotInstanceOf(Instruction.HangUp.class);
                    case 1 -> assertThat(node.stepEnds(0, MISSES.get(random.nextInt(MISSES.size())), false))
                            .as("there is a voicemail left")
                            .isNotInstanceOf(Instruction.HangUp.class);
                    default -> {
                        var stream = node.connects(CALL);
                        assertThat(stream.isPresent()).isIn(false, node.back);
                        if (stream.isPresent()) {
                            stream.get().on(new CallEvent.DigitPressed('0'));
                            stream.get().on(new CallEvent.DigitPressed('0'));
                            requests++;
                        }
                    }
                }
            }

            assertThat(node.facts(Fact.HandedOff.class).stream()
                            .map(Fact.HandedOff::at)
                            .distinct())
                    .hasSizeLessThanOrEqualTo(2)
                    .hasSizeLessThanOrEqualTo(requests + 1);
            assertThat(node.facts(Fact.Ended.class)).isEmpty();
        }
    }
}
