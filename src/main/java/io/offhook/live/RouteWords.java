package io.offhook.live;

import io.offhook.call.Destination;
import io.offhook.call.EngineFault;
import io.offhook.call.EscalationPolicy;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Route;
import io.offhook.live.RouteAnswers.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What a caller hears who is on the way to a human, along the route, or back to the agent. Pure: where the call stands
/// goes in, the words come out; any thread. Does not decide where the caller goes, which is [RouteAnswers]' part.
///
/// @param say      one after the other; may be empty
/// @param language that `say` is in
record RouteWords(List<String> say, String language) {
    /// From when the engine was wanted to when a person's phone rings: five seconds, less what the provider needs.
    private static final Duration RINGS_WITHIN = Duration.ofMillis(4_700);
    /// What the provider's voice takes for a character, about.
    private static final Duration SPOKEN_CHARACTER = Duration.ofMillis(60);

    static RouteWords silence(Standing call) {
        return new RouteWords(List.of(), call.language());
    }

    /// What a caller is told on the way to a human, whom nobody has told before.
    static RouteWords announcement(Handoff handoff, Standing call) {
        var apologies = apologies(call);
        if (RouteAnswers.ringsNobody(call.plan(), handoff)) {
            var why = technical(handoff.cause())
                    ? apologies.technical()
                    : handoff.to().equals(EscalationPolicy.CLOSED) ? apologies.closed() : apologies.nobodyFree();
            var say = new ArrayList<>(List.of(why));
            say.addAll(asked(call, Optional.of(handoff)));
            return new RouteWords(say, apologies.language());
        }
        return switch (handoff.cause()) {
            // Short: nobody who pressed a key or lost the agent wants to hear a speech before the phone rings.
            case HandoffCause.CallerPressedZero _ ->
                new RouteWords(List.of(apologies.oneMoment()), apologies.language());
            // The caller has waited for as long as may be, and heard so: the phone rings at once.
            case HandoffCause.LostEngine(var fault, _) when fault.kind() == EngineFault.Kind.STALL -> silence(call);
            // It was waited for already; every word more would keep the person waiting behind it.
            case HandoffCause.LostEngine lost when late(lost, apologies) ->
                new RouteWords(List.of(apologies.oneMoment()), apologies.language());
            case HandoffCause.LostEngine _, HandoffCause.LostStream _, HandoffCause.Fault _ ->
                new RouteWords(List.of(apologies.technical(), apologies.oneMoment()), apologies.language());
            default -> own(call);
        };
    }

    private static boolean technical(HandoffCause cause) {
        return switch (cause) {
            case HandoffCause.LostEngine _, HandoffCause.LostStream _, HandoffCause.Fault _ -> true;
            default -> false;
        };
    }

    /// Whether the apology in full would keep a person's phone from ringing in time.
    private static boolean late(HandoffCause.LostEngine lost, Apologies apologies) {
        boolean waitedForReplies =
                switch (lost.fault().kind()) {
                    case REPLY_FAILED, LOOPING -> true;
                    case UNREACHABLE, TIMEOUT, TLS, AUTH, RATE, SERVER_ERROR, PROTOCOL, MUTE, STALL, CLOSED, EXPIRED ->
                        false;
                };
        var apology = SPOKEN_CHARACTER.multipliedBy(
                apologies.technical().length() + apologies.oneMoment().length());
        return waitedForReplies || lost.waited().plus(apology).compareTo(RINGS_WITHIN) > 0;
    }

    /// An apology, and what happens next.
    static RouteWords sorry(Standing call, Function<Apologies, String> apology) {
        var apologies = apologies(call);
        var say = new ArrayList<>(List.of(apology.apply(apologies)));
        if (call.plan().route(call.handoff()).ringsNobody()) {
            say.addAll(asked(call, call.handoff()));
        } else {
            say.add(apologies.oneMoment());
        }
        return new RouteWords(say, apologies.language());
    }

    /// What is asked for where a route begins with nobody. A call back is asked for in words of its own.
    private static List<String> asked(Standing call, Optional<Handoff> handoff) {
        boolean message = call.plan().route(handoff).destinations().getFirst() instanceof Destination.Voicemail;
        return message ? List.of(apologies(call).leaveMessage()) : List.of();
    }

    /// The operator's announcement, which the provider's voice can't put into another language: who speaks one hears
    /// our own word in it, where there is one.
    static RouteWords own(Standing call) {
        var rules = call.plan().rules();
        var apologies = apologies(call);
        return call.language().equals(rules.language()) || !apologies.language().equals(call.language())
                ? new RouteWords(List.of(rules.announcement()), rules.language())
                : new RouteWords(List.of(apologies.oneMoment()), apologies.language());
    }

    /// What the caller hears before the next step, whom nobody took at the one before: it is not over as long as there
    /// are people who may take the call yet.
    static RouteWords tried(Standing call, Route route, int next) {
        return route.at(next).filter(Destination::rings).isPresent() ? someoneElse(call) : nobodyFree(call);
    }

    static RouteWords nobodyFree(Standing call) {
        var apologies = apologies(call);
        return new RouteWords(List.of(apologies.nobodyFree()), apologies.language());
    }

    private static RouteWords someoneElse(Standing call) {
        var apologies = apologies(call);
        return new RouteWords(List.of(apologies.someoneElse()), apologies.language());
    }

    /// Our own words in the caller's language, or in English.
    static Apologies apologies(Standing call) {
        return Apologies.in(call.language());
    }
}
