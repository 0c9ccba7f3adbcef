package io.offhook.call;

import java.time.Instant;
import java.util.Optional;

/// One phone call, whole. A value: `CallMachine` makes the next one; pages and the store read any of them.
/// @param since when the call came in
public record Call(
        CallId id,
        Instant since,
        CallRules rules,
        Optional<PhoneNumber> caller,
        Phase phase,
        Line line,
        Playout playout,
        EngineLink engine,
        Transcript transcript,
        ToolDesk tools,
        Signals signals,
        Bill bill,
        Timers timers) {

    /// A call whose stream is about to open.
    public static Call ringing(
            CallId id,
            CallRules rules,
            Optional<PhoneNumber> caller,
            Instant since,
            Instant now) {
        return new Call(
                id,
                since,
                rules,
                caller,
                new Phase.Ringing(),
                Line.fresh(now),
                Playout.silent(now),
                EngineLink.none(now),
                Transcript.EMPTY,
                ToolDesk.IDLE,
                Signals.NONE,
                Bill.NONE,
                Timers.NONE);
    }

    /// The language of the conversation: the caller's, once it has shown, else that in which the agent answered.
    public String language() {
        return signals.language().orElse(rules.language());
    }

    /// Empty when the texts of the rules are in the caller's language.
    Optional<String> otherLanguage() {
        return signals.language().filter(spoken -> !spoken.equals(rules.language()));
    }

    /// The same with what happened, showed up and was charged on earlier streams of it; tools that it still waits for
    /// go on.
    public Call continuing(Transcript earlier, Signals known, Bill charged) {
        return with(earlier).with(known).with(charged).with(ToolDesk.waitingFor(earlier.unanswered()));
    }

    /// Whether it has cost as much as it may.
    boolean spent() {
        return rules.spent(bill);
    }

    Call with(CallRules next) {
        return new Call(
                id, since, next, caller, phase, line, playout, engine, transcript, tools, signals, bill, timers);
    }

    Call with(Phase next) {
        return new Call(
                id, since, rules, caller, next, line, playout, engine, transcript, tools, signals, bill, timers);
    }

    Call with(Line next) {
        return new Call(
                id, since, rules, caller, phase, next, playout, engine, transcript, tools, signals, bill, timers);
    }

    Call with(Playout next) {
        return new Call(id, since, rules, caller, phase, line, next, engine, transcript, tools, signals, bill, timers);
    }

    Call with(EngineLink next) {
        return new Call(id, since, rules, caller, phase, line, playout, next, transcript, tools, signals, bill, timers);
    }

    Call with(Transcript next) {
        return new Call(id, since, rules, caller, phase, line, playout, engine, next, tools, signals, bill, timers);
    }

    Call with(ToolDesk next) {
        return new Call(
                id, since, rules, caller, phase, line, playout, engine, transcript, next, signals, bill, timers);
    }

    Call with(Signals next) {
        return new Call(id, since, rules, caller, phase, line, playout, engine, transcript, tools, next, bill, timers);
    }

    Call with(Bill next) {
        return new Call(
                id, since, rules, caller, phase, line, playout, engine, transcript, tools, signals, next, timers);
    }

    Call with(Timers next) {
        return new Call(id, since, rules, caller, phase, line, playout, engine, transcript, tools, signals, bill, next);
    }

    @Override
    public String toString() {
        return "Call[" + id + " " + phase.slug() + "]";
    }
}
