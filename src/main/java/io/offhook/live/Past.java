package io.offhook.live;

import io.offhook.call.Bill;
import io.offhook.call.Phase;
import io.offhook.call.Signals;
import io.offhook.call.Transcript;

/// What a new stream is to know of those before it, on whatever node: what was said, what has shown up, and what was
/// charged.
record Past(Transcript history, Signals signals, Bill bill) {
    static final Past NOTHING = new Past(Transcript.EMPTY, Signals.NONE, Bill.NONE);

    /// @param is how the call stands without its new stream
    static Past of(EntryState is) {
        var past = is.past();
        boolean away = is.live()
                .map(live -> live.call().phase() instanceof Phase.Transferred)
                .orElse(true);
        // Of a caller who comes back from a route, the agent is told so once.
        return is.back()
                .map(Back::note)
                .filter(note -> away && past.history().place(note.item()) < 0)
                .map(note -> new Past(past.history().with(note), past.signals().returned(), past.bill()))
                .orElse(past);
    }
}
