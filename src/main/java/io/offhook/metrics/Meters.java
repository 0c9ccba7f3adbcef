package io.offhook.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.offhook.call.CallId;
import io.offhook.call.CallListener;
import io.offhook.store.Fact;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The server's meters. Any thread.
public final class Meters {
    /// Calls that the server places itself have no agent on them, and are not counted.
    static final String INBOUND = "inbound";

    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final CallTally tally = new CallTally(this);
    private final Set<String> shown = ConcurrentHashMap.newKeySet();

    /// Fresh meters of one call's stream.
    public CallListener watching(String agent, String engine, String language) {
        return new CallMeters(this, agent, engine, language);
    }

    /// Fresh meters of one call's stream in the words of OpenTelemetry, whose names may still change there.
    ///
    /// @param model the model that holds the conversation
    public CallListener inference(String provider, String model) {
        return new InferenceMeters(this, provider, model);
    }

    /// Counts what is being written down of a call.
    public void recorded(Fact fact) {
        tally.count(fact);
    }

    /// Counts a fault that was absorbed, such as `bad_signature`; `slug` is from a closed set.
    public void noticed(String slug) {
        count("offhook.notices", Tags.of("kind", slug), 1);
    }

    /// Counts a call that was not put through to the agent.
    public void refused(String reason) {
        count("offhook.calls.refused", Tags.of("reason", reason), 1);
    }

    public void gauge(String name, Supplier<Number> value) {
        gauge(name, Tags.empty(), value);
    }

    /// Shows how many calls this agent has on the line; a second time for the same agent changes nothing.
    public void active(String agent, Supplier<Number> calls) {
        if (shown.add(agent)) {
            gauge("offhook.calls.active", Tags.of("agent", agent, "direction", INBOUND), calls);
        }
    }

    private void gauge(String name, Tags tags, Supplier<Number> value) {
        Gauge.builder(name, value).tags(tags).register(registry);
    }

    /// The call's caller has heard the first sound.
    void firstAudio(CallId call, String agent, Duration took) {
        tally.firstAudio(call, agent, took);
    }

    void count(String name, Tags tags, double amount) {
        Counter.builder(name).tags(tags).register(registry).increment(amount);
    }

    void time(String name, Tags tags, Duration took) {
        Timer.builder(name).tags(tags).publishPercentileHistogram().register(registry).record(took);
    }

    /// @param bounds of the histogram
    void time(String name, Tags tags, Duration took, Duration... bounds) {
        Timer.builder(name).tags(tags).serviceLevelObjectives(bounds).register(registry).record(took);
    }

    /// All meters in Prometheus' text format.
    public String scrape() {
        return registry.scrape();
    }
}
