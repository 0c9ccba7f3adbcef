package io.offhook.metrics;

import io.micrometer.core.instrument.Tags;
import io.offhook.call.Call;
import io.offhook.call.CallEffect;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallListener;
import io.offhook.call.CallRules;
import io.offhook.call.Step;
import io.offhook.call.Usage;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Measures one stream of one call. Lives on the call's event loop.
final class CallMeters implements CallListener {
    /// What the engine says in errors, failed and incomplete replies ("Realtime errors", "response.done").
    private static final Set<String> CODES = Set.of(
            "rate_limit_exceeded",
            "insufficient_quota",
            "server_error",
            "session_expired",
            "invalid_request_error",
            "invalid_value",
            "max_output_tokens",
            "content_filter",
            "response_cancel_not_active",
            "conversation_already_has_active_response",
            "item_truncate_invalid");

    private final Meters meters;
    private final String agent;
    private final String engine;
    private final String language;
    private boolean heard;
    private Optional<Instant> callerStopped = Optional.empty();
    private Optional<Instant> wordsAwaited = Optional.empty();
    private Optional<Instant> replyStarted = Optional.empty();

    CallMeters(Meters meters, String agent, String engine, String language) {
        this.meters = meters;
        this.agent = agent;
        this.engine = engine;
        this.language = language;
    }

    @Override
    public void on(Call before, CallEvent event, Step step, Instant now) {
        switch (event) {
            case CallEvent.CallerAudio _, CallEvent.MarkReached _ -> {
                return;
            }
            case CallEvent.CallerStoppedSpeaking _ -> {
                callerStopped = Optional.of(now);
                wordsAwaited = Optional.of(now);
                replyStarted = Optional.empty();
            }
            case CallEvent.CallerWords _ -> {
                wordsAwaited.ifPresent(stopped -> stage("transcription", stopped, now));
                wordsAwaited = Optional.empty();
            }
            case CallEvent.ReplyStarted _ -> {
                if (replyStarted.isEmpty()) {
                    callerStopped.ifPresent(stopped -> stage("turn-end", stopped, now));
                }
                replyStarted = Optional.of(now);
            }
            case CallEvent.EngineReady(var took, _) ->
                meters.time("offhook.engine.connect", Tags.of("engine", engine), took);
            case CallEvent.EngineLost(var fault) -> engineError(fault.slug());
            case CallEvent.EngineComplained(var code) -> engineError(known(code));
            case CallEvent.ToolFinished(var request, var outcome) ->
                meters.time(
                        "offhook.tool.duration",
                        Tags.of("tool", toolName(before, request.name()), "outcome", outcome.result()),
                        outcome.took());
            case CallEvent.ReplyEnded reply -> {
                reply.usage().ifPresent(usage -> charged(before.rules(), usage));
                if (reply.how() == ReplyEnd.FAILED || reply.how() == ReplyEnd.INCOMPLETE) {
                    engineError(known(reply.code()));
                }
            }
            case CallEvent.UsageCounted(var usage) -> charged(before.rules(), usage);
            default -> {}
        }
        if (!heard || callerStopped.isPresent()) {
            firstAudio(before, step, now);
        }
        // How a stream ended is counted where it is seen, with the streams that belong to no call.
        if (!(event instanceof CallEvent.StreamEnded)) {
            step.remarks().forEach(this::remark);
        }
    }

    /// The engine's words must not become labels without bound.
    static String known(String code) {
        return CODES.contains(code) ? code : "other";
    }

    /// The model can ask for tools that don't exist; those must not become labels.
    private static String toolName(Call call, String name) {
        return call.rules().tools().containsKey(name) ? name : "unknown";
    }

    private void firstAudio(Call call, Step step, Instant now) {
        boolean audio = step.effects().stream().anyMatch(CallEffect.PlayToCaller.class::isInstance);
        if (!audio) {
            return;
        }
        if (!heard) {
            heard = true;
            meters.firstAudio(call.id(), agent, Duration.between(call.since(), now));
        }
        callerStopped.ifPresent(stopped -> {
            meters.time(
                    "offhook.turn.latency",
                    Tags.of("agent", agent, "language", language),
                    Duration.between(stopped, now));
            replyStarted.ifPresent(started -> stage("model", started, now));
        });
        callerStopped = Optional.empty();
    }

    /// Parts of a turn: `turn-end` until the engine begins to answer, `model` from there to the first sound,
    /// `transcription` until the caller's words are written down. A tool's part is `offhook.tool.duration`.
    private void stage(String name, Instant from, Instant to) {
        meters.time(
                "offhook.turn.stage",
                Tags.of("agent", agent, "language", language, "stage", name),
                Duration.between(from, to));
    }

    private void remark(String slug) {
        switch (slug) {
            case "barge_in" -> meters.count("offhook.bargein", Tags.of("agent", agent), 1);
            case "silence" -> meters.count("offhook.silence", Tags.of("agent", agent), 1);
            case "media_gap" -> meters.count("offhook.stream.underruns", Tags.of("engine", engine), 1);
            default -> meters.noticed(slug);
        }
    }

    private void engineError(String type) {
        meters.count("offhook.engine.errors", Tags.of("engine", engine, "error.type", type), 1);
    }

    private void charged(CallRules rules, Usage usage) {
        tokens(usage.model(), "input", "text", usage.textIn());
        tokens(usage.model(), "input", "audio", usage.audioIn());
        tokens(usage.model(), "output", "text", usage.textOut());
        tokens(usage.model(), "output", "audio", usage.audioOut());
        if (!usage.transcribed().isZero()) {
            meters.count(
                    "offhook.transcribed.seconds",
                    Tags.of("model", usage.model()),
                    usage.transcribed().toMillis() / 1_000.0);
        }
        rules.cost(usage).ifPresent(cost -> {
            paid(usage.model(), "input", "text", cost.currency(), cost.textIn());
            paid(usage.model(), "input", "audio", cost.currency(), cost.audioIn());
            paid(usage.model(), "output", "text", cost.currency(), cost.textOut());
            paid(usage.model(), "output", "audio", cost.currency(), cost.audioOut());
        });
    }

    private void paid(String model, String direction, String modality, String currency, BigDecimal amount) {
        if (amount.signum() > 0) {
            meters.count(
                    "offhook.cost",
                    Tags.of("model", model, "direction", direction, "modality", modality, "currency", currency),
                    amount.doubleValue());
        }
    }

    private void tokens(String model, String direction, String modality, long amount) {
        if (amount > 0) {
            meters.count(
                    "offhook.tokens", Tags.of("model", model, "direction", direction, "modality", modality), (double) amount);
        }
    }
}
