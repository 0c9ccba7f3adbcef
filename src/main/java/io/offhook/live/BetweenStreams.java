package io.offhook.live;

import io.offhook.call.CallEvent;
import io.offhook.call.Handoff;
import io.offhook.call.HandoffCause;
import io.offhook.call.Phase;
import io.offhook.call.Route;
import io.offhook.call.StreamEnd;
import io.offhook.live.RouteAnswers.Answer;
import io.offhook.telephony.Hold;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Waiting;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/// Where a caller without a stream goes: to the agent on a new one, along the route to a human, or home.
/// `RouteAnswers` says where; here it is noted, stored and ordered. Any thread; nothing here waits.
final class BetweenStreams {
    private static final CompletionStage<String> NOTHING = CompletableFuture.completedStage("");

    private final StreamTokens tokens;
    private final Admission admission;
    private final Endings endings;
    private final Logbook log;
    private final CallClock clock;

    BetweenStreams(StreamTokens tokens, Admission admission, Endings endings, Logbook log, CallClock clock) {
        this.tokens = tokens;
        this.admission = admission;
        this.endings = endings;
        this.log = log;
        this.clock = clock;
    }

    /// The call rings.
    CompletionStage<Instruction> first(Entry entry) {
        return connectOrRoute(entry, true);
    }

    /// What the provider was told to do has come to its end.
    CompletionStage<Instruction> next(Entry entry, Progress progress) {
        entry.asked(clock.now());
        if (progress.step().isPresent() && entry.backWithAgent() && !progress.over()) {
            // Asked once more about the step that the caller came back from.
            return connectOrRoute(entry, false);
        }
        var result = RouteAnswers.result(entry.standing(), progress);
        var asked = CallbackAnswers.asked(entry.standing(), progress, clock.now()).map(log::keepSoon);
        if (progress.step().isEmpty() && !progress.over()) {
            return afterStream(entry);
        }
        // Whoever is asked next, maybe another node, must know of the step: all is on its way to the disk at once.
        boolean known = RouteAnswers.tried(entry.standing(), progress).isPresent();
        var stepped = progress.step().isPresent() && !known
                ? stepped(entry, progress.step().getAsInt(), result)
                : NOTHING;
        CompletionStage<Instruction> answer;
        if (progress.over()) {
            endings.over(entry);
            answer = CompletableFuture.completedStage(RouteAnswers.hangUp(entry.standing()));
        } else {
            answer = perform(entry, RouteAnswers.afterStep(entry.standing(), progress, result));
        }
        return answer.thenCombine(asked.orElse(NOTHING), (next, _) -> next).thenCombine(stepped, (next, _) -> next);
    }

    private CompletionStage<String> stepped(Entry entry, int step, Route.Result result) {
        var stored = log.stepped(entry, step, result);
        entry.stepped(result);
        var _ = endings.correct(entry);
        return stored;
    }

    /// The caller stands in a queue.
    CompletionStage<Hold> waiting(Entry entry, Waiting waiting) {
        entry.touched(clock.now());
        var wish = RouteAnswers.wish(entry.standing(), waiting);
        var stored = entry.wants(wish) ? log.wanted(entry, wish) : NOTHING;
        var hold = RouteAnswers.waiting(entry.standing(), waiting);
        // A caller who leaves the queue for it may be asked about on another node.
        return stored.thenApply(_ -> hold);
    }

    private CompletionStage<Instruction> afterStream(Entry entry) {
        // The provider may ask before its socket's end has reached us.
        entry.live().filter(LiveCall::onLine).ifPresent(live -> {
            if (live.call().phase() instanceof Phase.Conversing) {
                live.post(new CallEvent.StreamEnded(StreamEnd.LOST));
            }
        });
        return perform(entry, RouteAnswers.afterStream(entry.standing()));
    }

    private CompletionStage<Instruction> perform(Entry entry, Answer answer) {
        return switch (answer) {
            case Answer.Tell(var instruction) -> CompletableFuture.completedStage(instruction);
            case Answer.Reconnect _ -> {
                // Counted when it is asked for: a stream that the provider can't open must not be asked for again.
                entry.reconnected();
                yield connectOrRoute(entry, false);
            }
            case Answer.ComeBack(var result, var words, var otherwise) -> comeBack(entry, result, words, otherwise);
            case Answer.HandOver(var cause, var apology) -> handOff(entry, cause, apology);
        };
    }

    // --- to the agent ---

    private CompletionStage<Instruction> connectOrRoute(Entry entry, boolean first) {
        var plan = entry.plan();
        if (entry.handoff().isPresent()) {
            return CompletableFuture.completedStage(
                    RouteAnswers.announced(entry.standing(), entry.handoff().get()));
        }
        var refusal =
                first ? admission.atTheDoor(entry, clock.now()) : admission.again(entry, clock.now());
        return refusal.map(why -> handOff(entry, why.cause(), why.apology()))
                .orElseGet(() -> CompletableFuture.completedStage(new Instruction.ConnectAgent(
                        first ? plan.notices() : List.of(), plan.rules().language(), tokens.issue(entry.ring()))));
    }

    private CompletionStage<Instruction> comeBack(
            Entry entry, Route.Result result, RouteWords words, Instruction otherwise) {
        var now = clock.now();
        var handoff = entry.handoff();
        var from = new Back(
                RouteAnswers.returned(handoff, result, now),
                handoff.map(Handoff::at).orElse(now));
        boolean first = !entry.cameBack();
        if (entry.spent() || !entry.comesBack(from, now)) {
            return CompletableFuture.completedStage(otherwise);
        }
        var answer = connectOrRoute(entry, false).thenApply(next -> next
                        instanceof Instruction.ConnectAgent(_, _, var token)
                ? new Instruction.ConnectAgent(words.say(), words.language(), token)
                : next);
        return first ? log.returned(entry, from).thenCompose(_ -> answer) : answer;
    }

    // --- to a human ---

    /// A handoff that happens between streams: the agent is not there to announce it. The caller goes on when it is
    /// stored, or after a short while.
    private CompletionStage<Instruction> handOff(
            Entry entry, HandoffCause cause, Function<Apologies, String> apology) {
        var plan = entry.plan();
        var handoff = handoff(entry, cause);
        if (!entry.firstHandedOff(handoff, handoff.at())) {
            return CompletableFuture.completedStage(RouteAnswers.sorry(entry.standing(), apology));
        }
        admission.leave(entry);
        log.phase(entry.id(), handoff.at(), "transferred");
        log.happened(entry, cause.slug());
        var answer = RouteAnswers.sorry(entry.standing(), apology);
        return Logbook.soon(log.file(handoff, plan)).thenApply(_ -> answer);
    }

    private Handoff handoff(Entry entry, HandoffCause cause) {
        var rules = entry.plan().rules();
        var past = entry.past();
        var turns = past.history().turns();
        var now = clock.now();
        var place = rules.escalation().place(past.signals(), rules.circumstances(now).needing(Handoff.Urgency.NORMAL));
        return new Handoff(
                        entry.id(),
                        cause,
                        "",
                        "",
                        place.urgency().orElse(Handoff.Urgency.NORMAL),
                        place.to(),
                        entry.from(),
                        past.signals().language().orElse(rules.language()),
                        turns,
                        now)
                .completed(turns, past.signals(), rules);
    }
}
