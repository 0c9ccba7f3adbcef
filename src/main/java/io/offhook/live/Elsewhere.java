package io.offhook.live;

import io.offhook.call.CallMachine;
import io.offhook.call.CallRules;
import io.offhook.call.Disposition;
import io.offhook.call.Handoff;
import io.offhook.call.Memory;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.Signals;
import io.offhook.call.StreamEnd;
import io.offhook.call.ToolOutcome;
import io.offhook.call.ToolRequest;
import io.offhook.call.Transcript;
import io.offhook.call.Turn;
import io.offhook.store.Attempt;
import io.offhook.store.Leases;
import io.offhook.store.WholeCall;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What became of a call on other nodes, as far as it is stored. Pure.
///
/// @param past     what was said there, what has shown up, and what was charged
/// @param phase    in which it was left
/// @param handoff  the one with which the caller is on the way
/// @param assumed  whether that is so only if the agent is gone: it had the caller while a human was called
/// @param back     present once the caller has come back from a route
/// @param results  of the steps of the route that the caller is on
/// @param accepted the steps of that route at which a human has said by a key that the call is theirs
/// @param wish     what the caller would rather do than wait
record Elsewhere(
        Past past,
        Phase phase,
        Optional<Handoff> handoff,
        boolean assumed,
        Optional<Back> back,
        List<Route.Result> results,
        Set<Integer> accepted,
        RouteAnswers.Wish wish,
        boolean recorded,
        Optional<Entry.End> end) {
    private static final Pattern STEP = Pattern.compile("\\{\"step\":(\\d{1,6})}");

    static Elsewhere of(WholeCall stored, AgentPlan plan, CallMachine machine) {
        var from = stored.timeline().stream()
                .flatMap(event -> Back.from(event).stream())
                .findFirst();
        var handoff = stored.handoffs().stream()
                .filter(each -> from.filter(before -> Back.same(each, before)).isEmpty())
                .filter(each -> !each.way().agentStays() || !parted(stored))
                .reduce((_, later) -> later);
        var past = past(stored, plan.rules(), machine, from.isPresent());
        return new Elsewhere(
                past,
                phase(stored.call().phase()),
                handoff.map(known -> complete(onItsWay(known, stored.attempts()), stored.turns(), past, plan.rules())),
                handoff.filter(known -> known.way().agentStays()).isPresent(),
                from.map(before -> back(stored, before)),
                results(stored, from.isPresent()),
                handoff.map(known -> accepted(stored, known, from.isPresent())).orElse(Set.of()),
                wish(stored),
                stored.voicemail(),
                stored.call().disposition().filter(Elsewhere::known).map(how -> new Entry.End(
                        how, stored.call().endedAt().orElse(stored.call().startedAt()))));
    }

    /// Whether that is how the call ended. A call that was given up with its node goes on when it is heard of again.
    private static boolean known(Disposition how) {
        return !how.reason().equals(Leases.NODE_LOST);
    }

    /// Whether the caller has left the agent, and for nobody else.
    private static boolean parted(WholeCall stored) {
        return stored.call().phase().equals("goodbye")
                || stored.call().disposition().filter(Elsewhere::known).isPresent();
    }

    /// A handoff is stored before the caller leaves, and again when all was said; its node may have died in between.
    private static Handoff complete(Handoff handoff, List<Turn> turns, Past past, CallRules rules) {
        return turns.size() > handoff.transcript().size()
                ? handoff.completed(turns, past.signals(), rules)
                : handoff;
    }

    /// Where a caller goes for whom a human was called in the meantime is said by what has become of that: the node that
    /// would have stored it with the handoff may have died before.
    private static Handoff onItsWay(Handoff handoff, List<Attempt> attempts) {
        var way = handoff.way();
        return attempts.stream()
                .filter(attempt -> Back.same(handoff, attempt.handoff()) && attempt.step() >= way.step())
                .reduce((_, later) -> later)
                .filter(_ -> way.tried().isEmpty())
                .map(attempt -> handoff.with(way(attempt, way)))
                .orElseGet(() -> way.agentStays() ? handoff.with(Handoff.Way.FIRST) : handoff);
    }

    private static Handoff.Way way(Attempt last, Handoff.Way stored) {
        return switch (last.state()) {
            case CALLING -> Handoff.Way.to(last.step());
            case ACCEPTED, MET -> Handoff.Way.meeting(last.step(), last.number());
            case OVER ->
                last.result()
                        .or(() -> stored.attempt().map(_ -> Route.Result.HUMAN_GONE))
                        .map(why -> Handoff.Way.tried(last.step(), why))
                        .orElse(Handoff.Way.to(last.step()));
        };
    }

    private static Back back(WholeCall stored, Instant from) {
        var handoff = stored.handoffs().stream()
                .filter(each -> Back.same(each, from))
                .findFirst();
        return new Back(RouteAnswers.returned(handoff, result(stored), from), from);
    }

    /// A stream that was up is lost with its node.
    private static Phase phase(String slug) {
        return switch (slug) {
            case "ringing" -> new Phase.Ringing();
            case "goodbye" -> new Phase.SayingGoodbye("goodbye", Phase.LastWords.NONE);
            default -> new Phase.Detached(StreamEnd.LOST);
        };
    }

    /// Whether others have heard something that this stream has not.
    boolean hasMoreThan(LiveCall live) {
        var heard = live.call().transcript();
        return past.history().turns().stream().anyMatch(turn -> heard.place(turn.item()) < 0);
    }

    /// Where a human has said by a key that the call is theirs, and, where the two had to meet first, met the caller. An
    /// entry of an earlier version names no step, and counts for whichever is asked about.
    private static Set<Integer> accepted(WholeCall stored, Handoff handoff, boolean second) {
        var met = stored.attempts().stream()
                .filter(attempt -> attempt.is(Attempt.State.MET) && Back.same(handoff, attempt.handoff()))
                .map(Attempt::step);
        var metBefore = happened(stored, Logbook.MET) && stored.attempts().isEmpty()
                ? Stream.of(handoff.way().step())
                : Stream.<Integer>empty();
        var byKey = stored.timeline().stream()
                .filter(event -> event.kind().equals(Logbook.ACCEPTED))
                .flatMap(event -> accepted(event.detail(), second).stream());
        return Stream.of(met, metBefore, byKey).flatMap(each -> each).collect(Collectors.toSet());
    }

    /// Who was called in the meantime (`attempt`) has the caller when the two have met, and not before.
    private static Optional<Integer> accepted(String detail, boolean second) {
        if (detail.equals(Logbook.NOTHING)) {
            return Optional.of(Entry.ANY_STEP);
        }
        return Optional.of(STEP.matcher(detail))
                .filter(Matcher::matches)
                .map(found -> Integer.parseInt(found.group(1)))
                .filter(place -> place >= Logbook.SECOND_ROUTE == second)
                .map(place -> second ? place - Logbook.SECOND_ROUTE : place);
    }

    private static boolean happened(WholeCall stored, String kind) {
        return stored.timeline().stream().anyMatch(event -> event.kind().equals(kind));
    }

    private static RouteAnswers.Wish wish(WholeCall stored) {
        return Stream.of(RouteAnswers.Wish.MESSAGE, RouteAnswers.Wish.CALLBACK)
                .filter(wish -> happened(stored, Logbook.event(wish)))
                .findFirst()
                .orElse(RouteAnswers.Wish.NONE);
    }

    /// Of a caller who came back, the steps of the first route are history.
    private static List<Route.Result> results(WholeCall stored, boolean second) {
        return stored.route().stream()
                .filter(step -> (step.step() >= Logbook.SECOND_ROUTE) == second)
                .flatMap(step -> step.result().stream())
                .toList();
    }

    private static Route.Result result(WholeCall stored) {
        var first = results(stored, false);
        return first.isEmpty() ? Route.Result.NO_ANSWER : first.getLast();
    }

    private static Past past(WholeCall stored, CallRules rules, CallMachine machine, boolean returned) {
        var memories = new ArrayList<Memory>(stored.turns());
        var ran = new LinkedHashMap<ToolRequest, ToolOutcome>();
        for (var run : stored.tools()) {
            ran.put(run.request(), run.outcome());
            if (!run.outcome().answer().isEmpty()) {
                memories.add(new Memory.ToolRun(
                        run.request(),
                        Optional.of(run.outcome().answer()),
                        run.at().minus(run.outcome().took())));
            }
        }
        memories.sort(Comparator.comparing(Memory::at));
        var signals = returned
                ? sinceReturn(stored.turns(), ran, rules, machine)
                : machine.recall(Signals.NONE, rules, stored.turns(), ran);
        return new Past(Transcript.of(memories), signals, stored.bill());
    }

    /// What led to the first handoff is no reason for a second one.
    private static Signals sinceReturn(
            List<Turn> turns, Map<ToolRequest, ToolOutcome> ran, CallRules rules, CallMachine machine) {
        var items = turns.stream().map(Turn::item).toList();
        int told = items.contains(RouteAnswers.RETURNED) ? items.indexOf(RouteAnswers.RETURNED) : turns.size();
        var before = machine.recall(Signals.NONE, rules, turns.subList(0, told), ran).returned();
        return machine.recall(before, rules, turns.subList(told, turns.size()), Map.of());
    }
}
