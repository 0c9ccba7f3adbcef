package io.offhook.engine.openai;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.offhook.call.EngineFault;
import io.offhook.call.EngineFault.Kind;
import io.offhook.engine.Brief;
import io.offhook.websocket.CloseCode;
import io.offhook.websocket.DialFailed;
import io.offhook.websocket.Limits;
import io.offhook.websocket.WebSocketConnection;
import io.offhook.websocket.WebSocketDialer;
import io.offhook.websocket.WebSocketListener;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Opens a session as a call does, waits until the engine has taken the agent's configuration, and closes it again.
/// Nothing is said in it, so it costs nothing. Unlike a call it tells what exactly the engine refuses; used by one thread.
public final class SessionTrial implements AutoCloseable {
    /// What became of a trial.
    public sealed interface Outcome {
        record Opened(Duration took) implements Outcome {}

        /// An HTTP answer in place of a WebSocket.
        record Answered(int status) implements Outcome {}

        /// The engine's error.
        ///
        /// @param code    a slug, such as `invalid_value`
        /// @param setting where in the session's configuration, such as `session.audio.output.voice`; empty when unknown
        /// @param message the engine's words in one line, bounded; empty when it has none
        record Refused(String code, String setting, String message) implements Outcome {}

        /// No answer at all, or an end before there was one.
        record Failed(EngineFault fault) implements Outcome {}
    }

    private static final Pattern SETTING = Pattern.compile("[A-Za-z0-9_.\\[\\]]{1,200}");
    private static final int MAX_MESSAGE = 300;

    private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));
    private final WebSocketDialer dialer = new WebSocketDialer(vertx);
    private final URI baseUrl;
    private final String apiKey;

    public SessionTrial(URI baseUrl, String apiKey) {
        this.baseUrl = baseUrl;
        this.apiKey = apiKey;
    }

    /// @param patience for all of it
    public Outcome of(Brief brief, Duration patience) throws InterruptedException {
        var attempt = new Attempt(brief);
        vertx.runOnContext(_ -> attempt.dial(patience));
        try {
            return attempt.outcome.get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException _) {
            return new Outcome.Failed(EngineFault.of(Kind.TIMEOUT));
        } catch (ExecutionException e) {
            throw new IllegalStateException("a trial always comes to an outcome", e);
        }
    }

    @Override
    public void close() {
        var _ = vertx.close();
    }

    private final class Attempt implements WebSocketListener {
        private final Brief brief;
        private final OpenAiWire wire;
        private final long begun = System.nanoTime();
        private final CompletableFuture<Outcome> outcome = new CompletableFuture<>();

        Attempt(Brief brief) {
            this.brief = brief;
            this.wire = new OpenAiWire(brief.model(), new Options(brief.options()).transcription());
        }

        void dial(Duration patience) {
            try {
                dialer.dial(
                                OpenAiEngine.address(baseUrl, brief.model()),
                                OpenAiEngine.headers(apiKey, brief.caller()),
                                Limits.dialling(),
                                patience,
                                this)
                        .onFailure(failure -> outcome.complete(
                                failure instanceof DialFailed dial && dial.status().isPresent()
                                        ? new Outcome.Answered(dial.status().getAsInt())
                                        : new Outcome.Failed(Faults.ofDial(failure))));
            } catch (IllegalArgumentException unusable) {
                outcome.complete(new Outcome.Failed(EngineFault.of(Kind.PROTOCOL)));
            }
        }

        @Override
        public void onText(WebSocketConnection from, ByteBuf payload) {
            switch (wire.decode(payload)) {
                case OpenAiEvent.SessionCreated _ -> from.sendText(OpenAiWire.sessionUpdate(brief));
                case OpenAiEvent.SessionUpdated updated ->
                    end(
                            from,
                            updated.input().isPresent() && updated.output().isPresent()
                                    ? new Outcome.Opened(Duration.ofNanos(System.nanoTime() - begun))
                                    : new Outcome.Failed(EngineFault.of(Kind.PROTOCOL)));
                case OpenAiEvent.Complaint complaint ->
                    end(from, refusal(complaint.code(), ByteBufUtil.getBytes(payload)));
                default -> {}
            }
        }

        /// What the engine says goes to a terminal.
        private static Outcome refusal(String code, byte[] event) {
            var error = JsonMapper.shared().readTree(event).path("error");
            var message = text(error, "message").replaceAll("[\\s\\p{C}]+", " ").strip();
            var setting = text(error, "param");
            return new Outcome.Refused(
                    code,
                    SETTING.matcher(setting).matches() ? setting : "",
                    message.length() > MAX_MESSAGE ? message.substring(0, MAX_MESSAGE) + "…" : message);
        }

        private static String text(JsonNode error, String field) {
            var value = error.path(field);
            return value.isString() ? value.stringValue() : "";
        }

        private void end(WebSocketConnection connection, Outcome how) {
            outcome.complete(how);
            connection.close(CloseCode.NORMAL, "");
        }

        @Override
        public void onError(WebSocketConnection from, Throwable error) {
            outcome.complete(new Outcome.Failed(EngineFault.of(Kind.PROTOCOL)));
        }

        @Override
        public void onClosed(WebSocketConnection from, int code, String reason) {
            outcome.complete(new Outcome.Failed(EngineFault.of(Faults.ofClose(code))));
        }
    }
}
