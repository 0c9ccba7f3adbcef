package io.offhook.metrics;

import io.micrometer.core.instrument.Tags;
import io.offhook.call.Call;
import io.offhook.call.CallEffect;
import io.offhook.call.CallEvent;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallListener;
import io.offhook.call.Step;
import io.offhook.call.Usage;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.stream.IntStream;

/// The replies of one engine session in the words of OpenTelemetry's conventions for generative AI, as far as they go
/// today. Lives on the call's event loop.
final class InferenceMeters implements CallListener {
    private static final String PREFIX = "gen_ai.client.inference.";
    private static final String CHAT = "chat";
    /// Has no name of its own there.
    private static final String TRANSCRIPTION = "transcription";

    /// Doubling from 10 ms on: the bounds that the conventions advise.
    private static final Duration[] BOUNDS = IntStream.range(0, 14)
            .mapToObj(power -> Duration.ofMillis(10L << power))
            .toArray(Duration[]::new);

    private final Meters meters;
    private final String provider;
    private final String model;
    private Optional<Instant> asked = Optional.empty();
    private Optional<Running> running = Optional.empty();

    /// @param since when the engine was asked, by us or by the caller's silence
    private record Running(String reply, Instant since, boolean silent) {}

    InferenceMeters(Meters meters, String provider, String model) {
        this.meters = meters;
        this.provider = provider;
        this.model = model;
    }

    @Override
    public void on(Call before, CallEvent event, Step step, Instant now) {
        switch (event) {
            case CallEvent.CallerAudio _, CallEvent.MarkReached _ -> {
                return;
            }
            case CallEvent.CallerStoppedSpeaking _ -> asked = Optional.of(now);
            case CallEvent.ReplyStarted(var reply) -> {
                running = Optional.of(new Running(reply, asked.orElse(now), true));
                asked = Optional.empty();
            }
            case CallEvent.AgentAudio(var content, _) ->
                running.filter(it -> it.silent() && it.reply().equals(content.reply())).ifPresent(it -> {
                    time("time_to_first_chunk", tags(CHAT, model), it.since(), now);
                    running = Optional.of(new Running(it.reply(), it.since(), false));
                });
            case CallEvent.ReplyEnded ended -> {
                over(Optional.of(ended.reply()), ended.how() == ReplyEnd.FAILED ? CallMeters.known(ended.code()) : "", now);
                ended.usage().ifPresent(this::charged);
            }
            case CallEvent.EngineLost(var fault) -> {
                over(Optional.empty(), fault.slug(), now);
                asked = Optional.empty();
            }
            case CallEvent.UsageCounted(var usage) -> charged(usage);
            default -> {}
        }
        // A plain loop, since every piece of the agent's audio comes by here.
        for (var effect : step.effects()) {
            if (asks(effect)) {
                asked = Optional.of(now);
            }
        }
    }

    private static boolean asks(CallEffect effect) {
        return effect instanceof CallEffect.Say || effect instanceof CallEffect.AskForReply;
    }

    /// An empty `error.type` is none: in Prometheus every series of a meter has the same labels.
    private void over(Optional<String> reply, String error, Instant now) {
        running.filter(it -> reply.map(it.reply()::equals).orElse(true)).ifPresent(it -> {
            time("duration", tags(CHAT, model).and("error.type", error), it.since(), now);
            running = Optional.empty();
        });
    }

    private void charged(Usage usage) {
        var operation = usage.model().equals(model) ? CHAT : TRANSCRIPTION;
        var tags = tags(operation, usage.model());
        tokens("usage.input_tokens", tags, "text", usage.textIn());
        tokens("usage.input_tokens", tags, "audio", usage.audioIn());
        tokens("usage.output_tokens", tags, "text", usage.textOut());
        tokens("usage.output_tokens", tags, "audio", usage.audioOut());
    }

    private Tags tags(String operation, String ofModel) {
        return Tags.of(
                "gen_ai.operation.name", operation, "gen_ai.provider.name", provider, "gen_ai.request.model", ofModel);
    }

    private void tokens(String name, Tags tags, String modality, long amount) {
        if (amount > 0) {
            meters.count(PREFIX + name, tags.and("gen_ai.token.modality", modality), (double) amount);
        }
    }

    private void time(String name, Tags tags, Instant from, Instant to) {
        meters.time(PREFIX + name, tags, Duration.between(from, to), BOUNDS);
    }
}
