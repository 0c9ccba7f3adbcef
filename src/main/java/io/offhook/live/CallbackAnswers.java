package io.offhook.live;

import io.offhook.call.Destination;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.PhoneNumber;
import io.offhook.call.Route;
import io.offhook.call.ToolDesk;
import io.offhook.live.RouteAnswers.Standing;
import io.offhook.store.Fact;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.NumberQuestion;
import io.offhook.telephony.Progress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// What is asked and understood at a step of the route where callers may say that they want to be called back. Pure.
///
/// ```
/// first --yes, or a typed number--------------------------------> agreed
///       --a spoken number--> is that right? --yes---------------> agreed
///                                           --no, another-+
///       --neither, not sure, not callable------------------+---> again, once; then on along the route
///       --silence------------------------------------------------> on along the route
/// ```
///
/// Speech recognition errs, so a number that was spoken counts only when it was read out and agreed to.
final class CallbackAnswers {
    /// Below this the caller is asked again rather than believed to have been understood.
    private static final double SURE = 0.5;
    /// Whoever says more than this has something else to say than yes or no.
    private static final int MOST_WORDS = 10;

    private CallbackAnswers() {}

    /// What a reply comes to.
    private sealed interface Outcome {
        /// @param words  what the caller agreed to
        /// @param spoken whether by voice, or to a number that was given by voice
        record Agreed(PhoneNumber number, String words, boolean spoken) implements Outcome {}

        record Ask(NumberQuestion question, List<String> say) implements Outcome {}

        record Nothing() implements Outcome {}
    }

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

    /// The first question; empty when this step has none, or no number could be called anyway.
    ///
    /// @param before said before it
    static Optional<Instruction> question(
            Standing call, Optional<Handoff> handoff, int step, List<String> before) {
        var plan = call.plan();
        return plan.route(handoff).at(step).flatMap(destination -> numbers(plan, handoff, destination)
                .filter(CallbackNumbers::any)
                .map(numbers -> {
                    var words = words(call);
                    var say = new ArrayList<>(before);
                    say.add(words.offer());
                    say.addAll(words.question(numbers.own().isPresent()));
                    return ask(call, step, destination, NumberQuestion.FIRST, say);
                }));
    }

    /// What is asked next at the same step, if the reply leaves something to be asked.
    static Optional<Instruction> next(Standing call, Progress progress) {
        var plan = call.plan();
        int step = progress.step().orElse(0);
        return plan.route(call.handoff())
                .at(step)
                .flatMap(destination -> outcome(call, progress)
                        .filter(Outcome.Ask.class::isInstance)
                        .map(Outcome.Ask.class::cast)
                        .map(next -> ask(call, step, destination, next.question(), next.say())));
    }

    private static Instruction ask(
            Standing call, int step, Destination destination, NumberQuestion question, List<String> say) {
        var words = words(call);
        return new Instruction.AskNumber(
                say, words.language(), step, destination.patience(), question, words.hints());
    }

    /// How such a step ended; empty when it was another.
    static Optional<Route.Result> result(Standing call, Progress progress) {
        return outcome(call, progress).map(outcome -> switch (outcome) {
            case Outcome.Agreed _ -> Route.Result.CALLBACK;
            case Outcome.Ask _, Outcome.Nothing _ ->
                progress.over() ? Route.Result.CALLER_GONE : Route.Result.DECLINED;
        });
    }

    /// What the caller agreed to, if that is how the step ended.
    static Optional<Fact.CallbackAsked> asked(Standing call, Progress progress, Instant now) {
        var plan = call.plan();
        return outcome(call, progress)
                .filter(Outcome.Agreed.class::isInstance)
                .map(Outcome.Agreed.class::cast)
                .flatMap(agreed -> called(plan).map(called -> new Fact.CallbackAsked(
                        progress.id(),
                        now,
                        agreed.number(),
                        called,
                        call.handoff()
                                .map(Handoff::to)
                                .filter(plan.routes()::containsKey)
                                .orElse(EscalationPolicy.DEFAULT),
                        agreed.words(),
                        words(call).language(),
                        agreed.spoken())));
    }

    static Instruction agreed(Standing call) {
        var words = words(call);
        return new Instruction.HangUp(
                List.of(words.agreed(), RouteWords.apologies(call).goodbye()), words.language());
    }

    // --- what a reply means ---

    private static Optional<Outcome> outcome(Standing call, Progress progress) {
        var reply = progress.reply();
        var words = words(call);
        return numbers(call, progress).map(numbers -> {
            if (!reply.keys().isEmpty()) {
                return typed(numbers, words, reply);
            }
            return reply.words().isEmpty() ? new Outcome.Nothing() : spoken(numbers, words, reply);
        });
    }

    private static Outcome typed(CallbackNumbers numbers, CallbackWords words, Progress.Reply reply) {
        var question = reply.question();
        boolean yes = CallbackNumbers.isOwn(reply.keys());
        if (question.heard().isPresent()) {
            if (yes) {
                return confirmed(question.heard().get(), words);
            }
            if (reply.keys().length() == 1) {
                return again(numbers, words, question, Optional.empty());
            }
        }
        return numbers.chosen(reply.keys())
                .<Outcome>map(number ->
                        new Outcome.Agreed(number, yes ? words.here() : words.elsewhere(), false))
                .orElseGet(() -> again(numbers, words, question, Optional.of(words.notThat())));
    }

    private static Outcome spoken(CallbackNumbers numbers, CallbackWords words, Progress.Reply reply) {
        var question = reply.question();
        if (reply.confidence() < SURE) {
            return notUnderstood(numbers, words, question);
        }
        var said = SpokenDigits.in(reply.words(), words.language());
        var number = numbers.spoken(said);
        var yes = yesOrNo(reply.words());
        if (number.isPresent() && !(number.equals(question.heard()) && yes.isPresent())) {
            return readOut(numbers, words, question, number.get());
        }
        if (yes.isPresent() && !yes.get()) {
            return again(numbers, words, question, Optional.empty());
        }
        if (yes.isPresent() && question.heard().isPresent()) {
            return confirmed(question.heard().get(), words);
        }
        if (yes.isPresent() && said.isEmpty() && numbers.own().isPresent()) {
            return new Outcome.Agreed(numbers.own().get(), words.here(), true);
        }
        return said.isEmpty()
                ? notUnderstood(numbers, words, question)
                : again(numbers, words, question, Optional.of(words.notThat()));
    }

    private static Optional<Boolean> yesOrNo(String words) {
        boolean brief = words.length() <= SpokenDigits.MAX_TEXT && words.split("\\s+").length <= MOST_WORDS;
        return brief ? ToolDesk.yesOrNo(words) : Optional.empty();
    }

    private static Outcome confirmed(PhoneNumber heard, CallbackWords words) {
        return new Outcome.Agreed(heard, words.there(), true);
    }

    /// A number in the place of one that was read out already is the second and last.
    private static Outcome readOut(
            CallbackNumbers numbers, CallbackWords words, NumberQuestion question, PhoneNumber number) {
        boolean second = question.heard().isPresent();
        if (second && question.again()) {
            return new Outcome.Nothing();
        }
        var next = (second ? question.onceMore() : question).confirming(number);
        return new Outcome.Ask(next, words.confirmation(numbers.groups(number)));
    }

    /// The same question once more, whichever it was.
    private static Outcome notUnderstood(CallbackNumbers numbers, CallbackWords words, NumberQuestion question) {
        if (question.heard().isEmpty() || question.again()) {
            return again(numbers, words, question, Optional.of(words.notUnderstood()));
        }
        var heard = question.heard().get();
        var say = new ArrayList<>(List.of(words.notUnderstood()));
        say.addAll(words.confirmation(numbers.groups(heard)));
        return new Outcome.Ask(question.onceMore().confirming(heard), say);
    }

    private static Outcome again(
            CallbackNumbers numbers, CallbackWords words, NumberQuestion question, Optional<String> why) {
        if (question.again()) {
            return new Outcome.Nothing();
        }
        var say = new ArrayList<String>();
        why.ifPresent(say::add);
        say.addAll(words.question(numbers.own().isPresent()));
        return new Outcome.Ask(question.onceMore(), say);
    }

    // --- which numbers count ---

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

    private static CallbackWords words(Standing call) {
        return CallbackWords.in(call.language());
    }
}
