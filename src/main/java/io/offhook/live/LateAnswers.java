package io.offhook.live;

import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.telephony.Fallback;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// The answers for callers of whom nothing could be found out in time: by the agent of the number that they have called,
/// along the usual route, from where they were on it.
public final class LateAnswers implements Fallback {
    private final Function<Optional<PhoneNumber>, AgentPlan> agents;

    /// @param agents the agent that answers a called number
    public LateAnswers(Function<Optional<PhoneNumber>, AgentPlan> agents) {
        this.agents = agents;
    }

    @Override
    public Instruction incoming(IncomingCall call) {
        var plan = agents.apply(call.to());
        return call.over() ? RouteAnswers.hangUp(plan) : first(plan);
    }

    @Override
    public Instruction next(Progress progress) {
        var plan = agents.apply(progress.to());
        if (progress.over()) {
            return RouteAnswers.hangUp(plan);
        }
        return progress.step().isEmpty() ? first(plan) : after(plan, progress.step().getAsInt(), progress);
    }

    private static Instruction first(AgentPlan plan) {
        return RouteAnswers.goTo(plan, 0, RouteAnswers.own(plan), Optional.empty());
    }

    /// It may have been a step of another route than the usual one, which then ends all the sooner, but never in silence.
    private static Instruction after(AgentPlan plan, int step, Progress progress) {
        return switch (RouteAnswers.result(nothingKnown(plan), progress)) {
            case ACCEPTED, CALLER_GONE -> RouteAnswers.hangUp(plan);
            case VOICEMAIL -> RouteAnswers.sayGoodbye(plan);
            // Nobody knows whether the wish to be called back was kept: a message does no harm.
            default -> {
                var apologies = RouteAnswers.apologies(plan);
                var words = new RouteAnswers.Words(List.of(apologies.nobodyFree()), apologies.language());
                yield RouteAnswers.goTo(plan, step + 1, words, Optional.empty());
            }
        };
    }

    private static RouteAnswers.Standing nothingKnown(AgentPlan plan) {
        return new RouteAnswers.Standing(
                plan, new Phase.Ringing(), true, false, RouteAnswers.Wish.NONE, Optional.empty(), Optional.empty());
    }
}
