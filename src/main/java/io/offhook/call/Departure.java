package io.offhook.call;

import io.offhook.call.CallEffect.AskForSummary;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.RecallCaller;
import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.CallEvent.AgentAudioEnded;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.DigitPressed;
import io.offhook.call.CallEvent.EngineLost;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallEvent.SummaryWritten;
import io.offhook.call.CallEvent.TimePassed;
import io.offhook.call.Phase.LastWords;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// The ways out of a conversation: the goodbye, and the one door to a human. Last words are heard before the stream
/// closes, a handoff is stored before the caller leaves, and neither waits for ever. Long, because the ways share what
/// happens on them.
final class Departure {
    private static final Duration WORDS_START = Duration.ofSeconds(4);
    private static final Duration MARK_GRACE = Duration.ofSeconds(2);
    private static final Duration FILING = Duration.ofMillis(1_500);

    private Departure() {}

    /// @param words what the agent says; empty when it has said goodbye
    static void goodbye(Draft step, String reason, Optional<String> words) {
        step.stopAll();
        var toSay = words.filter(_ -> !step.spent());
        toSay.ifPresent(step::order);
        step.finalMark();
        var unsaid = toSay.isPresent() ? LastWords.AWAITED : LastWords.RUNNING_OUT;
        step.phase(new Phase.SayingGoodbye(reason, words.isPresent() ? unsaid : LastWords.SENT));
        step.start(Timer.LAST_WORDS, toSay.isPresent() ? WORDS_START : patience(step));
        leave(step);
    }

    static void handOff(Draft step, HandoffCause cause, boolean spoken) {
        handOff(step, cause, "", "", Handoff.Urgency.NORMAL, spoken);
    }

    /// The one door to a human. Whoever comes here a second time is already on the way.
    ///
    /// @param spoken whether the agent announces it in its own voice; otherwise it falls silent at once
    static void handOff(
            Draft step,
            HandoffCause cause,
            String reason,
            String summary,
            Handoff.Urgency urgency,
            boolean spoken) {
        var parting = parting(step, spoken);
        if (parting == Parting.ANNOUNCING
                && Consultation.suits(step, cause)
                && (Consultation.isUnderWay(step)
                        || Consultation.begin(step, handoff(step, cause, reason, summary, urgency)))) {
            return;
        }
        step.stopAll();
        if (parting == Parting.SILENT) {
            cutOff(step);
            step.effect(new CloseEngine());
        }
        var handoff = handoff(step, cause, reason, summary, urgency);
        step.remark("handoff");
        depart(step, handoff.with(Consultation.way(step, handoff)), parting);
    }

    /// How the agent leaves the caller to a human.
    private enum Parting {
        /// In its own words.
        ANNOUNCING,
        /// It says what it was saying, and no more.
        RUNNING_OUT,
        /// At once.
        SILENT
    }

    private static Parting parting(Draft step, boolean spoken) {
        if (spoken && step.spent()) {
            return Parting.RUNNING_OUT;
        }
        return spoken && step.call().engine().ready() ? Parting.ANNOUNCING : Parting.SILENT;
    }

    private static Handoff handoff(
            Draft step, HandoffCause cause, String reason, String summary, Handoff.Urgency urgency) {
        var call = step.call();
        var rules = call.rules();
        var place = rules.escalation().place(call.signals(), rules.circumstances(step.now()).needing(urgency));
        return told(step, new Handoff(
                call.id(),
                cause,
                reason,
                summary,
                place.urgency().orElse(urgency),
                place.to(),
                call.caller(),
                call.language(),
                call.transcript().turns(),
                step.now()));
    }

    private static void depart(Draft step, Handoff handoff, Parting parting) {
        step.effect(new FileHandoff(handoff));
        step.start(Timer.HANDOFF_FILING, FILING);
        if (parting == Parting.ANNOUNCING && handoff.way().attempt().isEmpty()) {
            askForSummary(step, handoff);
        }
        var words =
                switch (parting) {
                    case ANNOUNCING -> lastWords(step, handoff.to());
                    case RUNNING_OUT -> runOut(step);
                    case SILENT -> LastWords.NONE;
                };
        step.phase(new Phase.HandingOff(handoff, false, words));
    }

    /// The session is kept for nothing but what the caller said last, which the human is to know.
    private static LastWords runOut(Draft step) {
        step.finalMark();
        step.start(Timer.LAST_WORDS, patience(step));
        if (step.call().engine().ready() && step.call().transcript().awaitsWords()) {
            step.start(Timer.WRITING, FILING);
        } else {
            step.effect(new CloseEngine());
        }
        return LastWords.RUNNING_OUT;
    }

    /// The agent announces the human. Where the route begins with nobody it only finishes what it is saying: the
    /// provider's voice asks for the message, or for the number.
    private static LastWords lastWords(Draft step, String route) {
        if (step.call().rules().escalation().ringsNobody(route)) {
            step.finalMark();
            step.start(Timer.LAST_WORDS, patience(step));
            return LastWords.SENT;
        }
        step.order(step.call().rules().announcement());
        step.start(Timer.LAST_WORDS, WORDS_START.plus(step.call().playout().unheard(step.now())));
        return LastWords.AWAITED;
    }

    /// What the agent is saying is cut short.
    private static void cutOff(Draft step) {
        step.heardSoFar();
        if (step.call().playout().audible(step.now())) {
            step.effect(new ClearPlayout());
            step.playout(step.call().playout().cut(step.now()));
        }
    }

    // --- a human who was called meanwhile ---

    /// A human waits for the caller: whatever the agent was saying, it announces that one.
    static void meet(Draft step, Handoff handoff) {
        boolean byAgent = step.call().engine().ready() && !step.spent();
        step.stopAll();
        if (step.call().engine().replies().running().isPresent()) {
            step.effect(new CancelReply());
        }
        cutOff(step);
        if (!byAgent) {
            step.effect(new CloseEngine());
        }
        depart(step, handoff, byAgent ? Parting.ANNOUNCING : Parting.SILENT);
    }

    /// Nobody was reached while the agent had the caller: on along the route, in the provider's own words.
    static void goOn(Draft step, Handoff handoff) {
        step.stopAll();
        cutOff(step);
        step.effect(new CloseEngine());
        depart(step, handoff, Parting.SILENT);
    }

    /// Whoever should have met the caller is gone again: the route goes on from there.
    static void humanGone(Draft step, Route.Result why) {
        switch (step.call().phase()) {
            case Phase.HandingOff(var handoff, _, var words) -> {
                var onwards = handoff.with(Handoff.Way.tried(handoff.way().step(), why));
                step.effect(new FileHandoff(onwards));
                step.start(Timer.HANDOFF_FILING, FILING);
                step.phase(new Phase.HandingOff(onwards, false, words));
            }
            case Phase.Transferred(var handoff, var announced) -> {
                var onwards = handoff.with(Handoff.Way.tried(handoff.way().step(), why));
                step.effect(new FileHandoff(onwards));
                step.effect(new RecallCaller());
                step.phase(new Phase.Transferred(onwards, announced));
            }
            default -> {}
        }
    }

    /// While the announcement is spoken or the handoff stored, the engine has time to write what the agent has not.
    static void askForSummary(Draft step, Handoff handoff) {
        if (handoff.summary().isBlank() && !handoff.transcript().isEmpty()) {
            var policy = step.call().rules().escalation();
            step.effect(new AskForSummary(StoryByRule.prompt(handoff.language(), policy.topicNames())));
            step.start(Timer.WRITING, FILING);
        }
    }

    /// The caller goes to a human when the operator's rules, or the caller's own words, say so.
    static void byRule(Draft step) {
        if (step.call().phase() instanceof Phase.Conversing) {
            Consultation.reason(step)
                    .ifPresent(decision -> handOff(step, new HandoffCause.RuleHeld(decision.why()), true));
        }
    }

    /// A call that has cost as much as it may goes to a human. Nobody is cut short: what the agent or the caller is
    /// saying is said to its end.
    static void byCost(Draft step) {
        var call = step.call();
        boolean speaking = call.line().speaking() || call.engine().replies().speaking();
        if (call.phase() instanceof Phase.Conversing && step.spent() && !speaking) {
            handOff(step, new HandoffCause.CostLimit(), true);
        }
    }

    /// Key 0: asking for a person without a word.
    static void byKey(Draft step) {
        step.signals(step.call().signals().asking());
        handOff(step, new HandoffCause.CallerPressedZero(), false);
    }

    private static Duration patience(Draft step) {
        return step.call().playout().unheard(step.now()).plus(MARK_GRACE);
    }

    /// The caller hears the last words; nothing the caller says reaches the engine any more, so nothing cuts them.
    static void leaving(Draft step, CallEvent event) {
        switch (event) {
            case MarkReached(var mark) -> step.playout(step.call().playout().reached(mark, step.now()));
            case AgentAudio audio -> {
                if (lastWords(step.call().phase()).open()) {
                    AgentSpeech.audio(step, audio);
                    if (!step.call().engine().replies().isRunning(audio.content().reply())) {
                        lastWords(step, LastWords.BEGUN);
                    }
                    step.start(Timer.LAST_WORDS, patience(step));
                }
            }
            case AgentAudioEnded(var content) -> AgentSpeech.audioEnded(step, content);
            case AgentWords(var content, var text) -> AgentSpeech.words(step, content, text);
            case ReplyStarted _ -> {
                if (lastWords(step.call().phase()) == LastWords.RUNNING_OUT) {
                    step.effect(new CancelReply());
                }
            }
            case CallerWords(var item, var text) -> {
                Hearing.words(step, item, text);
                step.signals(step.call().rules().escalation().callerSaid(step.call().signals(), text));
                boolean written = text.isBlank() || !step.call().transcript().awaitsWords();
                if (written && lastWords(step.call().phase()) == LastWords.RUNNING_OUT) {
                    step.stop(Timer.WRITING);
                }
            }
            case ReplyEnded reply -> {
                step.finalMark();
                // A reply that was still running when the way out was taken is not the last words asked for after it.
                if (!step.call().engine().replies().isRunning(reply.reply())) {
                    noMoreWords(step);
                }
            }
            case EngineLost _ -> {
                step.stop(Timer.WRITING);
                step.finalMark();
                noMoreWords(step);
            }
            case HandoffFiled _ -> filed(step);
            case SummaryWritten(var digest) -> summarised(step, digest);
            case DigitPressed(char digit) -> {
                if (digit == '0') {
                    zeroWhileLeaving(step);
                }
            }
            case StreamEnded(var why) -> streamEndedWhileLeaving(step, why);
            case TimePassed _ -> timePassed(step);
            default -> {}
        }
        leave(step);
    }

    private static void zeroWhileLeaving(Draft step) {
        if (step.call().phase() instanceof Phase.SayingGoodbye) {
            byKey(step);
        } else if (step.call().phase() instanceof Phase.HandingOff(var handoff, var filed, var words)
                && words.toBeHeard()) {
            // Already on the way; the caller doesn't want to hear about it.
            step.effect(new ClearPlayout());
            step.playout(step.call().playout().cut(step.now()));
            step.stop(Timer.WRITING);
            step.phase(new Phase.HandingOff(handoff, filed, words.givenUp()));
        }
    }

    private static void summarised(Draft step, Optional<Digest> digest) {
        if (step.call().phase() instanceof Phase.HandingOff(var handoff, var filed, var words)
                && step.call().timers().running(Timer.WRITING)) {
            step.stop(Timer.WRITING);
            digest.ifPresent(written -> {
                var better = handoff.with(written, step.call().rules());
                step.effect(new FileHandoff(better));
                step.phase(new Phase.HandingOff(better, filed, words));
            });
        }
    }

    private static void streamEndedWhileLeaving(Draft step, StreamEnd why) {
        boolean hungUp = why == StreamEnd.STOPPED;
        step.effect(new CloseEngine());
        step.stopAll();
        step.heardSoFar();
        switch (step.call().phase()) {
            case Phase.HandingOff(var handoff, _, _) when !hungUp -> transferred(step, handoff, false);
            case Phase.HandingOff(var handoff, _, _) ->
                step.phase(new Phase.Ended(Disposition.after(handoff, List.of(), false)));
            case Phase.SayingGoodbye(var reason, var words) ->
                ended(step, reason, hungUp || (words.said() && !step.call().playout().audible(step.now())));
            default -> {}
        }
    }

    /// The agent will say no more; what it has said is still to be heard.
    private static void noMoreWords(Draft step) {
        var words = lastWords(step.call().phase());
        if (words == LastWords.RUNNING_OUT) {
            return;
        }
        if (words != LastWords.AWAITED) {
            lastWords(step, LastWords.SENT);
            step.start(Timer.LAST_WORDS, patience(step));
        } else if (step.call().playout().audible(step.now())) {
            step.start(Timer.LAST_WORDS, step.call().playout().unheard(step.now()));
        } else {
            lastWords(step, LastWords.NONE);
        }
    }

    private static LastWords lastWords(Phase phase) {
        return switch (phase) {
            case Phase.SayingGoodbye(_, var words) -> words;
            case Phase.HandingOff(_, _, var words) -> words;
            default -> LastWords.NONE;
        };
    }

    private static void lastWords(Draft step, LastWords words) {
        switch (step.call().phase()) {
            case Phase.SayingGoodbye(var reason, var now) when now.toBeHeard() ->
                step.phase(new Phase.SayingGoodbye(reason, words));
            case Phase.HandingOff(var handoff, var filed, var now) when now.toBeHeard() ->
                step.phase(new Phase.HandingOff(handoff, filed, words));
            default -> {}
        }
    }

    private static void filed(Draft step) {
        if (step.call().phase() instanceof Phase.HandingOff(var handoff, _, var words)) {
            step.stop(Timer.HANDOFF_FILING);
            step.phase(new Phase.HandingOff(handoff, true, words));
        }
    }

    static void timePassed(Draft step) {
        for (var due = step.call().timers().firstDue(step.now());
                due.isPresent();
                due = step.call().timers().firstDue(step.now())) {
            step.stop(due.get());
            if (due.get() == Timer.LAST_WORDS) {
                var words = lastWords(step.call().phase());
                if (words.said() && !step.call().playout().provenHeard()) {
                    step.remark("marks_missing");
                }
                lastWords(step, words.givenUp());
            } else if (due.get() == Timer.HANDOFF_FILING) {
                step.remark("handoff_unconfirmed");
                filed(step);
            }
        }
    }

    /// Closes the stream once nothing keeps the caller any more.
    private static void leave(Draft step) {
        boolean heard = step.call().playout().provenHeard();
        switch (step.call().phase()) {
            case Phase.SayingGoodbye(var reason, var words) when words.over(heard) -> {
                close(step);
                ended(step, reason, words.said());
            }
            case Phase.HandingOff(var handoff, var filed, var words)
            when filed && words.over(heard) && !step.call().timers().running(Timer.WRITING) -> {
                close(step);
                transferred(step, handoff, words.said());
            }
            default -> {}
        }
    }

    private static void ended(Draft step, String reason, boolean goodbyeHeard) {
        step.phase(new Phase.Ended(new Disposition(Disposition.Outcome.RESOLVED, reason), goodbyeHeard));
    }

    /// The human is told everything that was said up to now.
    private static void transferred(Draft step, Handoff handoff, boolean announced) {
        var complete = told(step, handoff.with(step.call().transcript().turns()));
        if (!complete.equals(handoff)) {
            step.effect(new FileHandoff(complete));
        }
        step.phase(new Phase.Transferred(complete, announced));
    }

    private static Handoff told(Draft step, Handoff handoff) {
        return handoff.told(step.call().signals(), step.call().rules())
                .in(step.call().language());
    }

    private static void close(Draft step) {
        step.heardSoFar();
        step.stopAll();
        step.effect(new CloseEngine());
        step.effect(new CloseStream());
    }

    /// The provider says that the call is over.
    static void over(Draft step) {
        if (step.call().phase() instanceof Phase.Ended) {
            return;
        }
        close(step);
        step.phase(new Phase.Ended(
                switch (step.call().phase()) {
                    case Phase.SayingGoodbye(var reason, _) -> new Disposition(Disposition.Outcome.RESOLVED, reason);
                    case Phase.HandingOff(var handoff, _, _) -> Disposition.after(handoff, List.of(), false);
                    case Phase.Transferred(var handoff, _) -> Disposition.after(handoff, List.of(), false);
                    default -> Consultation.hungUp(step.call());
                }));
    }

    /// Takes whoever is on the way to a human there without further words.
    static void atOnce(Draft step) {
        step.stop(Timer.WRITING);
        lastWords(step, lastWords(step.call().phase()).givenUp());
        leave(step);
    }
}
