package io.offhook.live;

import io.offhook.call.CallId;
import io.offhook.store.Attempt;
import io.offhook.store.Attempts;
import io.offhook.store.StoreException;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.UnaryOperator;

/// What several nodes have in common, in memory; it may be down.
final class InMemoryAttempts implements Attempts {
    volatile boolean down;
    /// Runs once, when a change was made and whoever made it does not know yet.
    final AtomicReference<Runnable> changed = new AtomicReference<>(() -> {});
    /// So many changes fail.
    final AtomicInteger failing = new AtomicInteger();
    private final ConcurrentHashMap<List<Object>, Attempt> rows = new ConcurrentHashMap<>();

    private static List<Object> key(CallId call, int number) {
        return List.of(call, number);
    }

    private void asked() {
        if (down) {
            throw StoreException.unavailable("ask", new IllegalStateException("down"));
        }
    }

    @Override
    public boolean begin(Attempt fresh) {
        asked();
        return rows.putIfAbsent(key(fresh.call(), fresh.number()), fresh) == null;
    }

    @Override
    public Optional<Change> change(CallId call, int number, UnaryOperator<Attempt> rule) {
        if (failing.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
            throw StoreException.unavailable("change", new IllegalStateException("down"));
        }
        asked();
        var change = new AtomicReference<Optional<Change>>(Optional.empty());
        rows.computeIfPresent(key(call, number), (_, before) -> {
            var after = rule.apply(before);
            change.set(Optional.of(new Change(before, after)));
            return after;
        });
        changed.getAndSet(() -> {}).run();
        return change.get();
    }

    @Override
    public List<Attempt> of(Collection<CallId> calls) {
        asked();
        return rows.values().stream()
                .filter(row -> calls.contains(row.call()))
                .sorted(Comparator.comparingInt(Attempt::number))
                .toList();
    }
}
