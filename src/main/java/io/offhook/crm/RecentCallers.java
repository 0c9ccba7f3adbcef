package io.offhook.crm;

import io.offhook.call.PhoneNumber;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.LongSupplier;

/// Look-ups of the last half minute, running ones too, so that a repeated webhook or a second call asks nobody twice.
/// Any thread; bounded.
final class RecentCallers {
    private static final int MOST = 10_000;
    private static final long LIFE = Duration.ofSeconds(30).toNanos();

    private final LongSupplier nanos;
    private final Map<PhoneNumber, Kept> kept = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<PhoneNumber, Kept> eldest) {
            return size() > MOST;
        }
    });

    private record Kept(CompletableFuture<Optional<Caller>> found, long until) {}

    RecentCallers(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /// The look-up under way or done for this number, or else `fresh`, which is then the one.
    CompletableFuture<Optional<Caller>> orElse(PhoneNumber number, CompletableFuture<Optional<Caller>> fresh) {
        long now = nanos.getAsLong();
        var mine = new Kept(fresh, now + LIFE);
        return kept.merge(number, mine, (there, given) -> there.until - now > 0 ? there : given)
                .found();
    }

    void forget(PhoneNumber number) {
        kept.remove(number);
    }
}
