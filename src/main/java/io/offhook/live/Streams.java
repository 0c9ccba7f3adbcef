package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEvent;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.EngineFault;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.WarmTransfer;
import io.offhook.telephony.Leg;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives calls their streams: a `LiveCall` for each, with what is known from streams before, and everybody who watches.
/// What a stream changes for the call as a whole is noted in the call's entry.
final class Streams {
    private static final Logger LOG = LoggerFactory.getLogger(Streams.class);

    private final Vertx vertx;
    private final CallMachine machine;
    private final CallClock clock;
    private final Greetings greetings;
    private final UnaryOperator<String> hash;
    private final Admission admission;
    private final Logbook log;
    private final WarmTransfers warm;
    private final CallCounters counters;
    private final Watchers watchers;
    private final Executor workers;

    /// @param hash a stable name for a caller's number, which does not tell it
    Streams(
            Vertx vertx,
            CallMachine machine,
            CallClock clock,
            Greetings greetings,
            UnaryOperator<String> hash,
            Admission admission,
            Logbook log,
            WarmTransfers warm,
            CallCounters counters,
            Watchers watchers,
            Executor workers) {
        this.vertx = vertx;
        this.machine = machine;
        this.clock = clock;
        this.greetings = greetings;
        this.hash = hash;
        this.admission = admission;
        this.log = log;
        this.warm = warm;
        this.counters = counters;
        this.watchers = watchers;
        this.workers = workers;
    }

    /// Must be called on the event loop of the stream.
    ///
    /// @return where its events go; empty when the call has a stream already, or needs none
    Optional<Consumer<CallEvent>> open(Entry entry, Leg leg) {
        var plan = entry.plan();
        var live = new LiveCall(
                vertx.getOrCreateContext(),
                machine,
                clock,
                plan,
                Call.ringing(entry.id(), plan.rules(), entry.from(), entry.since(), clock.now()),
                entry.from().map(from -> hash.apply(from.e164())).orElse(""),
                leg,
                handoff -> log.file(handoff, plan),
                warm.of(entry),
                workers,
                counters,
                listeners(entry));
        return entry.attach(live, clock.now()).map(past -> {
            live.knows(entry::plan);
            admission.enter(entry);
            List<AudioFrame> greeting = plan.greetCached() && past.history().isEmpty()
                    ? greetings.recorded(plan).orElse(List.of())
                    : List.of();
            live.begin(past, greeting);
            return live::accept;
        });
    }

    /// Our own come first: what is stored does not depend on what others make of it.
    private List<CallListener> listeners(Entry entry) {
        var listeners = new ArrayList<CallListener>();
        listeners.add(log.recorder(entry));
        listeners.add((before, event, step, now) -> watch(entry, before, event, step.call(), now));
        try {
            listeners.addAll(watchers.of(entry.plan()));
        } catch (RuntimeException fault) {
            counters.noticed("watcher_failed");
            LOG.atError().addKeyValue("call", entry.id()).setCause(fault).log("no watchers for this call");
        }
        return listeners;
    }

    private void watch(Entry entry, Call before, CallEvent event, Call after, Instant now) {
        if (event instanceof CallEvent.EngineLost(var fault)
                && fault.kind() == EngineFault.Kind.RATE
                && !before.engine().ready()) {
            admission.engineRests(entry.plan().engine(), now.plus(fault.retryAfter().orElse(Duration.ofSeconds(1))));
        }
        if (!before.phase().equals(after.phase())) {
            switch (after.phase()) {
                case Phase.HandingOff(var handoff, _, _) -> entry.handedOff(handoff, now);
                case Phase.Transferred(var handoff, _) -> {
                    entry.handedOff(handoff, now);
                    admission.leave(entry);
                }
                case Phase.Ended(var disposition, _) -> {
                    entry.ended(disposition, now);
                    // The route may have gone on while the stream was still closing.
                    entry.settle(now).ifPresent(end -> log.ended(entry.id(), end));
                    admission.leave(entry);
                }
                case Phase.Conversing(var warm)
                when warm.filter(human -> human.state() == WarmTransfer.State.OVER).isPresent() ->
                    warm.ifPresent(human -> keptByAgent(entry, human, after, now));
                default -> entry.touched(now);
            }
        }
    }

    /// Nobody has taken the caller, who never left the agent. That counts like coming back to it.
    private void keptByAgent(Entry entry, WarmTransfer human, Call call, Instant now) {
        call.transcript().turns().stream()
                .filter(turn -> turn.item().equals(Route.RETURNED))
                .findFirst()
                .map(note -> new Back(note, human.handoff().at()))
                .filter(from -> !entry.cameBack() && entry.comesBack(from, now))
                .ifPresent(from -> {
                    var _ = log.returned(entry, from);
                });
    }
}
