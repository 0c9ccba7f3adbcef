package io.offhook.call;

import io.offhook.call.CallEffect.CallHuman;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.LetHumanGo;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// A human is called while the agent goes on talking with the caller: the way of a [WarmTransfer]. Whoever leaves the
/// conversation in another way than by meeting that human lets the human go.
final class Consultation {
    private static final Duration FILING = Duration.ofMillis(1_500);
    /// Beyond the ringing: the carriers' own delay, and a human who listens to the end and thinks about it.
    private static final Duration PICKED_UP = Duration.ofSeconds(45);
    /// How long a caller waits in silence before the agent says that it goes on trying.
    private static final Duration WAITING = Duration.ofSeconds(8);

    private static final String CALLED = "colleague-called-";

    private final Phrases phrases;

    Consultation(Phrases phrases) {
        this.phrases = phrases;
    }

    // --- the way there ---

    /// Whether the agent can stay with the caller meanwhile: it works, and was not asked out of the way.
    static boolean suits(Draft step, HandoffCause cause) {
        return (cause instanceof HandoffCause.AgentAsked || cause instanceof HandoffCause.RuleHeld)
                && step.call().phase() instanceof Phase.Conversing;
    }

    /// Takes the handoff on this way if its route begins with it.
    ///
    /// @return whether it does
    static boolean begin(Draft step, Handoff handoff) {
        boolean again = step.call().transcript().place(Route.RETURNED) >= 0;
        var route = step.call().rules().escalation().route(handoff.to());
        var fresh = route.map(way -> WarmTransfer.begun(handoff, way, again));
        if (fresh.flatMap(WarmTransfer::to).isEmpty()) {
            return false;
        }
        step.phase(new Phase.Conversing(fresh));
        step.remark("handoff");
        step.effect(new FileHandoff(handoff.with(Handoff.Way.WITH_AGENT)));
        step.start(Timer.HANDOFF_FILING, FILING);
        Departure.askForSummary(step, handoff);
        return true;
    }

    /// The handoff is stored, or the store gave up.
    void filed(Draft step) {
        step.stop(Timer.HANDOFF_FILING);
        ready(step);
    }

    /// The engine has summed up what the human is to hear.
    void summarised(Draft step, Optional<Digest> digest) {
        step.stop(Timer.WRITING);
        transfer(step.call().phase())
                .filter(WarmTransfer::underWay)
                .ifPresent(warm -> digest.ifPresent(written -> {
                    var better = warm.handoff().with(written, step.call().rules());
                    step.phase(new Phase.Conversing(Optional.of(warm.with(better))));
                    step.effect(new FileHandoff(better.with(Handoff.Way.WITH_AGENT)));
                }));
        ready(step);
    }

    /// Calls the human once nothing keeps the handoff from being complete, which is never for long.
    void ready(Draft step) {
        var timers = step.call().timers();
        boolean waiting = timers.running(Timer.HANDOFF_FILING) || timers.running(Timer.WRITING);
        transfer(step.call().phase())
                .filter(warm -> warm.state() == WarmTransfer.State.FILING && !waiting)
                .ifPresent(warm -> {
                    call(step, warm, phrases.colleagueCalled());
                    if (!step.call().line().speaking()) {
                        step.say(phrases.callingColleague());
                    }
                });
    }

    private static void call(Draft step, WarmTransfer warm, String note) {
        warm.to().ifPresent(to -> {
            int attempt = attempts(step);
            step.phase(new Phase.Conversing(Optional.of(warm.calling(attempt))));
            step.remark("human_called");
            step.effect(new CallHuman(attempt, warm.step(), to, warm.handoff()));
            step.start(Timer.HUMAN, to.patience().plus(PICKED_UP));
            step.start(Timer.SILENCE, WAITING);
            tell(step, CALLED + attempt, note);
        });
    }

    /// How long both sides may be quiet.
    static Duration silence(Draft step) {
        var usual = step.call().rules().silence();
        return isUnderWay(step) && usual.compareTo(WAITING) > 0 ? WAITING : usual;
    }

    /// A caller who waits is told that there is something to wait for.
    void comfort(Draft step) {
        step.remark("human_awaited");
        step.say(phrases.stillCalling());
        step.start(Timer.SILENCE, WAITING);
    }

    // --- its end ---

    /// The human has taken the call by a key and waits for the caller.
    static void accepted(Draft step, int attempt) {
        underWay(step.call().phase())
                .filter(warm -> warm.attempt() == attempt)
                .ifPresent(warm ->
                        Departure.meet(step, warm.handoff().with(Handoff.Way.meeting(warm.step(), attempt))));
    }

    /// The attempt has come to nothing.
    void lost(Draft step, int attempt, Route.Result why) {
        if (!held(step.call().phase()).equals(Optional.of(attempt))) {
            return;
        }
        step.effect(new LetHumanGo(attempt, Optional.of(why)));
        step.remark("human_" + why.slug().replace('-', '_'));
        switch (step.call().phase()) {
            case Phase.Conversing(var warm) -> warm.ifPresent(tried -> onwards(step, tried, why));
            case Phase.HandingOff _, Phase.Transferred _ -> Departure.humanGone(step, why);
            default -> {}
        }
    }

    private void onwards(Draft step, WarmTransfer warm, Route.Result why) {
        step.stop(Timer.HUMAN);
        if (warm.next().isPresent()) {
            call(step, warm.onwards(), phrases.anotherCalled(why));
        } else if (warm.returns()) {
            step.phase(new Phase.Conversing(Optional.of(warm.over())));
            step.signals(step.call().signals().returned());
            step.start(Timer.SILENCE, step.call().rules().silence());
            tell(step, Route.RETURNED, phrases.nobodyCame(why));
            if (!step.call().line().speaking()) {
                step.askForReply();
            }
        } else {
            Departure.goOn(step, warm.handoff().with(Handoff.Way.tried(warm.step(), why)));
        }
    }

    void overdue(Draft step) {
        underWay(step.call().phase()).ifPresent(warm -> lost(step, warm.attempt(), Route.Result.NO_ANSWER));
    }

    /// Nobody is called for, or kept waiting by, a caller who is on another way by now.
    static void letGo(Call before, Draft step) {
        var attempt = held(before.phase());
        if (attempt.isPresent()
                && !attempt.equals(held(step.call().phase()))
                && !step.orders(LetHumanGo.class)) {
            boolean gone = step.call().phase() instanceof Phase.Ended
                    || step.call().phase() instanceof Phase.SayingGoodbye;
            step.effect(new LetHumanGo(
                    attempt.get(), gone ? Optional.of(Route.Result.CALLER_GONE) : Optional.empty()));
        }
    }

    /// How the call ends of a caller who hangs up on the agent. Whoever is called for such a caller was on the way.
    static Disposition hungUp(Call call) {
        return transfer(call.phase())
                .filter(WarmTransfer::underWay)
                .map(warm -> Disposition.after(warm.handoff(), List.of(), false))
                .orElse(Disposition.HUNG_UP);
    }

    // --- where it stands ---

    /// Why the caller needs a human. What merely is still so after nobody has come is no new reason.
    static Optional<EscalationPolicy.Decision> reason(Draft step) {
        var rules = step.call().rules();
        var signals = step.call().signals();
        var circumstances = rules.circumstances(step.now());
        var decision = rules.escalation().decide(signals, circumstances);
        boolean wished = signals.askedForPerson() || signals.promisedPerson();
        boolean knownBefore = transfer(step.call().phase()).isPresent()
                && decision.equals(rules.escalation().decide(signals.returned(), circumstances));
        return decision.filter(_ -> wished || !knownBefore);
    }

    /// The attempt that a human is kept busy with.
    private static Optional<Integer> held(Phase phase) {
        return switch (phase) {
            case Phase.Conversing _ -> underWay(phase).map(WarmTransfer::attempt);
            case Phase.HandingOff(var handoff, _, _) -> handoff.way().attempt();
            case Phase.Transferred(var handoff, _) -> handoff.way().attempt();
            default -> Optional.empty();
        };
    }

    private static Optional<WarmTransfer> underWay(Phase phase) {
        return transfer(phase).filter(warm -> warm.state() == WarmTransfer.State.CALLING);
    }

    private static Optional<WarmTransfer> transfer(Phase phase) {
        return phase instanceof Phase.Conversing(var warm) ? warm : Optional.empty();
    }

    /// Whether the caller is on the way to a human already.
    static boolean isUnderWay(Draft step) {
        return transfer(step.call().phase()).filter(WarmTransfer::underWay).isPresent();
    }

    /// Where a caller goes who leaves the agent: to the human who was being called, or to the first of the route.
    static Handoff.Way way(Draft step, Handoff handoff) {
        return transfer(step.call().phase())
                .filter(WarmTransfer::underWay)
                .filter(warm -> warm.handoff().to().equals(handoff.to()))
                .map(warm -> Handoff.Way.to(warm.step()))
                .orElse(Handoff.Way.FIRST);
    }

    /// How many humans were called for this caller, on whatever stream: the agent was told of each.
    private static int attempts(Draft step) {
        return (int) step.call().transcript().entries().stream()
                .filter(entry -> entry.item().startsWith(CALLED))
                .count();
    }

    private static void tell(Draft step, String item, String text) {
        var note = new Turn(Turn.Speaker.NOTE, item, text, false, step.now());
        // A session that is opened later is told of it with the rest.
        step.transcript(step.call().transcript().with(note));
        if (step.call().engine().exists()) {
            step.effect(new TellEngine(note));
        }
    }
}
