package io.offhook.call;

import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.OpenEngine;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.Timers.Timer;
import java.time.Duration;

/// The engine comes, goes, replies and fails to; the caller is never left waiting for it.
final class EngineCare {
    static final String COMFORT_CLIP = "comfort";

    private static final Duration START = Duration.ofMillis(3_500);
    private static final Duration RETRY = Duration.ofMillis(250);
    private static final Duration COMFORT = Duration.ofMillis(1_800);
    private static final Duration OWED_AGAIN = Duration.ofMillis(2_200);
    private static final Duration RENEWAL = Duration.ofMinutes(55);
    private static final Duration A_MOMENT = Duration.ofSeconds(1);
    private static final int MAX_LOSSES = 3;

    private EngineCare() {}

    // --- the session ---

    static void open(Draft step) {
        step.effect(new OpenEngine(step.call().transcript().turns()));
        step.engine(step.call().engine().opening(step.now()));
        step.start(Timer.ENGINE_START, START);
    }

    static void ready(Draft step) {
        var engine = step.call().engine();
        boolean again = engine.losses() > 0;
        step.engine(engine.readied(step.now()));
        step.stop(Timer.ENGINE_START);
        step.start(Timer.ENGINE_RENEWAL, RENEWAL);
        step.remark(again ? "engine_reconnected" : "engine_ready");
        var entries = step.call().transcript().entries();
        boolean fresh = entries.isEmpty();
        boolean callerWaits = !fresh
                && entries.getLast().speaker() == Turn.Speaker.CALLER
                && !step.call().line().speaking();
        if (fresh && !step.call().rules().greeting().isEmpty()) {
            step.say(step.call().rules().greeting());
        } else if (engine.owed() || callerWaits) {
            step.askForReply();
        }
    }

    static void lost(Draft step, EngineFault fault) {
        var before = step.call().engine();
        boolean wasReady = before.ready();
        step.remark(fault.slug());
        step.stop(Timer.ENGINE_START);
        step.stop(Timer.REPLY_OWED);
        step.stop(Timer.ENGINE_RENEWAL);
        step.engine(wasReady ? before.lost(step.now()) : before.opening(step.now()));
        boolean worthRetry = wasReady ? before.losses() < MAX_LOSSES : fault.kind() == EngineFault.Kind.SERVER_ERROR;
        if (worthRetry && before.attempts() <= 1) {
            step.start(Timer.ENGINE_RETRY, wasReady ? Duration.ZERO : RETRY);
            if (wasReady) {
                step.start(Timer.COMFORT, COMFORT.plus(step.call().playout().unheard(step.now())));
            }
        } else {
            Departure.handOff(step, new HandoffCause.LostEngine(fault), false);
        }
    }

    /// The engine has not become ready in time.
    static void mute(Draft step) {
        step.effect(new CloseEngine());
        lost(step, EngineFault.of(EngineFault.Kind.MUTE));
    }

    /// The session nears its own end.
    static void renew(Draft step) {
        if (!step.quiet()) {
            step.start(Timer.ENGINE_RENEWAL, A_MOMENT);
            return;
        }
        step.remark("session_renewed");
        step.effect(new CloseEngine());
        open(step);
    }

    /// The caller waits for the engine's first words.
    static void awaitFirstWords(Draft step) {
        step.start(Timer.COMFORT, COMFORT);
    }

    static void comfort(Draft step) {
        var clip = step.call().rules().comfort();
        // An engine that is ready is about to speak; one that isn't leaves the caller in silence.
        if (!clip.isEmpty()
                && !step.call().engine().ready()
                && !step.call().playout().audible(step.now())) {
            step.remark("comfort");
            step.play(new ContentId(COMFORT_CLIP, COMFORT_CLIP, 0), clip);
        }
    }

    // --- its replies ---

    static void replyStarted(Draft step, String reply) {
        step.engine(step.call().engine().replying(reply, step.now()));
        if (!step.call().timers().running(Timer.REPLY_OWED)) {
            step.start(Timer.REPLY_OWED, Draft.REPLY_OWED);
        }
    }

    static void replyEnded(Draft step, ReplyEnded reply) {
        boolean ours =
                step.call().engine().reply().filter(reply.reply()::equals).isPresent();
        // The end of a reply that was given up says nothing about the one that is owed in its place.
        boolean givenUp =
                step.call().engine().dropped().filter(reply.reply()::equals).isPresent();
        if (ours || (step.call().engine().reply().isEmpty() && !givenUp)) {
            step.engine(step.call().engine().replied(reply.how() == ReplyEnd.FAILED, step.now()));
            step.stop(Timer.REPLY_OWED);
        }
        step.finalMark();
        switch (reply.how()) {
            case COMPLETED, CANCELLED -> {}
            case INCOMPLETE -> step.remark("reply_incomplete");
            case FAILED -> replyFailed(step, reply.code());
        }
    }

    private static void replyFailed(Draft step, String code) {
        step.remark("reply_failed");
        if (step.call().engine().failures() > 1 || code.equals("insufficient_quota")) {
            Departure.handOff(
                    step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.REPLY_FAILED)), false);
        } else {
            step.askForReply();
        }
    }

    static void replyOverdue(Draft step) {
        var call = step.call();
        var unheard = call.playout().unheard(step.now());
        boolean busy =
                !unheard.isZero() || !call.tools().running().isEmpty() || call.line().speaking();
        if (!call.engine().ready()
                || (!call.engine().owed() && call.engine().reply().isEmpty())) {
            return;
        }
        var sinceSign = Duration.between(call.engine().lastAt(), step.now());
        if (busy || sinceSign.compareTo(OWED_AGAIN) < 0) {
            // The caller hears something, or the engine has just given a sign of life: count from there.
            var rest = busy ? unheard.plus(OWED_AGAIN) : OWED_AGAIN.minus(sinceSign);
            step.start(Timer.REPLY_OWED, rest);
        } else if (call.engine().asked() == 0) {
            step.remark("engine_stall");
            step.effect(new CancelReply());
            step.effect(new AskForReply());
            step.engine(call.engine().askedAgain(step.now()).dropping(call.engine().reply()));
            step.start(Timer.REPLY_OWED, OWED_AGAIN);
        } else {
            Departure.handOff(step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.STALL)), false);
        }
    }
}
