package io.offhook.simulator;

import java.util.EnumMap;
import java.util.Map;

/// The faults that are switched on in one place: an engine or a session. May be used from any thread.
final class Faults {
    private static final int LASTING = Integer.MAX_VALUE;
    private final Map<EngineFault, Integer> remaining = new EnumMap<>(EngineFault.class);

    synchronized void inject(EngineFault fault) {
        remaining.put(fault, LASTING);
    }

    synchronized void inject(EngineFault fault, int times) {
        remaining.merge(fault, times, (old, more) -> old == LASTING ? LASTING : old + more);
    }

    synchronized void clear(EngineFault fault) {
        remaining.remove(fault);
    }

    synchronized void clear() {
        remaining.clear();
    }

    synchronized boolean lasting(EngineFault fault) {
        return remaining.getOrDefault(fault, 0) == LASTING;
    }

    /// Whether the fault strikes this time; one that was injected a number of times is used up by it.
    synchronized boolean strikes(EngineFault fault) {
        int times = remaining.getOrDefault(fault, 0);
        if (times == 0) {
            return false;
        }
        if (times == 1) {
            remaining.remove(fault);
        } else if (times != LASTING) {
            remaining.put(fault, times - 1);
        }
        return true;
    }
}
