package io.offhook.cli;

import io.offhook.simulator.CannedCaller;
import java.util.Iterator;

/// The canned callers, for help and completion.
final class CallerNames implements Iterable<String> {
    @Override
    public Iterator<String> iterator() {
        return CannedCaller.all().stream().map(CannedCaller::name).iterator();
    }
}
