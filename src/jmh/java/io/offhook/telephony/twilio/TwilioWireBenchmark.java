package io.offhook.telephony.twilio;

import io.offhook.call.AudioFrame;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// Reading a `media` message of 20 ms: as it is always spelled, and by the JSON parser that takes any spelling.
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
@Fork(2)
public class TwilioWireBenchmark {
    private final byte[] message = message();

    private static byte[] message() {
        var audio = new String(AudioFrame.silence(20).base64(), StandardCharsets.US_ASCII);
        return ("{\"event\":\"media\",\"sequenceNumber\":\"1042\",\"media\":{\"track\":\"inbound\",\"chunk\":\"1040\","
                        + "\"timestamp\":\"20800\",\"payload\":\"" + audio
                        + "\"},\"streamSid\":\"MZ0123456789abcdef0123456789abcdef\"}")
                .getBytes(StandardCharsets.US_ASCII);
    }

    @Benchmark
    public Object scanned() {
        return TwilioWire.decode(message, 0, message.length);
    }

    @Benchmark
    public Object parsed() {
        return TwilioWire.parse(message, 0, message.length);
    }
}
