package io.offhook.live;

import io.offhook.call.Destination;
import io.offhook.call.Disposition;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.call.Turn;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Meeting;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Waiting;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;

/// What comes next for a call without a stream; what the caller is told meanwhile is in [RouteWords]. Pure: where the
/// call stands goes in, the answer comes out; any thread.
final class RouteAnswers {
    /// Item of the note for the agent to whom the caller comes back.
    static final String RETURNED = Route.RETURNED;

    private RouteAnswers() {}

    /// Where a call stands when the provider asks.
    ///
    /// @param reconnected whether a lost stream has been replaced once
    /// @param taken       the steps of the route at which a human has said by a key that the call is theirs
    /// @param wish        what the caller would rather do than wait
    /// @param ended       how the agent's part ended
    /// @param language    that the caller speaks
    record Standing(
            AgentPlan plan,
            Phase phase,
            boolean reconnected,
            Set<Integer> taken,
            Wish wish,
            Optional<Handoff> handoff,
            Optional<Disposition> ended,
            String language) {

        boolean taken(int step) {
            return taken.contains(step) || taken.contains(Entry.ANY_STEP);
        }

        /// Whether the caller goes on past everybody who is still to be tried.
        boolean past() {
            return wish != Wish.NONE;
        }
    }

    /// What a caller in a queue has chosen by key.
    enum Wish {
        NONE,
        MESSAGE,
        CALLBACK
    }

    /// The answer, or what must happen first.
    sealed interface Answer {
        record Tell(Instruction instruction) implements Answer {}

        /// The agent goes on, on a new stream.
        record Reconnect() implements Answer {}

        /// The agent has the caller again, who was on a route; if that may not be, `otherwise`.
        ///
        /// @param result of the last step
        /// @param words  what the caller is told before
        record ComeBack(Route.Result result, RouteWords words, Instruction otherwise) implements Answer {}

        /// A human takes over, and nobody has told the caller yet.
        record HandOver(HandoffCause cause, Function<Apologies, String> apology) implements Answer {}
    }

    /// The stream is gone.
    static Answer afterStream(Standing call) {
        return switch (call.phase()) {
            case Phase.Ended(var disposition, var goodbyeHeard)
            when disposition.outcome() == Disposition.Outcome.RESOLVED ->
                new Answer.Tell(goodbyeHeard ? hangUp(call) : sayGoodbye(call));
            case Phase.SayingGoodbye(_, var words) ->
                new Answer.Tell(words.said() ? hangUp(call) : sayGoodbye(call));
            case Phase.Transferred(var left, var announced) -> {
                // Another node may know what has become of it since.
                var handoff = call.handoff().orElse(left);
                yield onTheWay(
                        call,
                        announced && !ringsNobody(call.plan(), handoff)
                                ? RouteWords.silence(call)
                                : RouteWords.announcement(handoff, call),
                        handoff);
            }
            case Phase.HandingOff(var handoff, _, _) -> onTheWay(call, RouteWords.announcement(handoff, call), handoff);
            case Phase.Conversing _ when !call.reconnected() -> new Answer.Reconnect();
            case Phase.Detached(var why)
            when !call.reconnected() && (why == StreamEnd.LOST || why == StreamEnd.SILENT) -> new Answer.Reconnect();
            case Phase.Detached(var why) ->
                new Answer.HandOver(new HandoffCause.LostStream(why), Apologies::technical);
            default -> withoutStream(call);
        };
    }

    private static Answer withoutStream(Standing call) {
        if (call.handoff().isPresent()) {
            var handoff = call.handoff().get();
            return onTheWay(call, RouteWords.announcement(handoff, call), handoff);
        }
        boolean resolved = call.ended()
                .filter(how -> how.outcome() == Disposition.Outcome.RESOLVED)
                .isPresent();
        var why = call.phase() instanceof Phase.Ringing ? StreamEnd.FAILED : StreamEnd.LOST;
        return resolved
                ? new Answer.Tell(hangUp(call))
                : new Answer.HandOver(new HandoffCause.LostStream(why), Apologies::technical);
    }

    /// To the human who waits, or to where the route begins, or goes on after a human who was called meanwhile.
    private static Answer onTheWay(Standing call, RouteWords words, Handoff handoff) {
        var way = handoff.way();
        return way.tried()
                .map(result -> afterStep(call, way.step(), result))
                .orElseGet(() -> new Answer.Tell(goTo(call, words, handoff)));
    }

    /// The call by which a human had taken the caller who went to this step to meet them.
    static Optional<Integer> attempt(Standing call, int step) {
        return call.handoff().map(Handoff::way).filter(way -> way.step() == step).flatMap(Handoff.Way::attempt);
    }

    /// How a step had ended before the caller was back from it: at a room to which the human did not come.
    static Optional<Route.Result> tried(Standing call, Progress progress) {
        return call.handoff()
                .map(Handoff::way)
                .filter(way -> progress.step().equals(OptionalInt.of(way.step())) && !progress.over())
                .flatMap(Handoff.Way::tried);
    }

    /// How a step of the route ended. A destination that asks for a key has not accepted before somebody pressed it,
    /// whatever the provider makes of a mailbox that picked up.
    static Route.Result result(Standing call, Progress progress) {
        return CallbackAnswers.result(call, progress).orElseGet(() -> among(call, progress));
    }

    private static Route.Result among(Standing call, Progress progress) {
        var tried = tried(call, progress);
        if (tried.isPresent()) {
            return tried.get();
        }
        var result = progress.result().orElse(Route.Result.FAILED);
        if (progress.step().isEmpty()) {
            return result;
        }
        int step = progress.step().getAsInt();
        boolean taken = progress.proven() || call.taken(step);
        if (attempt(call, step).isPresent()) {
            boolean alone = progress.over() && !taken;
            return result == Route.Result.ACCEPTED && alone ? Route.Result.CALLER_GONE : result;
        }
        var destination = call.plan().route(call.handoff()).at(step);
        boolean asks = destination.filter(Destination::asks).isPresent();
        if (result == Route.Result.FAILED
                && destination.filter(Destination.Voicemail.class::isInstance).isPresent()) {
            // The mailbox was there; the caller said nothing.
            return Route.Result.NO_ANSWER;
        }
        return result == Route.Result.ACCEPTED && asks && !taken ? Route.Result.NO_ANSWER : result;
    }

    /// A step of the route has ended.
    static Answer afterStep(Standing call, Progress progress, Route.Result result) {
        int step = progress.step().orElse(0);
        if (result == Route.Result.ACCEPTED || result == Route.Result.CALLER_GONE) {
            return new Answer.Tell(hangUp(call));
        }
        if (result == Route.Result.CALLBACK) {
            return new Answer.Tell(CallbackAnswers.agreed(call));
        }
        return CallbackAnswers.next(call, progress)
                .<Answer>map(Answer.Tell::new)
                .orElseGet(() -> afterStep(call, step, result));
    }

    /// Nobody took the caller at this step.
    private static Answer afterStep(Standing call, int step, Route.Result result) {
        var route = call.plan().route(call.handoff());
        boolean voicemail =
                route.at(step).filter(Destination.Voicemail.class::isInstance).isPresent();
        if (voicemail || route.at(step + 1).isEmpty()) {
            return new Answer.Tell(sayGoodbye(call));
        }
        var onwards = onwards(call, route, step);
        boolean nobodyLeft = step + 2 >= route.destinations().size();
        boolean agentHelps = call.handoff().filter(RouteAnswers::agentHelps).isPresent();
        return route.back() && nobodyLeft && !call.past() && agentHelps
                ? new Answer.ComeBack(result, RouteWords.nobodyFree(call), onwards)
                : new Answer.Tell(onwards);
    }

    /// Whether the caller was sent on by a working agent that had time for more.
    private static boolean agentHelps(Handoff handoff) {
        return switch (handoff.cause()) {
            case HandoffCause.CallerPressedZero _, HandoffCause.AgentAsked _, HandoffCause.RuleHeld _ -> true;
            case HandoffCause.LostEngine _,
                    HandoffCause.LostStream _,
                    HandoffCause.CallTooLong _,
                    HandoffCause.CostLimit _,
                    HandoffCause.ServerDraining _,
                    HandoffCause.NoCapacity _,
                    HandoffCause.Fault _ -> false;
        };
    }

    /// What the model is told of a caller who comes back.
    ///
    /// @param handoff with which the caller was sent away
    /// @param result  of the last step of the route
    static Turn returned(Optional<Handoff> handoff, Route.Result result, Instant now) {
        var what =
                switch (result) {
                    case BUSY -> "the line was busy";
                    case QUEUE_FULL -> "too many callers were waiting";
                    case FAILED -> "the connection failed";
                    default -> "nobody was free to answer";
                };
        var to = handoff.map(Handoff::to).orElse(EscalationPolicy.DEFAULT);
        var text = "The caller was put through to " + to + ", but " + what + ". The caller has heard that nobody"
                + " could take the call, and is back on the line with you. Say briefly that you are still there, and"
                + " offer what you can do yourself, or to try a person once more. A second try that fails ends at a"
                + " voicemail.";
        return new Turn(Turn.Speaker.NOTE, RETURNED, text, false, now);
    }

    private static Instruction onwards(Standing call, Route route, int step) {
        boolean asked =
                route.at(step).filter(Destination.Callback.class::isInstance).isPresent();
        int next = next(call, route, step);
        var words = call.past() || asked ? RouteWords.silence(call) : RouteWords.tried(call, route, next);
        return goTo(call, next, words, call.handoff());
    }

    private static int next(Standing call, Route route, int step) {
        return switch (call.wish()) {
            case NONE -> step + 1;
            case MESSAGE -> route.destinations().size() - 1;
            case CALLBACK -> CallbackAnswers.step(call.plan(), call.handoff(), step + 1).orElse(step + 1);
        };
    }

    /// What a caller hears who waits at a step of the route.
    static Hold waiting(Standing call, Waiting waiting) {
        var plan = call.plan();
        var patience = plan.route(call.handoff())
                .at(waiting.step())
                .map(Destination::patience)
                .orElse(Duration.ZERO);
        var left = patience.minus(waiting.waited().orElse(Duration.ZERO));
        if (call.past() || !left.isPositive()) {
            return Hold.leave();
        }
        var words = QueueWords.in(call.language());
        boolean callback = CallbackAnswers.step(plan, call.handoff(), waiting.step()).isPresent();
        var music = left.compareTo(Hold.USUAL) < 0 ? left : Hold.USUAL;
        return new Hold(words.about(waiting.position(), waiting.waited(), callback), words.language(), Optional.of(music));
    }

    /// What the caller has chosen by a key that was offered.
    static Wish wish(Standing call, Waiting waiting) {
        boolean callback = CallbackAnswers.step(call.plan(), call.handoff(), waiting.step()).isPresent();
        char key = waiting.key().orElse(' ');
        if (key == QueueWords.CALLBACK_KEY && callback) {
            return Wish.CALLBACK;
        }
        return key == QueueWords.MESSAGE_KEY ? Wish.MESSAGE : call.wish();
    }

    /// An apology, and on to the first destination.
    static Instruction sorry(Standing call, Function<Apologies, String> apology) {
        return goTo(call, 0, RouteWords.sorry(call, apology), call.handoff());
    }

    /// On to the first destination, announced in the agent's own words.
    static Instruction announced(Standing call, Handoff handoff) {
        var words = ringsNobody(call.plan(), handoff) ? RouteWords.announcement(handoff, call) : RouteWords.own(call);
        return goTo(call, words, handoff);
    }

    static boolean ringsNobody(AgentPlan plan, Handoff handoff) {
        return plan.route(Optional.of(handoff)).ringsNobody();
    }

    private static Instruction goTo(Standing call, RouteWords words, Handoff handoff) {
        var way = handoff.way();
        return way.attempt()
                .<Instruction>map(attempt -> new Instruction.Meet(
                        words.say(), words.language(), way.step(), new Meeting(handoff.call(), attempt)))
                .orElseGet(() -> goTo(call, way.step(), words, Optional.of(handoff)));
    }

    /// On to this step, or to the last when the route is not that long.
    static Instruction goTo(Standing call, int wanted, RouteWords words, Optional<Handoff> handoff) {
        var route = call.plan().route(handoff);
        int step = Math.min(wanted, route.destinations().size() - 1);
        var destination = route.destinations().get(step);
        return switch (destination) {
            case Destination.Callback _ ->
                CallbackAnswers.question(call, handoff, step, words.say())
                        .orElseGet(() -> goTo(call, step + 1, words, handoff));
            case Destination.Voicemail _ when step > 0 -> {
                var say = new ArrayList<>(words.say());
                say.add(RouteWords.apologies(call).leaveMessage());
                yield new Instruction.GoTo(say, words.language(), step, destination, handoff);
            }
            default -> new Instruction.GoTo(words.say(), words.language(), step, destination, handoff);
        };
    }

    static Instruction hangUp(Standing call) {
        return new Instruction.HangUp(List.of(), call.language());
    }

    static Instruction sayGoodbye(Standing call) {
        var apologies = RouteWords.apologies(call);
        return new Instruction.HangUp(List.of(apologies.goodbye()), apologies.language());
    }

    /// The kind of destination, as it is stored.
    static String name(AgentPlan plan, Optional<Handoff> handoff, int step) {
        return plan.route(handoff).at(step).map(Destination::slug).orElse("unknown");
    }
}
