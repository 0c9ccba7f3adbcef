package io.offhook.telephony.twilio;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.CallEvent.DigitPressed;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallId;
import io.offhook.call.StreamEnd;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Switchboard;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One media stream, from the upgrade to its end. Lives on the event loop of its socket.
///
/// ```
///  WAITING --start: our account, mu-law, a token--> REDEEMING --token is good--> UP --> OVER
///     \------- no start in time, bad start -------------\-- bad token ----------------> OVER (closed with 1008)
/// ```
///
/// Before `UP` nothing that came from the socket reaches anybody; audio and digits that come while the token is being
/// redeemed are kept, up to two seconds of audio. The stream's end is told once, and not at all when the call closed
/// it.
/// A message that makes no sense is counted and ignored, since the caller is still talking.
final class TwilioStream implements Leg {
    /// Name of the stream parameter that carries the one-time token.
    static final String TOKEN = "token";

    static final int NORMAL = 1000;
    static final int POLICY = 1008;
    static final int TRY_LATER = 1013;
    static final int MAX_HELD_BYTES = 2_000 * AudioFrame.BYTES_PER_MILLI;
    static final int MAX_HELD_EVENTS = 500;
    static final int MAX_DIGITS_A_SECOND = 20;

    private static final Logger LOG = LoggerFactory.getLogger(TwilioStream.class);
    private static final long SECOND = 1_000_000_000L;

    private enum Phase {
        WAITING,
        REDEEMING,
        UP,
        OVER
    }

    private final TwilioSettings settings;
    private final TwilioLimits limits;
    private final Switchboard switchboard;
    private final TwilioMetrics metrics;
    private final TwilioSocket socket;
    private final String source;
    private final Executor eventLoop;
    private final LongSupplier nanoTime;
    private final Runnable settled;

    private Phase phase = Phase.WAITING;
    private TwilioWire.Outgoing outgoing = new TwilioWire.Outgoing("");
    private final ArrayDeque<CallEvent> held = new ArrayDeque<>();
    private int heldBytes;
    private Consumer<CallEvent> events = this::hold;
    /// The call's own, which is told of a stream that broke while the call was still taking it.
    private Consumer<CallEvent> taker = _ -> {};

    private final long openedAt;
    private long lastMediaAt;
    /// Since the last check, which turns it into a time: no frame has to ask the clock.
    private boolean mediaSeen;

    private long digitsSince;
    private int digits;

    /// @param source    the peer's address, for the log
    /// @param eventLoop runs things on the socket's event loop, later
    /// @param settled   told once, when the stream has proven itself or is over
    TwilioStream(
            TwilioSettings settings,
            TwilioLimits limits,
            Switchboard switchboard,
            TwilioMetrics metrics,
            TwilioSocket socket,
            String source,
            Executor eventLoop,
            LongSupplier nanoTime,
            Runnable settled) {
        this.settings = settings;
        this.limits = limits;
        this.switchboard = switchboard;
        this.metrics = metrics;
        this.socket = socket;
        this.source = source;
        this.eventLoop = eventLoop;
        this.nanoTime = nanoTime;
        this.settled = settled;
        this.openedAt = nanoTime.getAsLong();
        this.lastMediaAt = openedAt;
        this.digitsSince = openedAt;
    }

    // --- from the socket ---

    void text(byte[] message, int offset, int length) {
        if (phase == Phase.OVER) {
            return;
        }
        switch (TwilioWire.decode(message, offset, length)) {
            case TwilioMessage.Connected _ -> {}
            case TwilioMessage.Start start -> start(start);
            case TwilioMessage.Unknown _ -> metrics.count(TwilioMetrics.UNKNOWN_EVENT);
            case TwilioMessage.Malformed _ -> metrics.count(TwilioMetrics.JUNK_FRAME);
            case TwilioMessage _ when phase == Phase.WAITING -> metrics.count(TwilioMetrics.EARLY_FRAME);
            case TwilioMessage.Media(var frame, var atMillis) -> {
                mediaSeen = true;
                events.accept(new CallerAudio(frame, atMillis));
            }
            case TwilioMessage.Digit(var digit) -> digit(digit);
            case TwilioMessage.Mark(var name) -> events.accept(new MarkReached(name));
            case TwilioMessage.Stop _ -> end(StreamEnd.STOPPED, NORMAL);
        }
    }

    void binary() {
        metrics.count(TwilioMetrics.BINARY_FRAME);
    }

    /// The socket closes by itself after this.
    void tooBig() {
        metrics.count(TwilioMetrics.FRAME_TOO_BIG);
        tell(StreamEnd.TOO_BIG);
    }

    void closed() {
        if (phase == Phase.UP) {
            metrics.count(TwilioMetrics.STREAM_LOST);
        }
        tell(StreamEnd.LOST);
    }

    /// To be called every second or so.
    void check() {
        long now = nanoTime.getAsLong();
        switch (phase) {
            case WAITING, REDEEMING -> {
                if (now - openedAt >= limits.startWithin().toNanos()) {
                    refuse(TwilioMetrics.NO_START);
                }
            }
            case UP -> {
                if (mediaSeen) {
                    mediaSeen = false;
                    lastMediaAt = now;
                } else if (now - lastMediaAt >= limits.silentAfter().toNanos()) {
                    metrics.count(TwilioMetrics.STREAM_SILENT);
                    end(StreamEnd.SILENT, TRY_LATER);
                }
            }
            case OVER -> {}
        }
    }

    private void start(TwilioMessage.Start start) {
        if (phase != Phase.WAITING) {
            metrics.count(TwilioMetrics.SECOND_START);
            return;
        }
        var call = callId(start.callSid());
        var token = Optional.ofNullable(start.customParameters().get(TOKEN)).filter(t -> !t.isEmpty());
        if (!start.accountSid().equals(settings.accountSid()) || !start.muLaw() || call.isEmpty()) {
            refuse(TwilioMetrics.BAD_START);
        } else if (token.isEmpty()) {
            refuse(TwilioMetrics.BAD_TOKEN);
        } else {
            phase = Phase.REDEEMING;
            outgoing = new TwilioWire.Outgoing(start.streamSid());
            var _ = switchboard
                    .redeem(call.get(), token.get())
                    .whenComplete((good, error) ->
                            eventLoop.execute(() -> redeemed(call.get(), error == null && Boolean.TRUE.equals(good))));
        }
    }

    static Optional<CallId> callId(String sid) {
        try {
            return Optional.of(new CallId(sid));
        } catch (IllegalArgumentException _) {
            return Optional.empty();
        }
    }

    private void redeemed(CallId call, boolean good) {
        if (phase != Phase.REDEEMING) {
            return;
        }
        if (!good) {
            refuse(TwilioMetrics.BAD_TOKEN);
            return;
        }
        phase = Phase.UP;
        lastMediaAt = nanoTime.getAsLong();
        settled.run();
        var connected = switchboard.connect(call, this);
        if (connected.isEmpty()) {
            close();
            return;
        }
        taker = connected.get();
        if (phase == Phase.UP) {
            events = taker;
            for (var event = held.poll(); event != null && phase == Phase.UP; event = held.poll()) {
                events.accept(event);
            }
        }
    }

    private void hold(CallEvent event) {
        held.add(event);
        heldBytes += size(event);
        while (heldBytes > MAX_HELD_BYTES || held.size() > MAX_HELD_EVENTS) {
            // Audio goes first: a key pressed now may be the caller's way to a human.
            var oldest = held.stream()
                    .filter(CallerAudio.class::isInstance)
                    .findFirst()
                    .orElseGet(held::getFirst);
            held.remove(oldest);
            heldBytes -= size(oldest);
            metrics.count(TwilioMetrics.AUDIO_DROPPED);
        }
    }

    private static int size(CallEvent event) {
        return event instanceof CallerAudio audio ? audio.frame().size() : 0;
    }

    private void digit(char digit) {
        long now = nanoTime.getAsLong();
        if (now - digitsSince >= SECOND) {
            digitsSince = now;
            digits = 0;
        }
        // Never 0: whatever keys came before it, it is the caller's way to a human.
        if (digit != '0' && ++digits > MAX_DIGITS_A_SECOND) {
            metrics.count(TwilioMetrics.DTMF_DROPPED);
        } else {
            events.accept(new DigitPressed(digit));
        }
    }

    // --- from the call ---

    @Override
    public void play(AudioFrame frame, Optional<String> mark) {
        var body = frame.base64();
        if (phase == Phase.UP && room(body.length)) {
            socket.send(outgoing.mediaStart(), body, outgoing.mediaEnd());
            mark.ifPresent(this::mark);
        }
    }

    @Override
    public void mark(String name) {
        if (phase == Phase.UP && room(name.length())) {
            socket.send(outgoing.mark(name));
        }
    }

    @Override
    public void clear() {
        if (phase == Phase.UP && room(0)) {
            socket.send(outgoing.clear());
        }
    }

    @Override
    public void close() {
        if (phase != Phase.OVER) {
            over();
            socket.close(NORMAL);
        }
    }

    private boolean room(int bytes) {
        if (socket.waiting() + bytes <= limits.maxWaitingBytes()) {
            return true;
        }
        metrics.count(TwilioMetrics.BACKPRESSURE);
        // Later, for the call is in the middle of the step that plays this.
        over();
        socket.close(TRY_LATER);
        eventLoop.execute(() -> taker.accept(new StreamEnded(StreamEnd.BACKPRESSURE)));
        return false;
    }

    // --- the end ---

    private void refuse(String reason) {
        metrics.count(reason);
        LOG.atWarn()
                .addKeyValue("path", TwilioRoutes.STREAM)
                .addKeyValue("reason", reason)
                .addKeyValue("source", source)
                .log("stream refused");
        over();
        socket.close(POLICY);
    }

    private void end(StreamEnd why, int code) {
        if (phase != Phase.OVER) {
            tell(why);
            socket.close(code);
        }
    }

    private void tell(StreamEnd why) {
        var listener = events;
        boolean wasUp = phase == Phase.UP;
        over();
        if (wasUp) {
            listener.accept(new StreamEnded(why));
        }
    }

    private void over() {
        if (phase == Phase.WAITING || phase == Phase.REDEEMING) {
            settled.run();
        }
        phase = Phase.OVER;
        held.clear();
        events = _ -> {};
    }
}
