package io.offhook.engine.openai;

import io.netty.buffer.ByteBuf;
import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.ContentId;
import io.offhook.call.EngineFault;
import io.offhook.call.EngineFault.Kind;
import io.offhook.call.Memory;
import io.offhook.call.ToolRequest;
import io.offhook.call.Turn;
import io.offhook.engine.Brief;
import io.offhook.engine.EngineSession;
import io.offhook.websocket.CloseCode;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketDialer;
import io.offhook.websocket.WebSocketListener;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One conversation with the Realtime API. Lives on the event loop of its call and is touched by nothing else. It says
/// what the engine did and decides nothing about the call; how long to wait for a silent engine is the call's affair.
///
/// ```
///   DIALLING --upgraded--> GREETING --session.created--> CONFIGURING --session.updated--> READY
///       +-----------------------+-----------------------------+-----------------------------+--> OVER
/// ```
///
/// Long, because everything here reads or changes the phase; what does not is in classes of its own.
public final class OpenAiSession implements EngineSession, WebSocketListener {
    private enum Phase {
        DIALLING,
        /// Connected; the engine has yet to say that there is a session.
        GREETING,
        /// The configuration is sent and not yet confirmed.
        CONFIGURING,
        READY,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(OpenAiSession.class);
    private static final int MAX_KEPT = 1_000;
    /// More than half a minute of audio: the engine does not read any more.
    private static final long MAX_QUEUED_BYTES = 512 << 10;

    private static final int MAX_CALL_IDS = 1_024;

    private final Vertx vertx;
    private final Context context;
    private final Brief brief;
    private final List<Memory> history;
    private final Consumer<CallEvent> events;
    private final Consumer<String> noticed;
    private final Timing timing;
    private final OpenAiWire wire;
    private final long openedNanos = System.nanoTime();
    private final Replies replies = new Replies();

    private Phase phase = Phase.DIALLING;
    private @Nullable WebSocketConnection connection;

    /// Items from before the session was ready, as they will be sent.
    private final List<String> kept = new ArrayList<>();

    private Transcoding hearing = new Transcoding(WireFormat.PCMU);
    private Transcoding speaking = new Transcoding(WireFormat.PCMU);
    private Optional<ContentId> spoken = Optional.empty();
    private final AgentWordsInProgress words = new AgentWordsInProgress();
    private final Set<String> requested = new LinkedHashSet<>();

    private Optional<Instant> expiresAt = Optional.empty();
    /// What an error said right before; the reason if the connection now ends.
    private Optional<Kind> suspicion = Optional.empty();

    private int silentBeats;
    private long beatTimer = -1;

    OpenAiSession(
            Vertx vertx,
            Brief brief,
            List<? extends Memory> history,
            Consumer<CallEvent> events,
            Consumer<String> noticed,
            Timing timing) {
        this.vertx = vertx;
        this.context = vertx.getOrCreateContext();
        this.brief = brief;
        this.history = List.copyOf(history);
        this.events = events;
        this.noticed = noticed;
        this.timing = timing;
        // Their answers may come before the session is ready.
        this.history.forEach(memory -> {
            if (memory instanceof Memory.ToolRun run) {
                noteRequest(run.request().id());
            }
        });
        this.wire = new OpenAiWire(brief.model(), new Options(brief.options()).transcription());
    }

    /// When the engine will end this session, as far as it has said.
    public Optional<Instant> expiresAt() {
        return expiresAt;
    }

    void dial(WebSocketDialer dialer, URI address, Map<String, String> headers) {
        try {
            dialer.dial(address, headers, Limits.dialling(), timing.handshake(), this)
                    .onSuccess(this::connected)
                    .onFailure(failure -> lose(Faults.ofDial(failure)));
        } catch (IllegalArgumentException unusable) {
            LOG.atError().addKeyValue("reason", unusable.getMessage()).log("engine cannot be dialled");
            // Later, because whoever opens the session does not have it yet.
            context.runOnContext(_ -> lose(EngineFault.of(Kind.PROTOCOL)));
        }
    }

    // --- what the call wants ---

    @Override
    public void hear(AudioFrame frame) {
        if (phase == Phase.READY) {
            sendAudio(frame);
        } else if (phase != Phase.OVER) {
            noticed.accept("engine_audio_dropped");
        }
    }

    @Override
    public void say(String text) {
        if (phase != Phase.OVER) {
            ask(replies.say(text));
        }
    }

    @Override
    public void sayIn(String language, String text) {
        if (phase != Phase.OVER) {
            ask(replies.sayIn(language, text));
        }
    }

    @Override
    public void respond() {
        if (phase != Phase.OVER) {
            ask(replies.respond());
        }
    }

    @Override
    public void cancel() {
        if (phase == Phase.READY && replies.busy()) {
            send(OpenAiWire.cancel());
        }
    }

    @Override
    public void truncate(ContentId content, Duration heard) {
        // An item of an earlier session means nothing to one that has just begun.
        if (phase == Phase.READY) {
            send(OpenAiWire.truncate(content, heard));
        }
    }

    @Override
    public void tell(Turn turn) {
        add(OpenAiWire.remember(turn));
    }

    @Override
    public void summarise(String prompt) {
        if (phase == Phase.READY) {
            send(OpenAiWire.summarise(prompt));
        }
    }

    @Override
    public void toolResult(ToolRequest request, String answer) {
        if (!requested.contains(request.id())) {
            // Asked for in an earlier session; without the request the answer would be refused.
            add(OpenAiWire.rememberRequest(request));
            noteRequest(request.id());
        }
        add(OpenAiWire.toolAnswer(request, answer));
    }

    @Override
    public void close() {
        if (phase != Phase.OVER) {
            end();
        }
    }

    private void add(String item) {
        if (phase == Phase.READY) {
            send(item);
        } else if (phase != Phase.OVER) {
            if (kept.size() < MAX_KEPT) {
                kept.add(item);
            } else {
                noticed.accept("engine_item_dropped");
            }
        }
    }

    private void ask(Optional<Replies.Order> order) {
        if (order.isPresent()) {
            send(OpenAiWire.ask(order.get()));
        }
    }

    private void send(String event) {
        if (connection != null) {
            connection.sendText(event);
        }
    }

    private void sendAudio(AudioFrame frame) {
        var socket = connection;
        if (socket == null) {
            return;
        }
        if (socket.queuedBytes() > MAX_QUEUED_BYTES) {
            noticed.accept("engine_audio_dropped");
            return;
        }
        byte[] base64 = hearing.toEngine(frame);
        socket.sendText(OpenAiWire.APPEND_BEGINS, base64, 0, base64.length, OpenAiWire.APPEND_ENDS);
    }

    // --- the socket ---

    /// Called with the first sign of the connection: the dialler's answer, or a message that came along with it.
    private void connected(WebSocketConnection opened) {
        if (phase == Phase.OVER) {
            opened.close(CloseCode.NORMAL, "");
        } else if (phase == Phase.DIALLING) {
            connection = opened;
            phase = Phase.GREETING;
            nextBeat();
        }
    }

    /// One at a time: a periodic timer makes up for the beats of a pause of the machine, in which nothing was read.
    private void nextBeat() {
        beatTimer = vertx.setTimer(timing.beat().toMillis(), _ -> beat());
    }

    private void beat() {
        silentBeats++;
        if (silentBeats >= Timing.LOST_BEATS) {
            lose(EngineFault.of(Kind.STALL));
            return;
        }
        if (silentBeats == Timing.PING_BEATS && connection != null) {
            connection.ping();
        }
        if (phase != Phase.OVER) {
            nextBeat();
        }
    }

    @Override
    public void onPong(WebSocketConnection from) {
        silentBeats = 0;
    }

    @Override
    public void onText(WebSocketConnection from, ByteBuf payload) {
        connected(from);
        if (phase != Phase.OVER) {
            silentBeats = 0;
            on(wire.decode(payload));
        }
    }

    @Override
    public void onBinary(WebSocketConnection from, int length) {
        noticed.accept("engine_malformed_event");
    }

    @Override
    public void onTooBig(WebSocketConnection from, long size) {
        noticed.accept("engine_frame_too_big");
        suspicion = Optional.of(Kind.PROTOCOL);
    }

    @Override
    public void onError(WebSocketConnection from, Throwable error) {
        suspicion = Optional.of(Kind.CLOSED);
        LOG.atError().setCause(error).log("engine session failed");
    }

    @Override
    public void onClosed(WebSocketConnection from, int code, String reason) {
        if (phase != Phase.OVER) {
            lose(EngineFault.of(suspicion.orElseGet(() -> Faults.ofClose(code))));
        }
    }

    // --- what the engine says ---

    private void on(OpenAiEvent event) {
        if (!(event instanceof OpenAiEvent.Complaint)) {
            suspicion = Optional.empty();
        }
        switch (event) {
            case OpenAiEvent.Audio audio -> audio(audio.content(), audio.base64());
            case OpenAiEvent.SessionCreated created -> created(created);
            case OpenAiEvent.SessionUpdated updated -> updated(updated);
            case OpenAiEvent.AudioEnded(var content) -> emit(new CallEvent.AgentAudioEnded(content));
            case OpenAiEvent.WordsPiece(var content, var text) -> {
                if (!words.add(content, text)) {
                    noticed.accept("engine_words_dropped");
                }
            }
            case OpenAiEvent.Words(var content, var text) -> {
                words.completed(content);
                emit(new CallEvent.AgentWords(content, text));
            }
            case OpenAiEvent.ReplyBegan(var reply) -> {
                replies.began(reply);
                emit(new CallEvent.ReplyStarted(reply));
            }
            case OpenAiEvent.ReplyDone done -> replyDone(done);
            case OpenAiEvent.Summary(var digest, var usage) -> {
                usage.ifPresent(counted -> emit(new CallEvent.UsageCounted(counted)));
                if (digest.isEmpty()) {
                    noticed.accept("engine_summary_unusable");
                }
                emit(new CallEvent.SummaryWritten(digest));
            }
            case OpenAiEvent.SpeechStarted(var item) -> {
                replies.callerStarted();
                emit(new CallEvent.CallerStartedSpeaking(item));
            }
            case OpenAiEvent.SpeechStopped(var item) -> {
                replies.callerStopped();
                emit(new CallEvent.CallerStoppedSpeaking(item));
            }
            case OpenAiEvent.CallerSaid(var item, var text, var usage) -> {
                emit(new CallEvent.CallerWords(item, text));
                usage.ifPresent(counted -> emit(new CallEvent.UsageCounted(counted)));
            }
            case OpenAiEvent.LimitsReached(var names) -> names.forEach(name -> {
                noticed.accept("engine_limit_" + name);
                emit(new CallEvent.EngineLimited(name));
            });
            case OpenAiEvent.Complaint complaint -> complained(complaint);
            case OpenAiEvent.Irrelevant _ -> {}
            case OpenAiEvent.Unknown _ -> noticed.accept("engine_unknown_event");
            case OpenAiEvent.Malformed _ -> noticed.accept("engine_malformed_event");
        }
    }

    private void created(OpenAiEvent.SessionCreated created) {
        if (phase == Phase.GREETING) {
            phase = Phase.CONFIGURING;
            expiresAt = created.expiresAt();
            send(OpenAiWire.sessionUpdate(brief));
        }
    }

    private void updated(OpenAiEvent.SessionUpdated updated) {
        if (phase != Phase.CONFIGURING) {
            return;
        }
        if (updated.input().isEmpty() || updated.output().isEmpty()) {
            // Audio in a format that we can't read would be noise in the caller's ear.
            noticed.accept("format_mismatch");
            lose(EngineFault.of(Kind.PROTOCOL));
            return;
        }
        if (updated.input().get() != WireFormat.PCMU || updated.output().get() != WireFormat.PCMU) {
            noticed.accept("format_mismatch");
            hearing = new Transcoding(updated.input().get());
            speaking = new Transcoding(updated.output().get());
        }
        expiresAt = updated.expiresAt().or(() -> expiresAt);
        phase = Phase.READY;
        history.forEach(this::remember);
        kept.forEach(this::send);
        kept.clear();
        emit(new CallEvent.EngineReady(
                Duration.ofNanos(System.nanoTime() - openedNanos),
                expiresAt.map(at -> Duration.between(Instant.now(), at))));
        // What the caller said meanwhile has come in answer; a reply that was asked for before is to know it.
        if (phase == Phase.READY) {
            ask(replies.open());
        }
    }

    private void remember(Memory memory) {
        switch (memory) {
            case Turn turn -> {
                if (!turn.text().isBlank()) {
                    send(OpenAiWire.remember(turn));
                }
            }
            case Memory.ToolRun run -> {
                send(OpenAiWire.rememberRequest(run.request()));
                run.answer().ifPresent(answer -> send(OpenAiWire.toolAnswer(run.request(), answer)));
            }
        }
    }

    private void audio(ContentId content, byte[] base64) {
        if (phase != Phase.READY) {
            noticed.accept("engine_malformed_event");
            return;
        }
        if (spoken.isEmpty() || !spoken.get().equals(content)) {
            spoken = Optional.of(content);
            speaking.restart();
        }
        var frame = speaking.fromEngine(base64);
        if (frame.size() > 0) {
            emit(new CallEvent.AgentAudio(content, frame));
        }
    }

    /// Hands on the words of contents that will get no more.
    private void release(Optional<String> reply) {
        words.take(reply).forEach((content, text) -> emit(new CallEvent.AgentWords(content, text)));
    }

    private void replyDone(OpenAiEvent.ReplyDone done) {
        if (!replies.endIsNews(done.reply())) {
            return;
        }
        release(Optional.of(done.reply()));
        var fresh = done.requests().stream().filter(request -> noteRequest(request.id())).toList();
        var order = replies.ended(done.reply());
        emit(new CallEvent.ReplyEnded(done.reply(), done.how(), done.code(), fresh, done.usage()));
        ask(order);
    }

    /// Whether the request is a new one.
    private boolean noteRequest(String id) {
        if (requested.size() == MAX_CALL_IDS) {
            requested.remove(requested.iterator().next());
        }
        return requested.add(id);
    }

    private void complained(OpenAiEvent.Complaint complaint) {
        boolean configuring = phase == Phase.CONFIGURING && complaint.eventId().equals(OpenAiWire.SESSION_UPDATE_ID);
        emit(new CallEvent.EngineComplained(complaint.code()));
        switch (complaint.code()) {
            case "session_expired" -> lose(EngineFault.of(Kind.EXPIRED));
            case "invalid_api_key" -> lose(EngineFault.of(Kind.AUTH));
            case "model_not_found", "beta_api_shape_disabled" -> lose(EngineFault.of(Kind.PROTOCOL));
            case "conversation_already_has_active_response" -> replies.refusedAsAnotherRuns(complaint.eventId());
            case "response_cancel_not_active" -> ask(replies.nothingRan());
            case "rate_limit_exceeded", "insufficient_quota" -> suspicion = Optional.of(Kind.RATE);
            case "server_error" -> suspicion = Optional.of(Kind.SERVER_ERROR);
            default -> {
                if (configuring) {
                    lose(EngineFault.of(Kind.PROTOCOL));
                }
            }
        }
        if (phase == Phase.READY) {
            ask(replies.refused(complaint.eventId()));
        }
    }

    // --- the end ---

    private void lose(EngineFault fault) {
        if (phase == Phase.OVER) {
            return;
        }
        release(Optional.empty());
        if (phase == Phase.OVER) {
            return;
        }
        end();
        events.accept(new CallEvent.EngineLost(fault));
    }

    /// Whoever takes an event may close the session; it hears nothing more then.
    private void emit(CallEvent event) {
        if (phase != Phase.OVER) {
            events.accept(event);
        }
    }

    private void end() {
        phase = Phase.OVER;
        vertx.cancelTimer(beatTimer);
        kept.clear();
        words.clear();
        if (connection != null) {
            connection.close(CloseCode.NORMAL, "");
        }
    }
}
