package io.offhook.live;

import static io.offhook.live.Node.CALL;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.offhook.call.CallEvent;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolRequest;
import io.offhook.store.Fact;
import io.offhook.telephony.Callees;
import io.offhook.telephony.Instruction;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    /// The agent asks for a human who is called while the caller stays; the provider may refuse to ring them, and the
    /// human may take the call, decline, or be off the phone, in any order and more than once.
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void a_human_is_called_once_for_each_request_and_whatever_they_do_the_caller_is_not_hung_up_on(long seed) {
        var random = new Random(seed);
        try (var node = new Node(folder, 1)) {
            node.warmFirst = true;
            node.back = random.nextBoolean();
            node.humans.reachable = random.nextInt(3) > 0;
            node.ringsElsewhere(CALL);
            var stream = node.connects(CALL).orElseThrow();
            stream.on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()));
            asksForHuman(stream, 0);
            await().until(() -> node.humans.rung.size() == 1);
            for (int i = 1; i < 30; i++) {
                switch (random.nextInt(6)) {
                    case 0 -> asksForHuman(stream, i);
                    case 1 -> node.warm.pressed(human(node), "127".charAt(random.nextInt(3)));
                    case 2 -> node.warm.ended(human(node), MISSES.get(random.nextInt(MISSES.size())));
                    case 3 -> stream.on(new CallEvent.DigitPressed('0'));
                    case 4 -> assertThat(node.warm.pickedUp(human(node)).toCompletableFuture().join()).isNotNull();
                    default -> {
                        if (onTheWay(node)) {
                            assertThat(node.asksAfterStream(CALL).join()).isNotInstanceOf(Instruction.HangUp.class);
                        }
                    }
                }
            }

            stream.on(new CallEvent.DigitPressed('0'));
            stream.on(new CallEvent.StreamEnded(StreamEnd.LOST));
            assertThat(node.asksAfterStream(CALL).join()).isNotInstanceOf(Instruction.HangUp.class);
            assertThat(node.humans.rung).doesNotHaveDuplicates();
            assertThat(node.facts(Fact.Happened.class).stream()
                            .filter(event -> event.kind().equals("human_ringing"))
                            .map(Fact.Happened::detail))
                    .doesNotHaveDuplicates()
                    .hasSizeGreaterThanOrEqualTo(node.humans.rung.size());
            assertThat(node.facts(Fact.Ended.class)).isEmpty();
        }
    }

    private static void asksForHuman(Node.Stream stream, int turn) {
        stream.on(new CallEvent.ReplyEnded(
                "r" + turn,
                CallEvent.ReplyEnd.COMPLETED,
                "",
                List.of(new ToolRequest("t" + turn, ToolRequest.ESCALATE, "{}")),
                Optional.empty()));
    }

    private static Callees.Callee human(Node node) {
        var meeting = node.humans.rung.getLast();
        return new Callees.Callee(meeting, NoHumans.leg(meeting));
    }

    private static boolean onTheWay(Node node) {
        return node.calls.find(CALL).orElseThrow().phase() instanceof Phase.Transferred;
    }
}
