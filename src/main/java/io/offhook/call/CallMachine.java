package io.offhook.call;

import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.CallEvent.AgentAudioEnded;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.CallOver;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.CallEvent.CallerRecognised;
import io.offhook.call.CallEvent.CallerStartedSpeaking;
import io.offhook.call.CallEvent.CallerStoppedSpeaking;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.DigitPressed;
import io.offhook.call.CallEvent.DrainDeadlineReached;
import io.offhook.call.CallEvent.EngineLost;
import io.offhook.call.CallEvent.EngineReady;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.HumanAccepted;
import io.offhook.call.CallEvent.HumanLost;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallEvent.StreamOpened;
import io.offhook.call.CallEvent.SummaryWritten;
import io.offhook.call.CallEvent.TimePassed;
import io.offhook.call.CallEvent.ToolFinished;
import io.offhook.call.CallEvent.UsageCounted;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The only place where a call changes state. Pure: same call, event and time, same step.
///
/// ```
///  Ringing --stream--> Conversing --end_call, silence--> SayingGoodbye --heard--> Ended
///                        |     \--handOff(cause)-------> HandingOff --heard, filed--> Transferred --> Ended
///                        |--handOff, warm--> Conversing and calling a human --accepted--> HandingOff
///                        \--stream lost--> Detached   (a new stream begins a new `Ringing` with the history)
/// ```
///
/// Any phase goes to `Ended` when the provider says that the call is over. Every way to a human is `Departure.handOff`.
/// The rules themselves stand beside it, by who is concerned: `Hearing` (the caller), `AgentSpeech`, `EngineCare`,
/// `ToolTurns`, `Consultation` (a human who is called meanwhile) and `Departure` (the ways out). Each takes the step in the making, a `Draft`, further.
public final class CallMachine {
    static final String GREETING = "greeting";

    private static final Duration WARNING_AHEAD = Duration.ofMinutes(1);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);

    private final Phrases phrases;
    private final Hearing hearing;
    private final EngineCare engine;
    private final ToolTurns tools;
    private final Consultation consultation;

    /// Reads the arguments of `escalate_to_human`; given, since the core knows no JSON.
    @FunctionalInterface
    public interface EscalationArguments {
        /// @param arguments JSON text of the model; may be anything
        Escalation read(String arguments);

        /// What the model said about the handoff; every part bounded.
        ///
        /// @param language that the caller speaks; may be one that the agent doesn't
        record Escalation(String reason, String summary, Handoff.Urgency urgency, Optional<String> language) {}
    }

    /// Reads what a tool has answered; given for the same reason.
    @FunctionalInterface
    public interface ToolFacts {
        /// @param answer JSON text of a tool; may be anything
        /// @return the plain values in it, by name
        Map<String, String> in(String answer);
    }

    public CallMachine(Phrases phrases, EscalationArguments escalation, ToolFacts facts) {
        this.phrases = phrases;
        this.hearing = new Hearing(phrases);
        this.engine = new EngineCare(phrases);
        this.tools = new ToolTurns(phrases, escalation, facts);
        this.consultation = new Consultation(phrases);
    }

    /// What the event comes to. Events that mean nothing in the present phase change nothing: late ones are normal.
    public Step on(Call call, CallEvent event, Instant now) {
        if (event instanceof CallerAudio audio) {
            return Hearing.audio(call, audio, now);
        }
        var step = new Draft(charged(call, event), now);
        if (event instanceof CallOver) {
            Departure.over(step);
        } else if (event instanceof CallerRecognised(var rules, var note)) {
            recognised(step, rules, note);
        } else {
            switch (call.phase()) {
                case Phase.Ringing _ -> ringing(step, event);
                case Phase.Conversing _ -> conversing(step, event);
                case Phase.SayingGoodbye _ -> Departure.leaving(step, event);
                case Phase.HandingOff _ -> handingOff(step, event);
                case Phase.Detached _ -> detached(step, event);
                case Phase.Transferred _ -> transferred(step, event);
                case Phase.Ended _ -> {
                    // Only the provider's last word matters.
                }
            }
        }
        Departure.byCost(step);
        Consultation.letGo(call, step);
        return step.done();
    }

    /// With what the engine says that it charges.
    private static Call charged(Call call, CallEvent event) {
        var usage =
                switch (event) {
                    case ReplyEnded reply -> reply.usage();
                    case UsageCounted(var counted) -> Optional.of(counted);
                    default -> Optional.<Usage>empty();
                };
        return usage.flatMap(call.rules()::cost)
                .map(cost -> call.with(call.bill().plus(cost.total())))
                .orElse(call);
    }

    /// What shows in a conversation that is known from the store only.
    ///
    /// @param known what had shown up before
    public Signals recall(Signals known, CallRules rules, List<Turn> turns, Map<ToolRequest, ToolOutcome> ran) {
        var policy = rules.escalation();
        var signals = known;
        for (var turn : turns) {
            signals = switch (turn.speaker()) {
                case CALLER -> policy.callerSaid(signals, turn.text());
                case AGENT -> policy.agentSaid(signals, turn.text());
                case NOTE -> signals;
            };
        }
        for (var run : ran.entrySet()) {
            signals = tools.ran(signals, run.getKey(), run.getValue());
        }
        return signals;
    }

    /// The way out of our own bugs: the caller goes to a human.
    public Step fault(Call call, Instant now) {
        var step = new Draft(call, now);
        switch (call.phase()) {
            case Phase.Ringing _, Phase.Conversing _, Phase.SayingGoodbye _ ->
                Departure.handOff(step, new HandoffCause.Fault(), false);
            case Phase.HandingOff _ -> Departure.atOnce(step);
            case Phase.Transferred _, Phase.Detached _, Phase.Ended _ -> {
                // The caller is out of our hands.
            }
        }
        Consultation.letGo(call, step);
        return step.done();
    }

    // --- any phase ---

    /// The agent is told and need not answer; a greeting that nobody has begun is said as to someone known. Without a
    /// session nobody is told: the next one is opened with what is known.
    private static void recognised(Draft step, CallRules rules, Optional<String> note) {
        step.rules(rules);
        if (step.call().phase() instanceof Phase.Conversing && step.call().engine().exists()) {
            step.remark("caller_known_late");
            note.ifPresent(text -> step.effect(
                    new TellEngine(new Turn(Turn.Speaker.NOTE, "caller", text, false, step.now()))));
            if (step.call().engine().ready()) {
                Departure.byRule(step);
            }
        }
    }

    // --- Ringing ---

    private void ringing(Draft step, CallEvent event) {
        if (!(event instanceof StreamOpened(var greeting))) {
            return;
        }
        var call = step.call();
        boolean resumed = !call.transcript().isEmpty();
        step.phase(new Phase.Conversing());
        step.line(Line.fresh(step.now()));
        if (step.spent()) {
            // A call that comes back with nothing left to spend: to a human at once, see `on`.
            return;
        }
        if (!greeting.isEmpty() && !resumed) {
            step.transcript(call.transcript()
                    .words(Turn.Speaker.AGENT, GREETING, call.rules().greeting(), step.now()));
            step.play(new ContentId(GREETING, GREETING, 0), greeting);
        } else {
            EngineCare.awaitFirstWords(step);
        }
        if (resumed) {
            step.replies(step.call().engine().replies().owing(step.now()));
        }
        engine.open(step);
        ToolTurns.resumed(step);
        step.start(Timer.CALL_LIMIT, call.rules().length());
        if (call.rules().length().compareTo(WARNING_AHEAD.multipliedBy(2)) > 0) {
            step.start(Timer.CALL_WARNING, call.rules().length().minus(WARNING_AHEAD));
        }
        step.start(Timer.SILENCE, call.rules().silence());
    }

    // --- Conversing ---

    private void conversing(Draft step, CallEvent event) {
        switch (event) {
            case MarkReached(var mark) -> step.playout(step.call().playout().reached(mark, step.now()));
            case DigitPressed(char digit) -> digit(step, digit);
            case StreamEnded(var why) -> streamEnded(step, why);
            case EngineReady(_, var life) -> EngineCare.ready(step, life);
            case EngineLost(var fault) -> EngineCare.lost(step, fault);
            case ReplyStarted(var reply) -> EngineCare.replyStarted(step, reply);
            case AgentAudio audio -> AgentSpeech.audio(step, audio);
            case AgentAudioEnded(var content) -> AgentSpeech.audioEnded(step, content);
            case AgentWords(var content, var text) -> AgentSpeech.words(step, content, text);
            case CallerStartedSpeaking(var item) -> hearing.startedSpeaking(step, item);
            case CallerStoppedSpeaking _ -> Hearing.stoppedSpeaking(step);
            case CallerWords(var item, var text) -> hearing.wordsWhileTalking(step, item, text);
            case ReplyEnded reply -> replyEnded(step, reply);
            case ToolFinished(var request, var outcome) -> tools.finished(step, request, outcome);
            case HandoffFiled _ -> consultation.filed(step);
            case SummaryWritten(var digest) -> consultation.summarised(step, digest);
            case HumanAccepted(int attempt) -> Consultation.accepted(step, attempt);
            case HumanLost(int attempt, var why) -> consultation.lost(step, attempt, why);
            case TimePassed _ -> timePassed(step);
            case DrainDeadlineReached _ ->
                Departure.handOff(step, new HandoffCause.ServerDraining(), false);
            default -> {}
        }
    }

    private void digit(Draft step, char digit) {
        if (digit == '0') {
            Departure.byKey(step);
            return;
        }
        step.line(step.call().line().active(step.now()));
        step.tools(step.call().tools().rested());
        if (digit == '1' && step.call().tools().consent().isPresent()) {
            step.tools(step.call().tools().consented());
            var note = new Turn(
                    Turn.Speaker.NOTE, "key-" + step.now().toEpochMilli(), phrases.confirmedByKey(), false, step.now());
            step.effect(new TellEngine(note));
            step.askForReply();
        }
    }

    private static void streamEnded(Draft step, StreamEnd why) {
        step.effect(new CloseEngine());
        step.engine(EngineLink.none(step.now()));
        step.stopAll();
        step.heardSoFar();
        if (why == StreamEnd.STOPPED) {
            step.phase(new Phase.Ended(Consultation.hungUp(step.call())));
        } else {
            step.remark(why.slug());
            step.phase(new Phase.Detached(why));
            step.effect(new CloseStream());
        }
    }

    private void replyEnded(Draft step, ReplyEnded reply) {
        EngineCare.replyEnded(step, reply);
        if (!reply.requests().isEmpty()) {
            tools.requested(step, reply);
        }
        Departure.byRule(step);
    }

    // --- on the way to a human ---

    private void handingOff(Draft step, CallEvent event) {
        if (event instanceof HumanLost(int attempt, var why)) {
            consultation.lost(step, attempt, why);
        } else {
            Departure.leaving(step, event);
        }
    }

    /// The stream is gone. A human who should meet the caller may be gone as well.
    private void transferred(Draft step, CallEvent event) {
        if (event instanceof HumanLost(int attempt, var why)) {
            consultation.lost(step, attempt, why);
        }
    }

    // --- Detached ---

    private void detached(Draft step, CallEvent event) {
        if (event instanceof ToolFinished(var request, var outcome)) {
            tools.finishedMeanwhile(step, request, outcome);
        }
    }

    // --- time ---

    private void timePassed(Draft step) {
        for (var due = step.call().timers().firstDue(step.now());
                due.isPresent() && step.call().phase() instanceof Phase.Conversing;
                due = step.call().timers().firstDue(step.now())) {
            step.stop(due.get());
            timeFor(step, due.get());
        }
        if (!(step.call().phase() instanceof Phase.Conversing)) {
            Departure.timePassed(step);
        }
    }

    private void timeFor(Draft step, Timer timer) {
        switch (timer) {
            case ENGINE_START -> EngineCare.mute(step);
            case ENGINE_RETRY -> engine.open(step);
            case ENGINE_RENEWAL -> engine.renew(step);
            case COMFORT -> EngineCare.comfort(step);
            case REPLY_OWED -> EngineCare.replyOverdue(step);
            case SILENCE -> silence(step);
            case SPEECH_GAP -> Hearing.speechGap(step);
            case TOOL_FILLER -> tools.filler(step);
            case CALL_WARNING -> {
                if (step.call().engine().ready()) {
                    step.say(phrases.oneMinuteLeft());
                }
            }
            case CALL_LIMIT ->
                Departure.handOff(step, new HandoffCause.CallTooLong(), true);
            case HANDOFF_FILING -> {
                step.remark("handoff_unconfirmed");
                consultation.filed(step);
            }
            case HUMAN -> consultation.overdue(step);
            case WRITING -> consultation.ready(step);
            case LAST_WORDS -> {}
        }
    }

    private void silence(Draft step) {
        var call = step.call();
        if (!step.quiet() || !call.engine().ready()) {
            // Silence counts from the moment that both sides are quiet.
            step.line(new Line(
                    call.line().nextMillis(),
                    call.line().mediaAt(),
                    call.line().speaking(),
                    step.now(),
                    call.line().reminders()));
            step.start(Timer.SILENCE, A_MOMENT);
            return;
        }
        var playedOutAt = call.playout().playedOutAt();
        var quietSince = playedOutAt.isAfter(call.line().activeAt()) ? playedOutAt : call.line().activeAt();
        var quietFor = Duration.between(quietSince, step.now());
        var rest = Consultation.silence(step).minus(quietFor);
        if (rest.isPositive()) {
            step.start(Timer.SILENCE, rest);
        } else if (Consultation.isUnderWay(step)) {
            consultation.comfort(step);
        } else if (call.line().reminders() == 0) {
            step.remark("silence");
            step.line(call.line().reminded(step.now()));
            step.say(phrases.stillThere());
            step.start(Timer.SILENCE, call.rules().silence());
        } else {
            Departure.goodbye(step, "silence", Optional.of(phrases.goodbyeAfterSilence()));
        }
    }
}
