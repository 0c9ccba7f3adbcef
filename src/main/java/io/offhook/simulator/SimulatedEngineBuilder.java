package io.offhook.simulator;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.regex.Pattern;

/// How a [SimulatedEngine] is put together. Not thread-safe; used once.
public final class SimulatedEngineBuilder {
    private static final List<Integer> DELTAS_MS = List.of(200, 300, 400);
    /// The realtime models that OpenAI lists.
    private static final Pattern PUBLISHED = Pattern.compile("gpt-realtime(-2025-08-28|-mini|-mini-2025-12-15|-1\\.5|-2|"
            + "-2\\.1|-2\\.1-mini)?|gpt-4o(-mini)?-realtime-preview.*");

    Optional<Vertx> vertx = Optional.empty();
    int port;
    String apiKey = "";
    Set<String> models = Set.of();
    Supplier<Dialogue> dialogues = ScriptedDialogue::new;
    SpeechSynthesis speech = new ToneSpeech();
    CaptionBook captions = CaptionBook.fromResources();
    double speed = 1;
    LongSupplier nanoTime = System::nanoTime;
    double pace = 4;
    List<Integer> deltasMs = DELTAS_MS;
    Duration sessionLength = Duration.ofMinutes(60);
    boolean recordAudio = true;

    SimulatedEngineBuilder() {}

    /// Runs on this Vert.x; one of its own with one event loop unless given.
    public SimulatedEngineBuilder vertx(Vertx shared) {
        vertx = Optional.of(shared);
        return this;
    }

    /// A free one unless given.
    public SimulatedEngineBuilder port(int wanted) {
        port = wanted;
        return this;
    }

    /// The only key that is accepted; any is unless given.
    public SimulatedEngineBuilder apiKey(String only) {
        apiKey = only;
        return this;
    }

    /// The only models that exist; those that OpenAI lists unless given.
    public SimulatedEngineBuilder models(String... only) {
        models = Set.of(only);
        return this;
    }

    boolean knows(String model) {
        return models.isEmpty() ? PUBLISHED.matcher(model).matches() : models.contains(model);
    }

    /// One dialogue for all sessions; a silent one unless given.
    public SimulatedEngineBuilder dialogue(Dialogue shared) {
        dialogues = () -> shared;
        return this;
    }

    /// A dialogue for each session.
    public SimulatedEngineBuilder dialogues(Supplier<Dialogue> each) {
        dialogues = each;
        return this;
    }

    public SimulatedEngineBuilder speech(SpeechSynthesis voice) {
        speech = voice;
        return this;
    }

    public SimulatedEngineBuilder captions(CaptionBook book) {
        captions = book;
        return this;
    }

    /// How much faster than the real clock thinking, producing, transcribing, idling and expiring go.
    public SimulatedEngineBuilder speed(double factor) {
        speed = factor;
        return this;
    }

    /// What the engine's time is counted with, in nanoseconds: the machine's own unless given.
    public SimulatedEngineBuilder time(LongSupplier source) {
        nanoTime = source;
        return this;
    }

    /// How much faster than real time audio is produced on the engine's clock: 4 unless given.
    public SimulatedEngineBuilder pace(double factor) {
        pace = factor;
        return this;
    }

    /// The length of every audio delta, from 20 ms to 1 s; 200, 300 and 400 ms in turn unless given.
    public SimulatedEngineBuilder deltas(Duration length) {
        if (length.toMillis() < 20 || length.toMillis() > 1_000) {
            throw new IllegalArgumentException("an audio delta lasts from 20 ms to 1 s, not " + length);
        }
        deltasMs = List.of((int) length.toMillis());
        return this;
    }

    public SimulatedEngineBuilder sessionLength(Duration length) {
        sessionLength = length;
        return this;
    }

    /// Whether audio is kept for inspection: yes unless given. Switch it off for load tests.
    public SimulatedEngineBuilder recordAudio(boolean keep) {
        recordAudio = keep;
        return this;
    }

    public SimulatedEngine start() {
        return SimulatedEngine.start(this);
    }
}
