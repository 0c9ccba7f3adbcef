package io.offhook.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.offhook.call.CallListener;
import io.offhook.store.Fact;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Supplier;

/// The server's meters. Any thread.
public final class Meters {
    private final PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);

    private final CallTally tally = new CallTally(this);

    // The registry holds gauges weakly.
    private final List<Supplier<Number>> strong = new CopyOnWriteArrayList<>();

    /// Fresh meters of one call's stream.
    public CallListener watching(String agent, String engine, String language) {
        return new CallMeters(this, agent, engine, language);
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
        registry.gauge(name, value, supplier -> supplier.get().doubleValue());
        strong.add(value);
    }

    void count(String name, Tags tags, double amount) {
        Counter.builder(name).tags(tags).register(registry).increment(amount);
    }

    void time(String name, Tags tags, Duration took) {
        Timer.builder(name).tags(tags).publishPercentileHistogram().register(registry).record(took);
    }

    /// All meters in Prometheus' text format.
    public String scrape() {
        return registry.scrape();
    }
}
