package io.offhook.live;

import io.offhook.call.Call;
import io.offhook.call.Phase;
import io.offhook.call.Signals;
import io.offhook.call.Transcript;
import java.util.Optional;

/// What a new stream is to know of those before it.
///
/// @param returned what is known of a caller who comes back from a route; empty when the stream merely broke
record Past(Transcript history, Optional<Signals> returned) {

    static Past of(EntryState is) {
        var stream = is.live().map(LiveCall::call);
        var history = stream.map(Call::transcript).orElse(is.earlier().history());
        boolean away = stream.map(call -> call.phase() instanceof Phase.Transferred).orElse(true);
        return is.note()
                .filter(note -> away && history.place(note.item()) < 0)
                .map(note -> new Past(
                        history.with(note),
                        Optional.of(stream.map(Call::signals).orElse(Signals.NONE))))
                .orElseGet(() -> new Past(history, Optional.empty()));
    }
}
