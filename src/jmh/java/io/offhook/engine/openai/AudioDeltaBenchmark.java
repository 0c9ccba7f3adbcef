package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Reading one `response.output_audio.delta`.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class AudioDeltaBenchmark {
    /// Audio in a delta, in milliseconds. The service sends some 100 to 400.
    @Param({"20", "200"})
    private int millis;

    private final AudioDeltaScanner scanner = new AudioDeltaScanner();
    private byte[] message = {};

    @Setup
    public void write() {
        var audio = new String(AudioFrame.silence(millis).base64(), StandardCharsets.US_ASCII);
        message = ("{\"type\":\"response.output_audio.delta\",\"event_id\":\"event_0123456789abcdefghijk\","
                        + "\"response_id\":\"resp_0123456789abcdefghijk\",\"item_id\":\"item_0123456789abcdefghijk\","
                        + "\"output_index\":0,\"content_index\":0,\"delta\":\"" + audio + "\"}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public Object scanned() {
        var audio = scanner.scan(message, 0, message.length);
        if (audio.isEmpty()) {
            throw new IllegalStateException("the scanner no longer takes a plain delta");
        }
        return audio;
    }
}
