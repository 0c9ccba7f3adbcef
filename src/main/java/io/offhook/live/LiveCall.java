package io.offhook.live;

import io.offhook.call.AudioFrame;
import io.offhook.call.Call;
import io.offhook.call.CallEffect;
import io.offhook.call.CallEvent;
import io.offhook.call.CallListener;
import io.offhook.call.CallMachine;
import io.offhook.call.Handoff;
import io.offhook.call.Memory;
import io.offhook.call.Phase;
import io.offhook.call.Step;
import io.offhook.crm.Caller;
import io.offhook.engine.EngineSession;
import io.offhook.telephony.Leg;
import io.vertx.core.Context;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Owns one call while it has a stream: keeps its state, gives it events one at a time, performs what the machine
/// orders. Decides nothing. Everything runs on the event loop of the stream; `post` and `call` are for other threads.
final class LiveCall {
    private static final Logger LOG = LoggerFactory.getLogger(LiveCall.class);

    private final Context context;
    private final CallMachine machine;
    private final CallClock clock;
    private final String callerHash;
    private final Leg leg;
    private final Filing filing;
    private final Consulting consulting;
    private final Executor workers;
    private final CallCounters counters;
    private final List<CallListener> listeners;
    private final Set<CallListener> failed = Collections.newSetFromMap(new IdentityHashMap<>());
    private final ArrayDeque<CallEvent> waiting = new ArrayDeque<>();

    private volatile Call call;
    private volatile AgentPlan plan;
    private volatile Optional<LiveCall> successor = Optional.empty();
    private Optional<EngineSession> session = Optional.empty();
    /// What the caller says until `engineHears`.
    private final EarlyAudio early = new EarlyAudio();
    private boolean engineHears;
    private int sessions;
    private boolean advancing;
    private boolean faulted;
    private long alarm = -1;
    private Optional<Instant> alarmAt = Optional.empty();

    /// Stores a handoff; completes on any thread when it is safe.
    interface Filing {
        CompletionStage<?> file(Handoff handoff);
    }

    /// Calls humans beside the call; returns at once.
    interface Consulting {
        void call(CallEffect.CallHuman order);

        void letGo(CallEffect.LetHumanGo order);

        void recall();
    }

    LiveCall(
            Context context,
            CallMachine machine,
            CallClock clock,
            AgentPlan plan,
            Call call,
            String callerHash,
            Leg leg,
            Filing filing,
            Consulting consulting,
            Executor workers,
            CallCounters counters,
            List<CallListener> listeners) {
        this.context = context;
        this.machine = machine;
        this.clock = clock;
        this.plan = plan;
        this.call = call;
        this.callerHash = callerHash;
        this.leg = leg;
        this.filing = filing;
        this.consulting = consulting;
        this.workers = workers;
        this.counters = counters;
        this.listeners = List.copyOf(listeners);
    }

    /// The call as it stands; any thread.
    Call call() {
        return call;
    }

    AgentPlan plan() {
        return plan;
    }

    /// The stream is up.
    ///
    /// @param past what is known from earlier streams of the same call
    void begin(Past past, List<AudioFrame> greeting) {
        call = call.continuing(past.history(), past.signals(), past.bill());
        accept(new CallEvent.StreamOpened(greeting));
    }

    /// The call goes on, on another stream. Any thread.
    void succeededBy(LiveCall next) {
        successor = Optional.of(next);
    }

    /// More may be known of the call than when it was made. Any thread.
    ///
    /// @param latest asked on the event loop, so that of two at once the fuller one counts
    void knows(Supplier<AgentPlan> latest) {
        context.runOnContext(_ -> {
            var more = latest.get();
            if (!more.facts().equals(plan.facts())) {
                plan = more;
                accept(new CallEvent.CallerRecognised(more.rules(), Caller.brief(more.facts())));
            }
        });
    }

    /// Hands over an event from any thread.
    void post(CallEvent event) {
        context.runOnContext(_ -> accept(event));
    }

    /// Takes an event on the call's own event loop. What an effect causes at once waits until the step is done.
    void accept(CallEvent event) {
        if (advancing) {
            waiting.add(event);
            return;
        }
        advancing = true;
        try {
            for (var next = event; next != null; next = waiting.poll()) {
                advance(next);
            }
        } finally {
            advancing = false;
        }
    }

    private void advance(CallEvent event) {
        if (event instanceof CallEvent.ToolFinished && successor.isPresent()) {
            successor.get().post(event);
            return;
        }
        var before = call;
        var now = clock.now();
        Step step;
        try {
            step = machine.on(before, event, now);
        } catch (RuntimeException bug) {
            fault(event, bug);
            step = machine.fault(before, now);
        }
        take(before, event, step, now);
    }

    private void take(Call before, CallEvent event, Step step, Instant now) {
        call = step.call();
        if (event instanceof CallEvent.ToolFinished) {
            // The successor may have begun in this very moment, with what was known before.
            successor.ifPresent(next -> next.post(event));
        }
        boolean performed = perform(event, step);
        if (performed && event instanceof CallEvent.CallerAudio && step.remarks().isEmpty()) {
            // Fifty times a second, and nothing that anybody watches.
            return;
        }
        if (before.timers() != call.timers()) {
            setAlarm();
        }
        tell(before, event, step, now);
        if (!performed && !faulted) {
            faulted = true;
            take(call, event, machine.fault(call, now), now);
        }
    }

    /// @return whether all went well; one order that fails keeps none of the others from being carried out
    private boolean perform(CallEvent event, Step step) {
        boolean well = true;
        for (var effect : step.effects()) {
            try {
                perform(effect);
            } catch (RuntimeException bug) {
                fault(event, bug);
                well = false;
            }
        }
        return well;
    }

    private void fault(CallEvent event, RuntimeException bug) {
        counters.noticed("call_fault");
        LOG.atError()
                .addKeyValue("call", call.id())
                .addKeyValue("event", event.getClass().getSimpleName())
                .setCause(bug)
                .log("fault in a call; the caller goes to a human");
    }

    /// What goes wrong in a watcher is not the caller's affair, nor that of the watchers behind it.
    private void tell(Call before, CallEvent event, Step step, Instant now) {
        for (var listener : listeners) {
            try {
                listener.on(before, event, step, now);
            } catch (RuntimeException fault) {
                counters.noticed("watcher_failed");
                if (failed.add(listener)) {
                    LOG.atError()
                            .addKeyValue("call", call.id())
                            .addKeyValue("watcher", listener.getClass().getName())
                            .setCause(fault)
                            .log("a watcher failed; said once for each call");
                }
            }
        }
    }

    private void perform(CallEffect effect) {
        switch (effect) {
            case CallEffect.HearCaller(var frame) -> hear(frame);
            case CallEffect.PlayToCaller(var frame, var mark) -> leg.play(frame, mark);
            case CallEffect.MarkPlayout(var mark) -> leg.mark(mark);
            case CallEffect.ClearPlayout _ -> leg.clear();
            case CallEffect.CloseStream _ -> leg.close();
            case CallEffect.OpenEngine(var history) -> openEngine(history);
            case CallEffect.AskForSummary(var prompt) -> session.ifPresent(engine -> engine.summarise(prompt));
            case CallEffect.TellEngine(var turn) -> session.ifPresent(engine -> engine.tell(turn));
            case CallEffect.Say(var text, var language) ->
                session.ifPresent(engine -> language.ifPresentOrElse(
                        other -> engine.sayIn(other, text), () -> engine.say(text)));
            case CallEffect.AskForReply _ -> session.ifPresent(EngineSession::respond);
            case CallEffect.CancelReply _ -> session.ifPresent(EngineSession::cancel);
            case CallEffect.TruncateReply(var content, var heard) ->
                session.ifPresent(engine -> engine.truncate(content, heard));
            case CallEffect.AnswerTool(var request, var answer) ->
                session.ifPresent(engine -> engine.toolResult(request, answer));
            case CallEffect.CloseEngine _ -> closeEngine();
            case CallEffect.RunTool(var request) ->
                workers.execute(() ->
                        post(new CallEvent.ToolFinished(request, plan.toolbox().run(request, plan.facts()))));
            case CallEffect.CallHuman order -> consulting.call(order);
            case CallEffect.LetHumanGo order -> consulting.letGo(order);
            case CallEffect.RecallCaller _ -> consulting.recall();
            case CallEffect.FileHandoff(var handoff) -> {
                var _ = filing.file(handoff).whenComplete((_, _) -> post(new CallEvent.HandoffFiled()));
            }
        }
    }

    private void openEngine(List<Memory> history) {
        closeEngine();
        // Events of a session that was replaced or closed are nobody's business any more.
        int mine = sessions;
        session = Optional.of(plan.engine().open(plan.brief().withCaller(callerHash), history, event -> {
            if (mine == sessions) {
                if (event instanceof CallEvent.EngineLost) {
                    session = Optional.empty();
                    engineHears = false;
                } else if (event instanceof CallEvent.EngineReady) {
                    engineHears = true;
                    early.take().forEach(this::hear);
                }
                accept(event);
            }
        }));
    }

    private void hear(AudioFrame frame) {
        if (engineHears && session.isPresent()) {
            session.get().hear(frame);
            return;
        }
        for (int gone = early.keep(frame); gone > 0; gone--) {
            counters.noticed("engine_audio_dropped");
        }
    }

    private void closeEngine() {
        sessions++;
        engineHears = false;
        var engine = session;
        session = Optional.empty();
        engine.ifPresent(EngineSession::close);
    }

    private void setAlarm() {
        var next = call.timers().earliest();
        if (next.equals(alarmAt)) {
            return;
        }
        if (alarm >= 0) {
            context.owner().cancelTimer(alarm);
        }
        alarmAt = next;
        alarm = next.map(at -> context.owner().setTimer(clock.millisUntil(at), _ -> {
                    alarm = -1;
                    alarmAt = Optional.empty();
                    accept(new CallEvent.TimePassed());
                    if (alarmAt.isEmpty()) {
                        setAlarm();
                    }
                }))
                .orElse(-1L);
    }

    boolean onLine() {
        return switch (call.phase()) {
            case Phase.Ringing _, Phase.Conversing _, Phase.SayingGoodbye _, Phase.HandingOff _ -> true;
            case Phase.Transferred _, Phase.Detached _, Phase.Ended _ -> false;
        };
    }
}
