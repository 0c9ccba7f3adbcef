package io.offhook.engine.demo;

import io.offhook.simulator.EngineFault;
import io.offhook.simulator.SimulatedEngine;
import io.offhook.simulator.SimulatedEngineBuilder;
import io.offhook.simulator.SpeechSynthesis;
import io.vertx.core.Vertx;
import java.net.URI;
import java.util.function.LongSupplier;

/// The offline engine: a realtime server in this process, on a loopback port, with a robotic voice and rehearsed
/// dialogues. Connect to it exactly as to the real service. Closing it ends its sessions.
public final class DemoEngine implements AutoCloseable {
    private static final String API_KEY = "sk-offhook-demo";
    /// Its own name in agent.yaml, and that of the agents that are tried with it instead of the real service.
    private static final String[] MODELS = {"demo", "gpt-realtime-2.1"};
    private final SimulatedEngine engine;

    private DemoEngine(SimulatedEngine engine) {
        this.engine = engine;
    }

    /// Starts with the voice and the dialogue that come with Offhook, on a Vert.x of its own.
    public static DemoEngine start() {
        return start(new FreeTtsSpeech(), 1);
    }

    /// @param speed how much faster than the real clock the engine thinks and speaks
    public static DemoEngine start(SpeechSynthesis speech, double speed) {
        return new DemoEngine(plan(speech, speed, System::nanoTime).start());
    }

    /// As above, on a Vert.x that is shared, and by somebody else's nanoseconds.
    public static DemoEngine start(Vertx vertx, SpeechSynthesis speech, double speed, LongSupplier time) {
        return new DemoEngine(plan(speech, speed, time).vertx(vertx).start());
    }

    private static SimulatedEngineBuilder plan(SpeechSynthesis speech, double speed, LongSupplier time) {
        var rules = Rules.fromResources();
        return SimulatedEngine.builder()
                .apiKey(API_KEY)
                .models(MODELS)
                .dialogues(() -> new RuleDialogue(rules))
                .speech(speech)
                .speed(speed)
                .time(time);
    }

    /// What takes the place of `https://api.openai.com/v1`.
    public URI baseUrl() {
        return engine.baseUrl();
    }

    public String apiKey() {
        return API_KEY;
    }

    /// Lets the caller of the newest session say a text.
    public void typed(String text) {
        engine.typed(text);
    }

    /// Switches a fault on, for the demonstration of what happens then.
    public void inject(EngineFault fault) {
        engine.inject(fault);
    }

    /// Lets a fault strike once.
    public void injectOnce(EngineFault fault) {
        engine.injectOnce(fault);
    }

    public void clearFaults() {
        engine.clearFaults();
    }

    /// The server itself: its sessions and everything that was said.
    public SimulatedEngine simulator() {
        return engine;
    }

    @Override
    public void close() {
        engine.close();
    }
}
