package io.offhook.call;

import io.offhook.call.CallMachine.EscalationArguments.Escalation;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// What the conversation's rules cost for each 20 ms of audio, in both directions.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class CallMachineBenchmark {
    private static final Instant START = Instant.parse("2026-03-02T12:00:00Z");
    private static final int ANSWER_FRAMES = 500;

    private final CallMachine machine = new CallMachine(
            Phrases.english(), text -> new Escalation(text, "", Handoff.Urgency.NORMAL, Optional.empty()), _ -> Map.of());
    private final AudioFrame frame = AudioFrame.silence(20);
    private final ContentId content = new ContentId("resp_1", "item_1", 0);
    private final CallEvent delta = new CallEvent.AgentAudio(content, frame);

    private Call talking = ringing();
    private Call listening = talking;
    private Call speaking = talking;
    private Instant heardAt = START;
    private Instant spokenAt = START;
    private long millis;
    private int spoken;

    private static Call ringing() {
        var rules = new CallRules(
                "bench",
                "",
                "One moment.",
                "en",
                Duration.ofSeconds(15),
                Duration.ofHours(2),
                Map.of(),
                List.of());
        return Call.ringing(new CallId("CA1"), rules, Optional.empty(), START, START);
    }

    @Setup
    public void connect() {
        talking = machine.on(talking, new CallEvent.StreamOpened(List.of()), START).call();
        talking = machine.on(talking, new CallEvent.EngineReady(Duration.ZERO, Optional.empty()), START).call();
        listening = talking;
        speaking = machine.on(talking, new CallEvent.ReplyStarted("resp_1"), START).call();
        talking = speaking;
    }

    /// One frame of the caller, handed to the engine.
    @Benchmark
    public Step callerAudio() {
        heardAt = heardAt.plusMillis(20);
        millis += 20;
        var step = machine.on(listening, new CallEvent.CallerAudio(frame, millis), heardAt);
        listening = step.call();
        return step;
    }

    /// One delta of 20 ms of an answer of ten seconds, played to the caller; every fifth orders a mark, which comes
    /// back.
    @Benchmark
    public Step agentAudio() {
        if (++spoken > ANSWER_FRAMES) {
            spoken = 1;
            speaking = talking;
            spokenAt = START;
        }
        spokenAt = spokenAt.plusMillis(20);
        var step = machine.on(speaking, delta, spokenAt);
        speaking = step.call();
        for (var effect : step.effects()) {
            if (effect instanceof CallEffect.PlayToCaller(_, var mark) && mark.isPresent()) {
                speaking = machine.on(speaking, new CallEvent.MarkReached(mark.get()), spokenAt).call();
            }
        }
        return step;
    }
}
