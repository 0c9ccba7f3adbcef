package io.offhook.simulator;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import io.vertx.core.http.UpgradeRejectedException;
import io.vertx.core.http.WebSocket;
import io.vertx.core.http.WebSocketConnectOptions;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.http.WebSocketInternal;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/// The carrier's end of one bidirectional Media Stream: dials the server with a signed upgrade, sends the caller's
/// voice every 20 ms, plays what comes back at the pace of speech, and is strict about every message.
/// All of it runs on one event loop; `stop` and `press` may come from any thread. Ends once; the call goes on.
final class MediaStream {
    static final int FRAME_BYTES = 160;
    static final long FRAME_NANOS = 20_000_000;

    private static final int HANDSHAKE_MS = 10_000;

    /// The first media message of a real stream does not carry timestamp 0.
    private static final long FIRST_TIMESTAMP_MS = 25;

    /// More than 20 s of unread media: the server reads too slowly, and audio is thrown away (31930).
    private static final int MAX_UNSENT_BYTES = 256 * 1024;

    /// How the stream ended; code 0 when the carrier ended it.
    record End(int code, String reason) {
        boolean failed() {
            return code != 0 && code != 31921;
        }
    }

    private final SimulatedCall call;
    private final String url;
    private final String streamSid;
    private final Map<String, String> parameters;
    private final StreamMessages messages;
    private final PlaybackBuffer buffer = new PlaybackBuffer();
    private final StreamFaults faults;
    private final CompletableFuture<String> opened = new CompletableFuture<>();
    private final CompletableFuture<End> ended = new CompletableFuture<>();
    private final Context context;
    private final EventLoop loop;
    private @Nullable WebSocket socket;
    private boolean started;
    private boolean warned;
    private boolean overflowed;
    private long base;
    private long startNanos;
    private long frames;

    MediaStream(SimulatedCall call, String streamSid, String url, Map<String, String> parameters) {
        this.call = call;
        this.url = url;
        this.streamSid = streamSid;
        faults = new StreamFaults(call.faults(), this);
        this.parameters = faults.parameters(parameters);
        messages = new StreamMessages(call.carrier().accountSid(), call.sid(), streamSid);
        context = call.carrier().newContext();
        loop = ((ContextInternal) context).nettyEventLoop();
    }

    CompletableFuture<End> ended() {
        return ended;
    }

    CompletableFuture<String> opened() {
        return opened;
    }

    void open() {
        context.runOnContext(_ -> connect());
    }

    private void connect() {
        var options = new WebSocketConnectOptions().setAllowOriginHeader(false);
        try {
            Reach.fill(options, url, call.carrier().reaches());
        } catch (IllegalArgumentException e) {
            end(31923, "malformed stream URL: " + e.getMessage());
            return;
        }
        options.setConnectTimeout(HANDSHAKE_MS).setTimeout(HANDSHAKE_MS);
        call.signing(CarrierFault.Where.STREAM).ifPresent(right -> {
            var signature = call.carrier().signature().sign(url);
            // In lower case, as Twilio sends it on the upgrade.
            options.putHeader("x-twilio-signature", right ? signature : "AAAA" + signature.substring(4));
        });
        if (faults.refused()) {
            end(31902, "connection refused");
            return;
        }
        var _ = call.carrier()
                .webSockets()
                .connect(options)
                .timeout(HANDSHAKE_MS, TimeUnit.MILLISECONDS)
                .onSuccess(this::opened)
                .onFailure(this::refused);
    }

    private void refused(Throwable cause) {
        switch (cause) {
            case UpgradeRejectedException e -> end(31920, "handshake answered with " + e.getStatus());
            case TimeoutException _ -> end(31901, "stream connection timeout");
            case ConnectException _ -> end(31902, "connection refused");
            case UnknownHostException _ -> end(31902, "no such host: " + cause.getMessage());
            case SSLException e -> end(31910, "TLS failure: " + e.getMessage());
            default -> end(31924, "stream protocol error: " + cause);
        }
    }

    private void opened(WebSocket open) {
        if (ended.isDone()) {
            open.close();
            return;
        }
        socket = open;
        open.setWriteQueueMaxSize(MAX_UNSENT_BYTES);
        if (faults.withoutCloseAnswer()) {
            CloseFrames.ignore(((WebSocketInternal) open).channelHandlerContext(), (_, _) -> {});
        }
        open.textMessageHandler(this::received);
        open.binaryMessageHandler(_ -> warn(31950, "binary frame"));
        open.exceptionHandler(cause -> {
            if (!ended.isDone() && !(cause instanceof java.io.IOException)) {
                end(31924, "stream protocol error: " + cause);
            }
        });
        open.closeHandler(_ -> {
            if (open.closeStatusCode() == null) {
                end(31903, "broken pipe: the server's side vanished");
            } else {
                end(31921, "the server closed the stream with " + open.closeStatusCode());
            }
        });
        open.writeTextMessage(messages.connected());
        base = call.position();
        startNanos = call.carrier().clock().nanos();
        if (!faults.neverStarts()) {
            started = true;
            open.writeTextMessage(messages.start(streamSid, parameters));
        }
        call.streamOpened(streamSid, url, parameters);
        var _ = opened.complete(streamSid);
        scheduleFrame();
    }

    private void scheduleFrame() {
        if (!ended.isDone()) {
            var clock = call.carrier().clock();
            long due = startNanos + (frames + 1) * FRAME_NANOS;
            clock.after(Duration.ofNanos(Math.max(0, due - clock.nanos())), loop, this::tick);
        }
    }

    /// Does all frames that are due: after a pause of the machine the stream catches up, as a network does.
    private void tick() {
        long now = call.carrier().clock().nanos();
        while (!ended.isDone() && now - startNanos >= (frames + 1) * FRAME_NANOS) {
            frame();
            frames++;
        }
        scheduleFrame();
    }

    private void frame() {
        faults.frame(frames);
        if (ended.isDone() || faults.halfOpen()) {
            return;
        }
        if (started) {
            sendVoice();
        }
        for (var mark : buffer.finishFrame()) {
            returned(mark, true);
        }
        var audio = buffer.startFrame(FRAME_BYTES);
        if (audio.length > 0) {
            call.heardFrame(base + (frames + 1) * FRAME_BYTES, audio);
        }
    }

    private void sendVoice() {
        long position = base + frames * FRAME_BYTES;
        var voice = call.voice().read(position, FRAME_BYTES);
        call.saidFrame(position, voice);
        if (socket != null && socket.writeQueueFull()) {
            if (!overflowed) {
                overflowed = true;
                call.notice(31930, "buffer overflow: the server reads too slowly, audio is discarded");
            }
            messages.lose();
            return;
        }
        switch (faults.fate(frames)) {
            case SENT ->
                faults.bunched(frames, messages.media(timestamp(), voice)).forEach(this::write);
            case LOST -> messages.lose();
            case ABSENT -> {}
        }
    }

    private long timestamp() {
        return FIRST_TIMESTAMP_MS + frames * (FRAME_NANOS / 1_000_000);
    }

    private void received(String text) {
        switch (messages.read(text)) {
            case StreamMessages.Order.Play(var audio) -> buffer.add(audio.getBytes());
            case StreamMessages.Order.Mark(var name) -> {
                if (buffer.mark(name)) {
                    returned(name, true);
                }
            }
            case StreamMessages.Order.Clear _ -> {
                var dropped = buffer.clear();
                call.cleared(SimulatedCall.lasting(dropped.bytes()));
                dropped.marks().forEach(mark -> returned(mark, false));
            }
            case StreamMessages.Order.Invalid(var why) -> warn(31951, why);
        }
    }

    private void returned(String mark, boolean heard) {
        if (!faults.withoutMarks()) {
            write(messages.mark(mark));
            call.step(at -> new CallStep.MarkReturned(at, mark, heard));
        }
    }

    /// 31950 and 31951 are logged once per stream; what caused them is dropped each time.
    private void warn(int code, String why) {
        if (!warned) {
            warned = true;
            call.notice(code, why);
        }
    }

    void press(char digit) {
        context.runOnContext(_ -> digits(digit, 1));
    }

    void digits(char digit, int count) {
        for (int i = 0; i < count && started && !faults.halfOpen(); i++) {
            write(messages.dtmf(digit));
        }
    }

    /// The call ends or goes elsewhere: says so, and closes.
    void stop(String reason) {
        context.runOnContext(_ -> {
            if (ended.isDone()) {
                return;
            }
            if (socket != null && faults.halfOpen()) {
                drop();
            } else if (socket != null) {
                if (started && !faults.withoutStop()) {
                    write(messages.stop());
                }
                socket.close();
            }
            end(0, reason);
        });
    }

    void write(String text) {
        if (socket != null && !ended.isDone()) {
            var _ = socket.writeTextMessage(text);
        }
    }

    Optional<WebSocket> socket() {
        return Optional.ofNullable(socket);
    }

    StreamMessages messages() {
        return messages;
    }

    Map<String, String> parameters() {
        return parameters;
    }

    /// Ends the TCP connection under the WebSocket, as a network does that fails.
    void cut() {
        drop();
        end(31903, "the stream was cut");
    }

    private void drop() {
        channel().ifPresent(channel -> {
            var _ = channel.close();
        });
    }

    Optional<Channel> channel() {
        return socket instanceof WebSocketInternal internal
                ? Optional.of(internal.channelHandlerContext().channel())
                : Optional.empty();
    }

    void later(Duration carrierTime, Runnable task) {
        call.carrier().clock().after(carrierTime, loop, task);
    }

    private void end(int code, String reason) {
        if (ended.isDone()) {
            return;
        }
        if (code != 0) {
            call.notice(code, reason);
        }
        if (socket != null) {
            call.step(at -> new CallStep.StreamClosed(at, streamSid, code, reason));
        }
        var _ = ended.complete(new End(code, reason));
    }
}
