package io.offhook.live;

import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.live.RouteAnswers.Standing;
import io.offhook.store.Fact;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What is asked and understood at a step of the route where callers may say that they want to be called back. Pure.
final class CallbackAnswers {
    private CallbackAnswers() {}

    /// The step at which a caller can be asked, from this one on; empty when there is none.
    static OptionalInt step(AgentPlan plan, Optional<Handoff> handoff, int from) {
        var route = plan.route(handoff);
        for (int step = from; step < route.destinations().size(); step++) {
            if (numbers(plan, handoff, route.destinations().get(step))
                    .filter(CallbackNumbers::any)
                    .isPresent()) {
                return OptionalInt.of(step);
            }
        }
        return OptionalInt.empty();
    }

    /// The question; empty when this step has none, or no number could be called anyway.
    ///
    /// @param before said before it
    static Optional<Instruction> question(
            AgentPlan plan, Optional<Handoff> handoff, int step, List<String> before, boolean again) {
        return plan.route(handoff).at(step).flatMap(destination -> numbers(plan, handoff, destination)
                .filter(CallbackNumbers::any)
                .map(numbers -> {
                    var words = words(plan);
                    var say = new ArrayList<>(before);
                    say.addAll(words.question(numbers.own().isPresent(), again));
                    return new Instruction.AskNumber(say, words.language(), step, destination.patience(), again);
                }));
    }

    /// How such a step ended; empty when it was another.
    static Optional<Route.Result> result(Standing call, Progress progress) {
        return numbers(call, progress)
                .map(numbers -> numbers.chosen(progress.typed().keys()).isPresent()
                        ? Route.Result.CALLBACK
                        : progress.over() ? Route.Result.CALLER_GONE : Route.Result.DECLINED);
    }

    /// Whether the caller has typed what we don't call, and may try once more.
    static boolean mayTryAgain(Standing call, Progress progress) {
        var typed = progress.typed();
        return !typed.again()
                && !typed.keys().isEmpty()
                && numbers(call, progress)
                        .filter(numbers -> numbers.chosen(typed.keys()).isEmpty())
                        .isPresent();
    }

    /// What the caller agreed to, if that is how the step ended.
    static Optional<Fact.CallbackAsked> asked(Standing call, Progress progress, Instant now) {
        var plan = call.plan();
        var keys = progress.typed().keys();
        return numbers(call, progress)
                .flatMap(numbers -> numbers.chosen(keys))
                .flatMap(number -> called(plan).map(called -> new Fact.CallbackAsked(
                        progress.id(),
                        now,
                        number,
                        called,
                        call.handoff()
                                .map(Handoff::to)
                                .filter(plan.routes()::containsKey)
                                .orElse(EscalationPolicy.DEFAULT),
                        words(plan).consent(keys),
                        words(plan).language())));
    }

    static Instruction agreed(AgentPlan plan) {
        var words = words(plan);
        return new Instruction.HangUp(
                List.of(words.agreed(), RouteAnswers.apologies(plan).goodbye()), words.language());
    }

    private static Optional<CallbackNumbers> numbers(Standing call, Progress progress) {
        var route = call.plan().route(call.handoff());
        return progress.step().stream()
                .boxed()
                .flatMap(step -> route.at(step).stream())
                .flatMap(destination -> numbers(call.plan(), call.handoff(), destination).stream())
                .findFirst();
    }

    private static Optional<CallbackNumbers> numbers(
            AgentPlan plan, Optional<Handoff> handoff, Destination destination) {
        return destination instanceof Destination.Callback callback
                ? Optional.of(CallbackNumbers.of(
                        handoff.flatMap(Handoff::caller), called(plan), callback.countries()))
                : Optional.empty();
    }

    private static Optional<PhoneNumber> called(AgentPlan plan) {
        return Optional.ofNullable(plan.facts().get("called.number")).flatMap(PhoneNumber::parse);
    }

    private static CallbackWords words(AgentPlan plan) {
        return CallbackWords.in(plan.rules().language());
    }
}
