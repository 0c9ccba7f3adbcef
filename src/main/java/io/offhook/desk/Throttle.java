package io.offhook.desk;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Counts what a source does wrong, and says when it has done so too often in a minute. Any thread; remembers a bounded
/// number of sources.
public final class Throttle {
    private static final Duration WINDOW = Duration.ofMinutes(1);
    private static final int MOST_SOURCES = 10_000;

    private final int most;
    private final InstantSource clock;
    private final Map<String, Window> windows = new LinkedHashMap<>();

    private record Window(Instant until, int wrong) {}

    public Throttle(int most, InstantSource clock) {
        this.most = most;
        this.clock = clock;
    }

    /// How long the source has to wait; empty when it may go on.
    public synchronized Optional<Duration> wait(String source) {
        return Optional.ofNullable(windows.get(source))
                .filter(window -> window.wrong() >= most)
                .map(window -> Duration.between(clock.instant(), window.until()))
                .filter(Duration::isPositive);
    }

    public synchronized void wrong(String source) {
        var now = clock.instant();
        windows.merge(
                source,
                new Window(now.plus(WINDOW), 1),
                (old, fresh) -> old.until().isAfter(now) ? new Window(old.until(), old.wrong() + 1) : fresh);
        if (windows.size() > MOST_SOURCES) {
            windows.remove(windows.keySet().iterator().next());
        }
    }
}
