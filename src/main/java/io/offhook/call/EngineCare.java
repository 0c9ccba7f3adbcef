package io.offhook.call;

import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.OpenEngine;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.util.Optional;

/// The engine comes, goes, replies and fails to; the caller is never left waiting for it.
final class EngineCare {
    static final String COMFORT_CLIP = "comfort";

    /// For all tries together: whoever gets no agent by then is told so in a word, and a person's phone rings within
    /// five seconds.
    private static final Duration START = Duration.ofMillis(3_500);
    /// A try that has less of it left is not begun: it would only keep the caller waiting.
    private static final Duration WORTH_A_TRY = Duration.ofSeconds(1);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration COMFORT = Duration.ofMillis(1_800);
    /// Up to four seconds went by before the silence of a session was taken for its end.
    private static final Duration COMFORT_AFTER_STALL = Duration.ofMillis(500);
    /// With `Draft.REPLY_OWED` and the silence that ends a turn, less than the five seconds after which a phone rings.
    /// The smaller share: whoever waits a second time has been told so, and slow engines have had theirs.
    private static final Duration OWED_AGAIN = Duration.ofMillis(1_400);
    private static final Duration RENEWAL = Duration.ofMinutes(55);
    private static final Duration BEFORE_THE_END = Duration.ofMinutes(5);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);
    private static final int MAX_LOSSES = 3;

    private final Phrases phrases;

    EngineCare(Phrases phrases) {
        this.phrases = phrases;
    }

    // --- the session ---

    void open(Draft step) {
        step.effect(new OpenEngine(step.call().transcript().memories(phrases.notUnderstood())));
        step.engine(step.call().engine().opening(step.now()));
        step.start(Timer.ENGINE_START, START.minus(waited(step)));
    }

    /// Since the first of the tries that belong together.
    private static Duration waited(Draft step) {
        return Duration.between(step.call().engine().wantedAt(), step.now());
    }

    static void ready(Draft step, Optional<Duration> life) {
        var before = step.call().engine();
        step.engine(before.readied(step.now()));
        step.stop(Timer.ENGINE_START);
        step.start(Timer.ENGINE_RENEWAL, renewalIn(life));
        step.remark(
                before.state() == EngineLink.State.RENEWING
                        ? "session_renewed"
                        : before.losses() > 0 ? "engine_reconnected" : "engine_ready");
        var transcript = step.call().transcript();
        boolean callerWaits =
                transcript.callerSpokeLast() && !step.call().line().speaking();
        if (transcript.isEmpty() && !step.call().rules().greeting().isEmpty()) {
            step.say(step.call().rules().greeting());
        } else if ((before.replies().owed() || callerWaits)
                && step.call().tools().running().isEmpty()) {
            step.askForReply();
        }
    }

    /// Well before the engine's own end. An end that makes no sense, since clocks differ, is not believed.
    private static Duration renewalIn(Optional<Duration> life) {
        return life.filter(Duration::isPositive)
                .map(all -> all.compareTo(BEFORE_THE_END.multipliedBy(2)) > 0
                        ? all.minus(BEFORE_THE_END)
                        : all.dividedBy(2))
                .filter(in -> in.compareTo(RENEWAL) < 0)
                .orElse(RENEWAL);
    }

    static void lost(Draft step, EngineFault fault) {
        var before = step.call().engine();
        step.remark(fault.slug());
        step.stop(Timer.ENGINE_START);
        step.stop(Timer.REPLY_OWED);
        step.stop(Timer.ENGINE_RENEWAL);
        step.engine(before.lost(step.now()));
        if (step.call().line().speaking()) {
            // The end of this speech will never be told; whatever it was, it wants an answer.
            step.line(step.call().line().speaking(false, step.now()));
            step.stop(Timer.SPEECH_GAP);
            step.replies(step.call().engine().replies().owing(step.now()));
        } else if (before.ready() && fault.kind() == EngineFault.Kind.STALL) {
            // It has heard nothing for a while, and nobody knows what the caller said meanwhile.
            step.transcript(step.call()
                    .transcript()
                    .begun(Turn.Speaker.CALLER, "unheard-" + step.now().toEpochMilli(), step.now()));
        }
        if (!worthAnotherTry(step, before, fault)) {
            var waited = before.worked() ? Duration.ZERO : waited(step);
            Departure.handOff(step, new HandoffCause.LostEngine(fault, waited), false);
            return;
        }
        step.start(Timer.ENGINE_RETRY, before.ready() ? Duration.ZERO : RETRY);
        if (before.worked()) {
            var patience = fault.kind() == EngineFault.Kind.STALL ? COMFORT_AFTER_STALL : COMFORT;
            step.start(Timer.COMFORT, patience.plus(step.call().playout().unheard(step.now())));
        }
    }

    private static boolean worthAnotherTry(Draft step, EngineLink before, EngineFault fault) {
        return before.worked()
                ? before.losses() < MAX_LOSSES
                : fault.kind() == EngineFault.Kind.SERVER_ERROR
                        && before.attempts() <= 1
                        && waited(step).plus(RETRY).plus(WORTH_A_TRY).compareTo(START) <= 0;
    }

    /// The engine has not become ready in time.
    static void mute(Draft step) {
        step.effect(new CloseEngine());
        lost(step, EngineFault.of(EngineFault.Kind.MUTE));
    }

    /// The session nears its own end.
    void renew(Draft step) {
        if (!step.quiet()) {
            step.start(Timer.ENGINE_RENEWAL, A_MOMENT);
            return;
        }
        step.effect(new CloseEngine());
        open(step);
    }

    /// The caller waits for the engine's first words.
    static void awaitFirstWords(Draft step) {
        step.start(Timer.COMFORT, COMFORT);
    }

    static void comfort(Draft step) {
        // An engine that is ready is about to speak; one that isn't leaves the caller in silence.
        if (!step.call().engine().ready()) {
            oneMoment(step);
        }
    }

    private static void oneMoment(Draft step) {
        var clip = step.call().rules().comfort();
        if (!clip.isEmpty() && !step.call().playout().audible(step.now())) {
            step.remark("comfort");
            step.play(new ContentId(COMFORT_CLIP, COMFORT_CLIP, 0), clip);
        }
    }

    // --- its replies ---

    static void replyStarted(Draft step, String reply) {
        step.replies(step.call().engine().replies().started(reply, step.now()));
        if (!step.call().timers().running(Timer.REPLY_OWED)) {
            step.start(Timer.REPLY_OWED, Draft.REPLY_OWED);
        }
    }

    static void replyEnded(Draft step, ReplyEnded reply) {
        var before = step.call().engine().replies();
        boolean ours = before.isRunning(reply.reply());
        // The end of a reply that was given up says nothing about the one that is owed in its place.
        boolean givenUp = before.isDropped(reply.reply());
        boolean finished = reply.how() == ReplyEnd.COMPLETED || reply.how() == ReplyEnd.INCOMPLETE;
        boolean empty = finished && ours && !givenUp && !before.sounded() && reply.requests().isEmpty();
        if (ours || (before.running().isEmpty() && !givenUp)) {
            step.replies(before.ended(empty || reply.how() == ReplyEnd.FAILED, step.now()));
            step.stop(Timer.REPLY_OWED);
            if (step.call().engine().replies().owed()) {
                step.start(Timer.REPLY_OWED, Draft.REPLY_OWED);
            }
        }
        step.finalMark();
        if (reply.how() == ReplyEnd.INCOMPLETE) {
            step.remark("reply_incomplete");
        }
        if (empty || reply.how() == ReplyEnd.FAILED) {
            replyFailed(step, reply.code());
        }
    }

    private static void replyFailed(Draft step, String code) {
        step.remark("reply_failed");
        if (step.call().engine().replies().failures() > 1 || code.equals("insufficient_quota")) {
            Departure.handOff(
                    step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.REPLY_FAILED)), false);
        } else {
            step.askForReply();
        }
    }

    static void replyOverdue(Draft step) {
        var call = step.call();
        var replies = call.engine().replies();
        var unheard = call.playout().unheard(step.now());
        // After the reply was asked for again, only its own sound counts: a comfort clip is ours.
        boolean hears = !unheard.isZero() && (replies.asked() == 0 || replies.sounded());
        boolean busy = hears || !call.tools().running().isEmpty() || call.line().speaking();
        if (!call.engine().ready() || (!replies.owed() && replies.running().isEmpty())) {
            return;
        }
        var sinceSign = Duration.between(replies.lastAt(), step.now());
        if (busy || sinceSign.compareTo(OWED_AGAIN) < 0) {
            // The caller hears something, or the engine has just given a sign of life: count from there.
            var rest = busy ? unheard.plus(OWED_AGAIN) : OWED_AGAIN.minus(sinceSign);
            step.start(Timer.REPLY_OWED, rest);
        } else if (replies.asked() == 0 && !step.spent()) {
            step.remark("engine_stall");
            step.effect(new CancelReply());
            step.effect(new AskForReply());
            step.replies(replies.askedAgain(step.now()));
            step.start(Timer.REPLY_OWED, OWED_AGAIN);
            // What a person who is phoned next would otherwise have to wait behind.
            oneMoment(step);
        } else {
            Departure.handOff(step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.STALL)), false);
        }
    }
}
