package io.offhook.engine.openai;

import io.netty.buffer.ByteBuf;
import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.ContentId;
import io.offhook.call.EngineFault;
import io.offhook.call.EngineFault.Kind;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.websocket.CloseCode;
import io.offhook.websocket.DialFailed;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketDialer;
import io.offhook.websocket.WebSocketListener;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One session at OpenAI. Lives on the event loop of its call.
///
/// ```
///   CONNECTING --101--> GREETED by session.created --> CONFIGURED by session.updated --> OVER
/// ```
///
/// Nothing is sent before the session is configured, but nothing is lost either: audio waits in `held` (five seconds at
/// most), everything else in `outbox`.
final class OpenAiSession implements EngineSession, WebSocketListener {
    private static final Logger log = LoggerFactory.getLogger(OpenAiSession.class);
    private static final Duration HANDSHAKE = Duration.ofSeconds(3);
    private static final Limits LIMITS = new Limits(4 << 20, Duration.ofSeconds(1));
    private static final long HELD_MILLIS = 5_000;
    private static final long PING_EVERY_MILLIS = 15_000;

    private final Vertx vertx;
    private final Brief brief;
    private final List<Turn> history;
    private final Consumer<CallEvent> events;
    private final OpenAiCounters counters;
    private final OpenAiWire wire;
    private final Replies replies = new Replies();
    private final ArrayDeque<AudioFrame> held = new ArrayDeque<>();
    private final List<String> outbox = new ArrayList<>();
    private final Map<ContentId, StringBuilder> words = new HashMap<>();
    private final long openedNanos = System.nanoTime();

    private Optional<WebSocketConnection> connection = Optional.empty();
    private Transcoder in = new Transcoder(Transcoder.Format.PCMU);
    private Transcoder out = new Transcoder(Transcoder.Format.PCMU);
    private Optional<Kind> fault = Optional.empty();
    private long heldMillis;
    private long pinger = -1;
    private boolean unanswered;
    private boolean created;
    private boolean ready;
    private boolean over;

    OpenAiSession(
            Vertx vertx, Brief brief, List<Turn> history, Consumer<CallEvent> events, OpenAiCounters counters) {
        this.vertx = vertx;
        this.brief = brief;
        this.history = List.copyOf(history);
        this.events = events;
        this.counters = counters;
        this.wire = new OpenAiWire(brief.model());
    }

    void connect(WebSocketDialer dialer, URI address, String apiKey) {
        var headers = new HashMap<String, String>();
        headers.put("Authorization", "Bearer " + apiKey);
        if (!brief.caller().isEmpty()) {
            headers.put("OpenAI-Safety-Identifier", brief.caller());
        }
        dialer.dial(address, headers, LIMITS, HANDSHAKE, this)
                .onSuccess(opened -> {
                    if (over) {
                        opened.close(CloseCode.NORMAL, "");
                        return;
                    }
                    connection = Optional.of(opened);
                    pinger = vertx.setPeriodic(PING_EVERY_MILLIS, _ -> ping());
                })
                .onFailure(cause -> lost(
                        cause instanceof DialFailed failed ? faultOf(failed) : EngineFault.of(Kind.UNREACHABLE)));
    }

    private static EngineFault faultOf(DialFailed failed) {
        return switch (failed.reason()) {
            case UNREACHABLE -> EngineFault.of(Kind.UNREACHABLE);
            case TIMEOUT -> EngineFault.of(Kind.TIMEOUT);
            case TLS -> EngineFault.of(Kind.TLS);
            case PROTOCOL -> EngineFault.of(Kind.PROTOCOL);
            case STATUS -> {
                int status = failed.status().orElse(0);
                if (status == 401 || status == 403) {
                    yield EngineFault.of(Kind.AUTH);
                }
                if (status == 429) {
                    yield new EngineFault(Kind.RATE, failed.header("retry-after").flatMap(OpenAiSession::seconds));
                }
                yield EngineFault.of(status >= 500 ? Kind.SERVER_ERROR : Kind.PROTOCOL);
            }
        };
    }

    private static Optional<Duration> seconds(String text) {
        return text.matches("\\d{1,6}") ? Optional.of(Duration.ofSeconds(Long.parseLong(text))) : Optional.empty();
    }

    /// A peer that answers neither the last ping nor anything else is gone.
    private void ping() {
        if (unanswered) {
            lost(EngineFault.of(Kind.CLOSED));
            return;
        }
        unanswered = true;
        connection.ifPresent(WebSocketConnection::ping);
    }

    // --- what the call wants ---

    @Override
    public void hear(AudioFrame frame) {
        if (over) {
            return;
        }
        if (ready) {
            append(frame);
            return;
        }
        held.add(frame);
        heldMillis += frame.millis();
        while (heldMillis > HELD_MILLIS) {
            heldMillis -= held.remove().millis();
            counters.noticed("engine_audio_dropped");
        }
    }

    private void append(AudioFrame frame) {
        connection.ifPresent(socket -> {
            var base64 = in.fromMuLaw(frame);
            socket.sendText(OpenAiWire.APPEND_START, base64, 0, base64.length, OpenAiWire.APPEND_END);
        });
    }

    @Override
    public void say(String text) {
        replies.say(text);
        ask();
    }

    @Override
    public void respond() {
        replies.respond();
        ask();
    }

    private void ask() {
        if (ready && !over) {
            replies.next()
                    .ifPresent(wish -> send(wish.words().map(OpenAiWire::say).orElseGet(OpenAiWire::respond)));
        }
    }

    @Override
    public void cancel() {
        if (ready && replies.running()) {
            send(OpenAiWire.cancel());
            replies.abandoned();
        }
    }

    @Override
    public void truncate(ContentId content, Duration heard) {
        send(OpenAiWire.truncate(content, heard));
    }

    @Override
    public void tell(Turn turn) {
        send(OpenAiWire.item(turn));
    }

    @Override
    public void toolResult(ToolRequest request, String answer) {
        send(OpenAiWire.toolResult(request, answer));
    }

    private void send(String message) {
        if (over) {
            return;
        }
        if (ready) {
            connection.ifPresent(socket -> socket.sendText(message));
        } else {
            outbox.add(message);
        }
    }

    @Override
    public void close() {
        end();
    }

    private void end() {
        over = true;
        held.clear();
        if (pinger >= 0) {
            vertx.cancelTimer(pinger);
            pinger = -1;
        }
        connection.ifPresent(socket -> socket.close(CloseCode.NORMAL, ""));
        connection = Optional.empty();
    }

    private void lost(EngineFault why) {
        if (over) {
            return;
        }
        // What the agent was saying when the line broke was partly heard: the next session must know it.
        words.forEach((content, text) -> events.accept(new CallEvent.AgentWords(content, text.toString())));
        words.clear();
        if (!over) {
            end();
            events.accept(new CallEvent.EngineLost(why));
        }
    }

    // --- what the service says ---

    @Override
    public void onText(WebSocketConnection from, ByteBuf payload) {
        if (over) {
            return;
        }
        unanswered = false;
        int offset = payload.arrayOffset() + payload.readerIndex();
        switch (wire.decode(payload.array(), offset, payload.readableBytes())) {
            case OpenAiEvent.Audio(var content, var frame) ->
                events.accept(new CallEvent.AgentAudio(content, out.toMuLaw(frame)));
            case OpenAiEvent.AudioDone(var content) -> events.accept(new CallEvent.AgentAudioEnded(content));
            case OpenAiEvent.TranscriptDelta(var content, var text) ->
                words.computeIfAbsent(content, _ -> new StringBuilder()).append(text);
            case OpenAiEvent.TranscriptDone(var content, var text) -> {
                words.remove(content);
                events.accept(new CallEvent.AgentWords(content, text));
            }
            case OpenAiEvent.SpeechStarted(var item) -> events.accept(new CallEvent.CallerStartedSpeaking(item));
            case OpenAiEvent.SpeechStopped(var item) -> events.accept(new CallEvent.CallerStoppedSpeaking(item));
            case OpenAiEvent.CallerTranscript(var item, var text, var usage) -> {
                events.accept(new CallEvent.CallerWords(item, text.strip()));
                usage.ifPresent(tokens -> events.accept(new CallEvent.UsageCounted(tokens)));
            }
            case OpenAiEvent.ReplyCreated(var reply) -> {
                replies.started(reply);
                events.accept(new CallEvent.ReplyStarted(reply));
            }
            case OpenAiEvent.ReplyDone(var reply, var how, var code, var requests, var usage) -> {
                replies.ended(reply);
                words.keySet().removeIf(content -> content.reply().equals(reply));
                events.accept(new CallEvent.ReplyEnded(reply, how, code, requests, usage));
                ask();
            }
            case OpenAiEvent.SessionCreated _ -> created(from);
            case OpenAiEvent.SessionUpdated(var input, var output) -> configured(input, output);
            case OpenAiEvent.Failure(var code) -> failure(code);
            case OpenAiEvent.RateLimits(var limits) -> {
                if (log.isDebugEnabled()) {
                    log.atDebug().addKeyValue("limits", limits).log("engine's rate limits");
                }
            }
            case OpenAiEvent.Ignored(var known) -> {
                if (!known) {
                    counters.noticed("engine_unknown_event");
                }
            }
            case OpenAiEvent.Malformed _ -> counters.noticed("engine_junk");
        }
    }

    private void created(WebSocketConnection socket) {
        if (!created) {
            created = true;
            socket.sendText(OpenAiWire.sessionUpdate(brief));
        }
    }

    private void configured(String input, String output) {
        if (ready || !created) {
            return;
        }
        var heard = Transcoder.Format.named(input);
        var spoken = Transcoder.Format.named(output);
        if (heard.isEmpty() || spoken.isEmpty()) {
            lost(EngineFault.of(Kind.PROTOCOL));
            return;
        }
        in = new Transcoder(heard.get());
        out = new Transcoder(spoken.get());
        if (in.needed() || out.needed()) {
            counters.noticed("engine_format_mismatch");
        }
        ready = true;
        history.forEach(turn -> send(OpenAiWire.item(turn)));
        outbox.forEach(this::send);
        outbox.clear();
        held.forEach(this::append);
        held.clear();
        events.accept(new CallEvent.EngineReady(Duration.ofNanos(System.nanoTime() - openedNanos)));
        ask();
    }

    private void failure(String code) {
        switch (code) {
            case "conversation_already_has_active_response" -> {
                replies.refused();
                ask();
            }
            case "session_expired" -> lost(EngineFault.of(Kind.EXPIRED));
            case "invalid_api_key" -> lost(EngineFault.of(Kind.AUTH));
            case "model_not_found", "beta_api_shape_disabled" -> lost(EngineFault.of(Kind.PROTOCOL));
            default -> {
                events.accept(new CallEvent.EngineComplained(code));
                if (!ready && created) {
                    // Our configuration was refused: this session will never come up.
                    lost(EngineFault.of(Kind.PROTOCOL));
                }
            }
        }
    }

    @Override
    public void onPong(WebSocketConnection from) {
        unanswered = false;
    }

    @Override
    public void onBinary(WebSocketConnection from, int length) {
        counters.noticed("engine_junk");
    }

    @Override
    public void onTooBig(WebSocketConnection from, long size) {
        fault = Optional.of(Kind.PROTOCOL);
    }

    @Override
    public void onError(WebSocketConnection from, Throwable error) {
        log.atError().setCause(error).log("fault while an engine event was handled");
    }

    @Override
    public void onClosed(WebSocketConnection from, int code, String reason) {
        lost(EngineFault.of(fault.orElse(Kind.CLOSED)));
    }
}
