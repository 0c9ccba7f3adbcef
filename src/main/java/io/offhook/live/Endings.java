package io.offhook.live;

import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.call.Disposition;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/// How calls end: by the provider's last word, by a message that was left, or because nobody asks about them any more.
/// Each end is written down once for each thing that it turns out to be. Any thread.
final class Endings {
    private static final Duration DETACHED_LIFE = Duration.ofSeconds(15);
    private static final Duration RINGING_LIFE = Duration.ofMinutes(2);
    private static final Duration ENDED_LIFE = Duration.ofMinutes(1);
    /// After the provider's last word on a call, its word on the last step of the route may still be on its way.
    private static final Duration LATE_WORD = Duration.ofMillis(1_500);

    private static final Duration LONGEST_CALL = Duration.ofHours(25);

    private final KnownCalls calls;
    private final Admission admission;
    private final WarmTransfers warm;
    private final Logbook log;
    private final CallClock clock;

    Endings(KnownCalls calls, Admission admission, WarmTransfers warm, Logbook log, CallClock clock) {
        this.calls = calls;
        this.admission = admission;
        this.warm = warm;
        this.log = log;
        this.clock = clock;
    }

    /// The provider says that a call is over.
    ///
    /// @param found empty when nothing else is known of it
    void over(CallId id, Optional<Entry> found) {
        found.ifPresentOrElse(this::over, () -> log.ended(id, new Entry.End(Disposition.HUNG_UP, clock.now())));
    }

    void over(Entry entry) {
        var live = entry.live().filter(LiveCall::onLine);
        if (live.isPresent()) {
            entry.touched(clock.now());
            live.get().post(new CallEvent.CallOver("completed"));
            return;
        }
        warm.callerLeft(entry.id(), entry.handoff().isPresent());
        boolean first = !entry.over();
        entry.providerSaysOver(clock.now());
        admission.leave(entry);
        if (entry.decided()) {
            var _ = settle(entry);
        } else if (first) {
            log.phase(entry.id(), clock.now(), "ended");
        }
    }

    /// Keeps nothing of the call on this node, so that another one of this id finds nothing in its way.
    void forget(Entry entry) {
        calls.forget(entry);
        warm.forget(entry.id());
    }

    /// The caller has left a message.
    ///
    /// @return completes with whether what that changes is stored
    CompletionStage<Boolean> recorded(Entry entry) {
        entry.recorded();
        return correct(entry);
    }

    /// Something has become known of the call that changes how it ended, if it has ended.
    CompletionStage<Boolean> correct(Entry entry) {
        return entry.over() ? settle(entry) : Logbook.NO_NEWS;
    }

    /// Writes down how those calls ended whose last word is still out.
    void settle() {
        calls.all().stream()
                .filter(entry -> entry.unsettled(Duration.ZERO, clock.now()))
                .forEach(this::settle);
    }

    private CompletionStage<Boolean> settle(Entry entry) {
        return entry.settle(clock.now())
                .map(end -> log.ended(entry.id(), end))
                .orElse(Logbook.NO_NEWS);
    }

    /// Ends what nobody will ask about any more.
    void sweep() {
        calls.all().forEach(this::sweep);
    }

    private void sweep(Entry entry) {
        var now = clock.now();
        var idle = entry.idle(now);
        if (entry.unsettled(LATE_WORD, now)) {
            var _ = settle(entry);
        } else if (entry.over()) {
            if (idle.compareTo(ENDED_LIFE) > 0) {
                admission.leave(entry);
                forget(entry);
            }
        } else if (entry.onLine()) {
            return;
        } else if (entry.handoff().isPresent()) {
            fail(entry, idle.compareTo(LONGEST_CALL) > 0, "forgotten");
        } else if (entry.live().isPresent()) {
            fail(entry, idle.compareTo(DETACHED_LIFE) > 0, "stream_lost");
        } else {
            fail(entry, idle.compareTo(RINGING_LIFE) > 0, "stream_failed");
        }
    }

    private void fail(Entry entry, boolean due, String reason) {
        if (due) {
            var _ = calls.current(entry.id()).thenAccept(_ -> fail(entry, reason));
        }
    }

    private void fail(Entry entry, String reason) {
        admission.leave(entry);
        if (calls.moved(entry)) {
            forget(entry);
        } else if (!entry.over()) {
            var end = new Entry.End(new Disposition(Disposition.Outcome.FAILED, reason), clock.now());
            entry.ended(end.disposition(), end.at());
            var _ = log.ended(entry.id(), end);
        }
    }
}
