package io.offhook.call;

import io.offhook.call.CallEffect.AnswerTool;
import io.offhook.call.CallEffect.RunTool;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.CallMachine.EscalationArguments;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.util.Optional;

/// The model asks for tools: they run, wait for the caller's yes, or lead out of the call.
final class ToolTurns {
    private static final Duration FILLER = Duration.ofMillis(700);
    private static final Duration DEFAULT_FILLER = Duration.ofMillis(2_500);
    private static final Duration FILLER_AGAIN = Duration.ofSeconds(4);
    private static final Duration SOON = Duration.ofMillis(100);
    private static final int MAX_ROUNDS = 6;
    private static final String ACCEPTED = "{\"accepted\":true}";
    private static final String ENDED = "{\"ok\":true}";

    private final Phrases phrases;
    private final EscalationArguments escalation;
    private final CallMachine.ToolFacts facts;

    ToolTurns(Phrases phrases, EscalationArguments escalation, CallMachine.ToolFacts facts) {
        this.phrases = phrases;
        this.escalation = escalation;
        this.facts = facts;
    }

    void requested(Draft step, ReplyEnded reply) {
        var toHuman = first(reply, ToolRequest.ESCALATE);
        if (toHuman.isPresent()) {
            escalate(step, toHuman.get());
            return;
        }
        first(reply, ToolRequest.END_CALL)
                .ifPresent(request -> step.tools(step.call().tools().endingWith(request, said(step, reply))));
        var others = reply.requests().stream()
                .filter(request -> !request.name().equals(ToolRequest.END_CALL))
                .toList();
        if (!others.isEmpty() && step.spent()) {
            // Nobody would tell the caller what came of them.
            return;
        }
        if (!others.isEmpty()) {
            step.tools(step.call().tools().nextRound());
            if (step.call().tools().rounds() > MAX_ROUNDS + 1) {
                Departure.handOff(
                        step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.LOOPING)), false);
                return;
            }
        }
        others.forEach(request -> requested(step, request));
        allAnswered(step);
    }

    private static Optional<ToolRequest> first(ReplyEnded reply, String name) {
        return reply.requests().stream()
                .filter(request -> request.name().equals(name))
                .findFirst();
    }

    private static boolean said(Draft step, ReplyEnded reply) {
        return step.call().playout().spans().stream()
                .anyMatch(span -> span.content().reply().equals(reply.reply()));
    }

    private void escalate(Draft step, ToolRequest request) {
        step.effect(new AnswerTool(request, ACCEPTED));
        var asked = escalation.read(request.arguments());
        var lexicon = step.call().rules().escalation().lexicon();
        step.signals(step.call().signals().speaking(asked.language().flatMap(lexicon::spelled)));
        Departure.handOff(
                step, new HandoffCause.AgentAsked(), asked.reason(), asked.summary(), asked.urgency(), true);
    }

    private void requested(Draft step, ToolRequest request) {
        step.transcript(step.call().transcript().asked(request, step.now()));
        if (step.call().tools().rounds() > MAX_ROUNDS) {
            step.remark("too_many_tools");
            answer(step, request, phrases.tooManyTools(), false);
            return;
        }
        var rule = Optional.ofNullable(step.call().rules().tools().get(request.name()));
        if (rule.filter(CallRules.ToolRule::confirm).isPresent()) {
            var consent = step.call().tools().consent().filter(asked -> asked.covers(request));
            if (consent.filter(ToolDesk.Consent::given).isEmpty()) {
                step.remark("confirmation_asked");
                step.tools(step.call().tools().asking(request, step.now()));
                answer(step, request, phrases.confirmationNeeded(), false);
                return;
            }
            step.tools(step.call().tools().unasked());
        }
        step.tools(step.call().tools().started(request));
        step.effect(new RunTool(request));
        if (!step.call().timers().running(Timer.TOOL_FILLER)) {
            boolean hasFiller = rule.filter(r -> !r.filler().isEmpty()).isPresent();
            step.start(Timer.TOOL_FILLER, hasFiller ? FILLER : DEFAULT_FILLER);
        }
    }

    void finished(Draft step, ToolRequest request, ToolOutcome outcome) {
        if (step.call().tools().waitsFor(request)) {
            answer(step, request, outcome.answer(), outcome.result().equals(ToolOutcome.OK));
            step.signals(ran(step.call().signals(), request, outcome));
            allAnswered(step);
            Departure.byRule(step);
        }
    }

    Signals ran(Signals before, ToolRequest request, ToolOutcome outcome) {
        boolean well = outcome.result().equals(ToolOutcome.OK);
        return before.toolRan(outcome, facts.in(outcome.answer()))
                .did(new Signals.Deed(request.name(), facts.in(request.arguments()), well));
    }

    /// The answer of a tool that outlived its stream is kept for the next one.
    void finishedMeanwhile(Draft step, ToolRequest request, ToolOutcome outcome) {
        if (step.call().tools().waitsFor(request)) {
            answer(step, request, outcome.answer(), outcome.result().equals(ToolOutcome.OK));
            step.signals(ran(step.call().signals(), request, outcome));
        }
    }

    private static void answer(Draft step, ToolRequest request, String answer, boolean well) {
        step.tools(step.call().tools().answered(request, well));
        step.transcript(step.call().transcript().answered(request, answer));
        // Without a session there is nobody to tell; the next one is opened with the transcript.
        if (step.call().engine().exists()) {
            step.effect(new AnswerTool(request, answer));
        }
    }

    /// Once all are answered, the agent is to speak about them, or to end the call as it wished.
    private void allAnswered(Draft step) {
        var tools = step.call().tools();
        if (!tools.running().isEmpty()) {
            return;
        }
        step.tools(tools.spoken());
        var ending = tools.ending();
        if (ending.filter(ToolDesk.Ending::untroubled).isPresent()) {
            step.effect(new AnswerTool(ending.get().request(), ENDED));
            Departure.goodbye(
                    step, "goodbye", ending.get().said() ? Optional.empty() : Optional.of(phrases.goodbye()));
            return;
        }
        ending.ifPresent(wish -> step.effect(new AnswerTool(wish.request(), phrases.notEnded())));
        if (tools.unspoken()) {
            step.askForReply();
        }
    }

    /// Bridges the caller's wait, again and again, but never over other words and never behind the answer.
    void filler(Draft step) {
        var call = step.call();
        var unheard = call.playout().unheard(step.now());
        if (call.tools().running().isEmpty()) {
            if (call.engine().replies().owed() && call.tools().rounds() > 0 && unheard.isZero()) {
                // The model thinks about an answer; it may ask for the next tool.
                step.start(Timer.TOOL_FILLER, SOON);
            }
        } else if (call.engine().replies().running().isPresent()
                || !unheard.isZero()
                || !call.engine().ready()) {
            step.start(Timer.TOOL_FILLER, unheard.plus(FILLER));
        } else {
            step.sayInPassing(Optional.ofNullable(call.rules()
                            .tools()
                            .get(call.tools().running().getFirst().name()))
                    .map(CallRules.ToolRule::filler)
                    .filter(text -> !text.isEmpty())
                    .orElse(phrases.oneMoment()));
            step.start(Timer.TOOL_FILLER, FILLER_AGAIN);
        }
    }

    /// Tools of an earlier stream still run.
    static void resumed(Draft step) {
        if (!step.call().tools().running().isEmpty()) {
            step.start(Timer.TOOL_FILLER, DEFAULT_FILLER);
        }
    }
}
