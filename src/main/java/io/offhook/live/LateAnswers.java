package io.offhook.live;

import io.offhook.call.Phase;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.live.RouteAnswers.Standing;
import io.offhook.telephony.Fallback;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import java.util.Optional;
import java.util.Set;
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
        var unknown = nothingKnown(agents.apply(call.to()));
        return call.over() ? RouteAnswers.hangUp(unknown) : first(unknown);
    }

    @Override
    public Instruction next(Progress progress) {
        var unknown = nothingKnown(agents.apply(progress.to()));
        if (progress.over()) {
            return RouteAnswers.hangUp(unknown);
        }
        return progress.step().isEmpty() ? first(unknown) : after(unknown, progress.step().getAsInt(), progress);
    }

    private static Instruction first(Standing unknown) {
        return RouteAnswers.goTo(unknown, 0, RouteWords.own(unknown), Optional.empty());
    }

    /// It may have been a step of another route than the usual one, which then ends all the sooner, but never in silence.
    private static Instruction after(Standing unknown, int step, Progress progress) {
        return switch (RouteAnswers.result(unknown, progress)) {
            case ACCEPTED, CALLER_GONE -> RouteAnswers.hangUp(unknown);
            case VOICEMAIL -> RouteAnswers.sayGoodbye(unknown);
            // Nobody knows whether the wish to be called back was kept: a message does no harm.
            default -> {
                var route = unknown.plan().route(Optional.empty());
                yield RouteAnswers.goTo(
                        unknown, step + 1, RouteWords.tried(unknown, route, step + 1), Optional.empty());
            }
        };
    }

    private static Standing nothingKnown(AgentPlan plan) {
        return new Standing(
                plan,
                new Phase.Ringing(),
                true,
                Set.of(),
                RouteAnswers.Wish.NONE,
                Optional.empty(),
                Optional.empty(),
                plan.rules().language());
    }
}
