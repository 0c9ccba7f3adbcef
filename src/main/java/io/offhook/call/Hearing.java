package io.offhook.call;

import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.HearCaller;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEffect.TruncateReply;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// The caller speaks: audio, turns, interruptions, and words.
final class Hearing {
    private static final Duration SPEECH_GAP = Duration.ofMillis(750);
    private static final long PAD_FROM_MILLIS = 40;
    private static final long PAD_UP_TO_MILLIS = 10_000;
    private static final long GAP_FILL_MILLIS = 1_000;

    private final Phrases phrases;

    Hearing(Phrases phrases) {
        this.phrases = phrases;
    }

    /// The only thing that comes fifty times a second; so it has no draft.
    static Step audio(Call call, CallerAudio audio, Instant now) {
        if (!(call.phase() instanceof Phase.Conversing)) {
            return Step.of(call.with(call.line().media(-1, now)));
        }
        long expected = call.line().nextMillis();
        long missing = expected < 0 ? 0 : audio.atMillis() - expected;
        // A clock that jumps back is the provider's business; only what is missing in front of a frame is ours.
        var next = call.with(call.line()
                .media(Math.max(expected, audio.atMillis() + audio.frame().millis()), now));
        if (missing < PAD_FROM_MILLIS) {
            return new Step(next, List.of(new HearCaller(audio.frame())), List.of());
        }
        var silence = AudioFrame.silence(Math.min(missing, PAD_UP_TO_MILLIS));
        return new Step(
                next, List.of(new HearCaller(silence), new HearCaller(audio.frame())), List.of("media_gap"));
    }

    void startedSpeaking(Draft step, String item) {
        step.line(step.call().line().speaking(true, step.now()));
        step.start(Timer.SPEECH_GAP, SPEECH_GAP);
        step.transcript(step.call().transcript().begun(Turn.Speaker.CALLER, item, step.now()));
        step.tools(step.call().tools().rested());
        if (step.call().playout().audible(step.now())) {
            step.remark("barge_in");
        }
        cutOff(step);
        // The engine stops by itself a reply that has made no sound yet; its late audio must not be played either.
        var replies = step.call().engine().replies();
        step.replies(replies.dropping(replies.running()));
    }

    /// The agent falls silent, and the engine learns how far it was heard.
    private void cutOff(Draft step) {
        if (!step.call().playout().audible(step.now())) {
            return;
        }
        step.effect(new ClearPlayout());
        var heard = step.call().playout().heard(step.now());
        step.heardSoFar();
        step.playout(step.call().playout().cut(step.now()));
        for (var part : heard) {
            var item = part.content().item();
            if (part.whole()) {
                continue;
            }
            if (item.equals(CallMachine.GREETING)) {
                var words = step.call().transcript().turn(item).map(Turn::text).orElse("");
                step.effect(new TellEngine(new Turn(
                        Turn.Speaker.NOTE, "greeting-cut", phrases.greetingCut(words), false, step.now())));
            } else if (!item.equals(EngineCare.COMFORT_CLIP)) {
                step.effect(new TruncateReply(part.content(), part.heard()));
                step.replies(step.call()
                        .engine()
                        .replies()
                        .dropping(Optional.of(part.content().reply())));
            }
        }
    }

    static void stoppedSpeaking(Draft step) {
        step.line(step.call().line().speaking(false, step.now()));
        step.stop(Timer.SPEECH_GAP);
        step.owe();
    }

    /// Words that may say that the caller has had enough of the agent; then what the agent is saying is cut short.
    void wordsWhileTalking(Draft step, String item, String text) {
        words(step, item, text);
        var call = step.call();
        step.signals(call.rules().escalation().callerSaid(call.signals(), text));
        if (step.needsHuman() && !Consultation.isUnderWay(step)) {
            if (step.call().engine().replies().running().isPresent()) {
                step.effect(new CancelReply());
            }
            cutOff(step);
            Departure.byRule(step);
        }
    }

    static void words(Draft step, String item, String text) {
        step.transcript(step.call().transcript().words(Turn.Speaker.CALLER, item, text, step.now()));
        // Words come late: a yes to something else must not pass for a yes to the question asked since.
        var spokenAt = step.call().transcript().turn(item).map(Turn::at).orElse(step.now());
        if (step.call().tools().consent().isPresent()) {
            boolean answer =
                    !spokenAt.isBefore(step.call().tools().consent().get().askedAt());
            ToolDesk.yesOrNo(text)
                    .filter(yes -> answer || !yes)
                    .ifPresent(yes -> step.tools(
                            yes
                                    ? step.call().tools().consented()
                                    : step.call().tools().unasked()));
        }
    }

    static void speechGap(Draft step) {
        var line = step.call().line();
        if (!line.speaking()) {
            return;
        }
        var rest = SPEECH_GAP.minus(Duration.between(line.mediaAt(), step.now()));
        if (rest.isPositive()) {
            step.start(Timer.SPEECH_GAP, rest);
            return;
        }
        // Without audio the engine's clock stands still and the caller's turn would never end.
        step.effect(new HearCaller(AudioFrame.silence(GAP_FILL_MILLIS)));
        step.line(line.media(line.nextMillis() < 0 ? -1 : line.nextMillis() + GAP_FILL_MILLIS, line.mediaAt()));
        step.remark("media_gap");
    }
}
