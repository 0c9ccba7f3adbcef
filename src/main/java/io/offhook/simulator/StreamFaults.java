package io.offhook.simulator;

import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The faults of one stream: asked at each frame which of them begin, and what becomes of the frame. Belongs to the
/// stream's event loop.
final class StreamFaults {
    /// What becomes of one frame of the caller's voice.
    enum Fate {
        SENT,
        LOST,
        ABSENT
    }

    /// Larger than any server should take: 16 MiB.
    private static final int OVERSIZE = 16 * 1024 * 1024;

    private final List<CarrierFault> all;
    private final List<CarrierFault> waiting;
    private final List<String> bunch = new ArrayList<>();
    private final MediaStream stream;
    private boolean halfOpen;

    StreamFaults(List<CarrierFault> all, MediaStream stream) {
        this.all = all;
        this.stream = stream;
        waiting = new ArrayList<>(all);
    }

    private boolean has(Class<? extends CarrierFault> kind) {
        return all.stream().anyMatch(kind::isInstance);
    }

    private <T extends CarrierFault> Optional<T> find(Class<T> kind) {
        return all.stream().filter(kind::isInstance).map(kind::cast).findFirst();
    }

    boolean refused() {
        return has(CarrierFault.StreamRefused.class);
    }

    boolean neverStarts() {
        return has(CarrierFault.NeverStart.class);
    }

    boolean withoutMarks() {
        return has(CarrierFault.NoMarks.class);
    }

    boolean withoutStop() {
        return has(CarrierFault.NoStop.class);
    }

    boolean withoutCloseAnswer() {
        return has(CarrierFault.NeverAcknowledgesClose.class);
    }

    boolean halfOpen() {
        return halfOpen;
    }

    Map<String, String> parameters(Map<String, String> asWritten) {
        return find(CarrierFault.ParametersReplaced.class)
                .map(CarrierFault.ParametersReplaced::by)
                .orElse(asWritten);
    }

    Fate fate(long frame) {
        return find(CarrierFault.MediaGaps.class)
                .filter(gaps -> frame % gaps.every() >= gaps.every() - gaps.lost())
                .map(gaps -> gaps.counted() ? Fate.LOST : Fate.ABSENT)
                .orElse(Fate.SENT);
    }

    /// With jitter, holds messages back and gives them out in bunches.
    List<String> bunched(long frame, String message) {
        var jitter = find(CarrierFault.Jitter.class);
        if (jitter.isEmpty()) {
            return List.of(message);
        }
        bunch.add(message);
        if ((frame + 1) % jitter.get().every() != 0) {
            return List.of();
        }
        var out = List.copyOf(bunch);
        bunch.clear();
        return out;
    }

    /// Begins what is due at this frame.
    void frame(long number) {
        if (waiting.isEmpty()) {
            return;
        }
        var now = Duration.ofMillis(number * 20);
        for (Iterator<CarrierFault> each = waiting.iterator(); each.hasNext(); ) {
            if (begins(each.next(), now)) {
                each.remove();
            }
        }
    }

    private boolean begins(CarrierFault fault, Duration now) {
        return switch (fault) {
            case CarrierFault.Cut(var after) when due(after, now) -> done(stream::cut);
            case CarrierFault.HalfOpen(var after)
            when due(after, now) ->
                done(() -> {
                    halfOpen = true;
                    reading(false);
                });
            case CarrierFault.SlowReader(var after, var lasting)
            when due(after, now) ->
                done(() -> {
                    reading(false);
                    stream.later(lasting, () -> reading(true));
                });
            case CarrierFault.SecondStart(var after)
            when due(after, now) ->
                done(() -> stream.write(stream.messages().start(Sids.random("MZ"), stream.parameters())));
            case CarrierFault.DtmfFlood(char digit, int count, var after)
            when due(after, now) -> done(() -> stream.digits(digit, count));
            case CarrierFault.Junk(var kind, var after) when due(after, now) -> done(() -> junk(kind));
            case CarrierFault.Cut _,
                    CarrierFault.HalfOpen _,
                    CarrierFault.SlowReader _,
                    CarrierFault.SecondStart _,
                    CarrierFault.DtmfFlood _,
                    CarrierFault.Junk _ -> false;
            default -> true;
        };
    }

    private static boolean due(Duration after, Duration now) {
        return now.compareTo(after) >= 0;
    }

    private static boolean done(Runnable fault) {
        fault.run();
        return true;
    }

    private void reading(boolean on) {
        stream.channel().ifPresent(channel -> channel.config().setAutoRead(on));
    }

    private void junk(CarrierFault.Junk.Kind kind) {
        switch (kind) {
            case NOT_JSON -> stream.write("{\"event\":\"media\",\"media\":{\"payl");
            case WRONG_TYPES -> stream.write("{\"event\":7,\"media\":[],\"streamSid\":{\"a\":null}}");
            case UNKNOWN_EVENT -> stream.write("{\"event\":\"weather\",\"weather\":{\"sun\":true}}");
            case BINARY ->
                stream.socket().ifPresent(socket -> socket.writeBinaryMessage(Buffer.buffer(new byte[] {0, 1, 2, 3})));
            case DEEP_NESTING -> stream.write("[".repeat(20_000) + "]".repeat(20_000));
            case OVERSIZE ->
                stream.socket()
                        .ifPresent(socket -> socket.writeFinalTextFrame(
                                "{\"event\":\"media\",\"media\":{\"payload\":\"" + "/".repeat(OVERSIZE) + "\"}}"));
        }
    }
}
