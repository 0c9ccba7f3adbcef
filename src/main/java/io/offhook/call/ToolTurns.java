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
    private static final String END_CALL = "end_call";
    private static final String ESCALATE = "escalate_to_human";

    private final Phrases phrases;
    private final EscalationArguments escalation;

    ToolTurns(Phrases phrases, EscalationArguments escalation) {
        this.phrases = phrases;
        this.escalation = escalation;
    }

    void requested(Draft step, ReplyEnded reply) {
        for (var request : reply.requests()) {
            if (request.name().equals(ESCALATE)) {
                step.effect(new AnswerTool(request, "{\"accepted\":true}"));
                var asked = escalation.read(request.arguments());
                Departure.handOff(
                        step,
                        new HandoffCause.AgentAsked(),
                        asked.reason(),
                        asked.summary(),
                        asked.urgency(),
                        true);
                return;
            }
        }
        for (var request : reply.requests()) {
            if (request.name().equals(END_CALL)) {
                step.effect(new AnswerTool(request, "{\"ok\":true}"));
                boolean said = step.call().playout().spans().stream()
                        .anyMatch(span -> span.content().reply().equals(reply.reply()));
                Departure.goodbye(step, "goodbye", said ? Optional.empty() : Optional.of(phrases.goodbye()));
                return;
            }
        }
        reply.requests().forEach(request -> requested(step, request));
        speak(step);
    }

    private void requested(Draft step, ToolRequest request) {
        var rule = Optional.ofNullable(step.call().rules().tools().get(request.name()));
        if (rule.filter(CallRules.ToolRule::confirm).isPresent()) {
            var consent = step.call().tools().consent().filter(asked -> asked.covers(request));
            if (consent.filter(ToolDesk.Consent::given).isEmpty()) {
                step.remark("confirmation_asked");
                step.tools(step.call().tools().asking(request, step.now()));
                step.effect(new AnswerTool(request, phrases.confirmationNeeded()));
                return;
            }
            step.tools(step.call().tools().unasked());
        }
        step.tools(step.call().tools().started(request));
        step.effect(new RunTool(request));
        boolean hasFiller = rule.filter(r -> !r.filler().isEmpty()).isPresent();
        step.start(Timer.TOOL_FILLER, hasFiller ? FILLER : DEFAULT_FILLER);
    }

    static void finished(Draft step, ToolRequest request, String answer) {
        if (!step.call().tools().waitsFor(request)) {
            return;
        }
        step.tools(step.call().tools().answered(request));
        step.effect(new AnswerTool(request, answer));
        speak(step);
    }

    /// Once all are answered, the agent is to speak about them.
    private static void speak(Draft step) {
        if (step.call().tools().running().isEmpty()) {
            step.stop(Timer.TOOL_FILLER);
            if (step.call().tools().unspoken()) {
                step.tools(step.call().tools().spoken());
                step.askForReply();
            }
        }
    }

    void filler(Draft step) {
        var call = step.call();
        if (call.tools().running().isEmpty()
                || call.engine().replies().running().isPresent()
                || call.playout().audible(step.now())
                || !call.engine().ready()) {
            return;
        }
        var rule = Optional.ofNullable(
                call.rules().tools().get(call.tools().running().getFirst().name()));
        step.sayInPassing(rule.map(CallRules.ToolRule::filler)
                .filter(text -> !text.isEmpty())
                .orElse(phrases.oneMoment()));
    }
}
