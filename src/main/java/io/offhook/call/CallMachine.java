package io.offhook.call;

import io.offhook.call.CallEffect.AnswerTool;
import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.CancelReply;
import io.offhook.call.CallEffect.ClearPlayout;
import io.offhook.call.CallEffect.CloseEngine;
import io.offhook.call.CallEffect.CloseStream;
import io.offhook.call.CallEffect.FileHandoff;
import io.offhook.call.CallEffect.HearCaller;
import io.offhook.call.CallEffect.MarkPlayout;
import io.offhook.call.CallEffect.OpenEngine;
import io.offhook.call.CallEffect.PlayToCaller;
import io.offhook.call.CallEffect.RunTool;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.CallEffect.TellEngine;
import io.offhook.call.CallEffect.TruncateReply;
import io.offhook.call.CallEvent.AgentAudio;
import io.offhook.call.CallEvent.AgentAudioEnded;
import io.offhook.call.CallEvent.AgentWords;
import io.offhook.call.CallEvent.CallOver;
import io.offhook.call.CallEvent.CallerAudio;
import io.offhook.call.CallEvent.CallerStartedSpeaking;
import io.offhook.call.CallEvent.CallerStoppedSpeaking;
import io.offhook.call.CallEvent.CallerWords;
import io.offhook.call.CallEvent.DigitPressed;
import io.offhook.call.CallEvent.DrainDeadlineReached;
import io.offhook.call.CallEvent.EngineLost;
import io.offhook.call.CallEvent.EngineReady;
import io.offhook.call.CallEvent.HandoffFiled;
import io.offhook.call.CallEvent.MarkReached;
import io.offhook.call.CallEvent.ReplyEnd;
import io.offhook.call.CallEvent.ReplyEnded;
import io.offhook.call.CallEvent.ReplyStarted;
import io.offhook.call.CallEvent.StreamEnded;
import io.offhook.call.CallEvent.StreamOpened;
import io.offhook.call.CallEvent.TimePassed;
import io.offhook.call.CallEvent.ToolFinished;
import io.offhook.call.Phase.LastWords;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The only place where a call changes state. Pure: same call, event and time, same step.
///
/// ```
///  Ringing --stream--> Conversing --end_call, silence--> SayingGoodbye --heard--> Ended
///                        |     \--handOff(cause)-------> HandingOff --heard, filed--> Transferred --> Ended
///                        \--stream lost--> Detached --new stream--> Conversing
/// ```
///
/// Any phase goes to `Ended` when the provider says that the call is over. Every way to a human is `handOff`.
/// Longer than most classes here, since the rules of a conversation bear on each other and are best read in one place.
public final class CallMachine {
    static final Duration ENGINE_START = Duration.ofMillis(3_500);
    static final Duration ENGINE_RETRY = Duration.ofMillis(250);
    static final Duration COMFORT = Duration.ofMillis(1_800);
    static final Duration REPLY_OWED = Duration.ofMillis(2_500);
    static final Duration REPLY_OWED_AGAIN = Duration.ofMillis(2_200);
    static final Duration ENGINE_RENEWAL = Duration.ofMinutes(55);
    static final Duration SPEECH_GAP = Duration.ofMillis(750);
    static final Duration TOOL_FILLER = Duration.ofMillis(700);
    static final Duration TOOL_DEFAULT_FILLER = Duration.ofMillis(2_500);
    static final Duration LAST_WORDS_START = Duration.ofSeconds(4);
    static final Duration MARK_GRACE = Duration.ofSeconds(2);
    static final Duration HANDOFF_FILING = Duration.ofMillis(1_500);
    static final Duration WARNING_AHEAD = Duration.ofMinutes(1);
    static final Duration A_MOMENT = Duration.ofSeconds(1);
    static final long PAD_FROM_MILLIS = 40;
    static final long PAD_UP_TO_MILLIS = 10_000;
    static final long GAP_FILL_MILLIS = 1_000;
    static final int MAX_ENGINE_LOSSES = 3;
    static final String END_CALL = "end_call";
    static final String ESCALATE = "escalate_to_human";
    static final String GREETING = "greeting";
    static final String COMFORT_CLIP = "comfort";

    private final Phrases phrases;
    private final EscalationArguments escalation;

    /// Reads the arguments of `escalate_to_human`; given, since the core knows no JSON.
    @FunctionalInterface
    public interface EscalationArguments {
        /// @param arguments JSON text of the model; may be anything
        Escalation read(String arguments);

        /// What the model said about the handoff; every part bounded.
        record Escalation(String reason, String summary, Handoff.Urgency urgency) {}
    }

    public CallMachine(Phrases phrases, EscalationArguments escalation) {
        this.phrases = phrases;
        this.escalation = escalation;
    }

    /// What the event comes to. Events that mean nothing in the present phase change nothing: late ones are normal.
    public Step on(Call call, CallEvent event, Instant now) {
        if (event instanceof CallerAudio audio) {
            return heardCaller(call, audio, now);
        }
        var step = new Draft(call, now);
        if (event instanceof CallOver) {
            over(step);
        } else {
            switch (call.phase()) {
                case Phase.Ringing _ -> ringing(step, event);
                case Phase.Conversing _ -> conversing(step, event);
                case Phase.SayingGoodbye _, Phase.HandingOff _ -> leaving(step, event);
                case Phase.Transferred _, Phase.Detached _, Phase.Ended _ -> {
                    // The stream is gone; only the provider's last word matters.
                }
            }
        }
        return step.done();
    }

    /// The way out of our own bugs: the caller goes to a human.
    public Step fault(Call call, Instant now) {
        var step = new Draft(call, now);
        switch (call.phase()) {
            case Phase.Ringing _, Phase.Conversing _, Phase.SayingGoodbye _ ->
                handOff(step, new HandoffCause.Fault(), false);
            case Phase.HandingOff _ -> {
                lastWords(step, LastWords.OVER);
                leave(step);
            }
            case Phase.Transferred _, Phase.Detached _, Phase.Ended _ -> {
                // The caller is out of our hands.
            }
        }
        return step.done();
    }

    // --- the caller's audio: the only thing that comes fifty times a second ---

    private static Step heardCaller(Call call, CallerAudio audio, Instant now) {
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

    // --- Ringing ---

    private static void ringing(Draft step, CallEvent event) {
        if (!(event instanceof StreamOpened(var greeting))) {
            return;
        }
        var call = step.call;
        boolean resumed = !call.transcript().entries().isEmpty();
        step.phase(new Phase.Conversing());
        step.line(Line.fresh(step.now));
        if (!greeting.isEmpty() && !resumed) {
            step.transcript(call.transcript()
                    .words(Turn.Speaker.AGENT, GREETING, call.rules().greeting(), step.now));
            play(step, new ContentId(GREETING, GREETING, 0), greeting);
        } else {
            step.start(Timer.COMFORT, COMFORT);
        }
        if (resumed) {
            step.engine(step.call.engine().owing(step.now));
        }
        openEngine(step);
        step.start(Timer.CALL_LIMIT, call.rules().length());
        if (call.rules().length().compareTo(WARNING_AHEAD.multipliedBy(2)) > 0) {
            step.start(Timer.CALL_WARNING, call.rules().length().minus(WARNING_AHEAD));
        }
        step.start(Timer.SILENCE, call.rules().silence());
    }

    private static void play(Draft step, ContentId content, List<AudioFrame> frames) {
        for (var frame : frames) {
            step.playout(step.call.playout().plus(content, frame, step.now));
            var mark = step.call.playout().markDue();
            step.effect(new PlayToCaller(frame, mark));
            mark.ifPresent(_ -> step.playout(step.call.playout().withMark()));
        }
        finalMark(step);
    }

    private static void finalMark(Draft step) {
        step.call.playout().finalMark().ifPresent(mark -> {
            step.effect(new MarkPlayout(mark));
            step.playout(step.call.playout().withMark());
        });
    }

    private static void openEngine(Draft step) {
        step.effect(new OpenEngine(step.call.transcript().turns()));
        step.engine(step.call.engine().opening(step.now));
        step.start(Timer.ENGINE_START, ENGINE_START);
    }

    // --- Conversing ---

    private void conversing(Draft step, CallEvent event) {
        switch (event) {
            case MarkReached(var mark) -> step.playout(step.call.playout().reached(mark, step.now));
            case DigitPressed(char digit) -> digit(step, digit);
            case StreamEnded(var why) -> streamEnded(step, why);
            case EngineReady _ -> engineReady(step);
            case EngineLost(var fault) -> engineLost(step, fault);
            case ReplyStarted(var reply) -> replyStarted(step, reply);
            case AgentAudio audio -> agentAudio(step, audio);
            case AgentAudioEnded(var content) -> agentAudioEnded(step, content);
            case AgentWords(var content, var text) -> agentWords(step, content, text);
            case CallerStartedSpeaking(var item) -> startedSpeaking(step, item);
            case CallerStoppedSpeaking _ -> stoppedSpeaking(step);
            case CallerWords(var item, var text) -> callerWords(step, item, text);
            case ReplyEnded reply -> replyEnded(step, reply);
            case ToolFinished(var request, var outcome) -> toolFinished(step, request, outcome.answer());
            case TimePassed _ -> timePassed(step);
            case DrainDeadlineReached _ ->
                handOff(step, new HandoffCause.ServerDraining(), false);
            default -> {}
        }
    }

    private void digit(Draft step, char digit) {
        if (digit == '0') {
            handOff(step, new HandoffCause.CallerPressedZero(), false);
            return;
        }
        step.line(step.call.line().active(step.now));
        if (digit == '1' && step.call.tools().consent().isPresent()) {
            step.tools(step.call.tools().consented());
            var note = new Turn(
                    Turn.Speaker.NOTE, "key-" + step.now.toEpochMilli(), phrases.confirmedByKey(), false, step.now);
            step.effect(new TellEngine(note));
            askForReply(step);
        }
    }

    private static void streamEnded(Draft step, StreamEnd why) {
        step.effect(new CloseEngine());
        step.stopAll();
        step.heardSoFar();
        if (why == StreamEnd.STOPPED) {
            step.phase(new Phase.Ended(new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup")));
        } else {
            step.remark(why.slug());
            step.phase(new Phase.Detached(why));
            step.effect(new CloseStream());
        }
    }

    private void engineReady(Draft step) {
        var engine = step.call.engine();
        boolean again = engine.losses() > 0;
        step.engine(engine.readied(step.now));
        step.stop(Timer.ENGINE_START);
        step.start(Timer.ENGINE_RENEWAL, ENGINE_RENEWAL);
        step.remark(again ? "engine_reconnected" : "engine_ready");
        var entries = step.call.transcript().entries();
        boolean fresh = entries.isEmpty();
        boolean callerWaits =
                !fresh && entries.getLast().speaker() == Turn.Speaker.CALLER && !step.call.line().speaking();
        if (fresh && !step.call.rules().greeting().isEmpty()) {
            say(step, step.call.rules().greeting());
        } else if (engine.owed() || callerWaits) {
            askForReply(step);
        }
    }

    private void engineLost(Draft step, EngineFault fault) {
        var before = step.call.engine();
        boolean wasReady = before.ready();
        step.remark(fault.slug());
        step.stop(Timer.ENGINE_START);
        step.stop(Timer.REPLY_OWED);
        step.stop(Timer.ENGINE_RENEWAL);
        step.engine(wasReady ? before.lost(step.now) : before.opening(step.now));
        boolean worthRetry =
                wasReady ? before.losses() < MAX_ENGINE_LOSSES : fault.kind() == EngineFault.Kind.SERVER_ERROR;
        if (worthRetry && before.attempts() <= 1) {
            step.start(Timer.ENGINE_RETRY, wasReady ? Duration.ZERO : ENGINE_RETRY);
            if (wasReady) {
                step.start(Timer.COMFORT, COMFORT.plus(step.call.playout().unheard(step.now)));
            }
        } else {
            handOff(step, new HandoffCause.LostEngine(fault), false);
        }
    }

    private static void replyStarted(Draft step, String reply) {
        step.engine(step.call.engine().replying(reply, step.now));
        if (!step.call.timers().running(Timer.REPLY_OWED)) {
            step.start(Timer.REPLY_OWED, REPLY_OWED);
        }
    }

    private static void agentAudio(Draft step, AgentAudio audio) {
        var content = audio.content();
        if (step.call.engine().dropped().filter(content.reply()::equals).isPresent()) {
            return;
        }
        step.stop(Timer.COMFORT);
        step.engine(step.call.engine().alive(step.now));
        step.transcript(step.call.transcript().begun(Turn.Speaker.AGENT, content.item(), step.now));
        step.playout(step.call.playout().plus(content, audio.frame(), step.now));
        var mark = step.call.playout().markDue();
        step.effect(new PlayToCaller(audio.frame(), mark));
        mark.ifPresent(_ -> step.playout(step.call.playout().withMark()));
    }

    private static void agentAudioEnded(Draft step, ContentId content) {
        if (step.call.engine().dropped().filter(content.reply()::equals).isEmpty()) {
            finalMark(step);
        }
    }

    private static void agentWords(Draft step, ContentId content, String text) {
        if (step.call.transcript().place(content.item()) >= 0) {
            step.transcript(step.call.transcript().words(Turn.Speaker.AGENT, content.item(), text, step.now));
        }
    }

    private void startedSpeaking(Draft step, String item) {
        step.line(step.call.line().speaking(true, step.now));
        step.start(Timer.SPEECH_GAP, SPEECH_GAP);
        step.transcript(step.call.transcript().begun(Turn.Speaker.CALLER, item, step.now));
        if (step.call.playout().audible(step.now)) {
            bargeIn(step);
        }
        // The engine stops by itself a reply that has made no sound yet; its late audio must not be played either.
        step.engine(step.call.engine().dropping(step.call.engine().reply()));
    }

    private void bargeIn(Draft step) {
        step.remark("barge_in");
        step.effect(new ClearPlayout());
        var heard = step.call.playout().heard(step.now);
        step.heardSoFar();
        step.playout(step.call.playout().cut(step.now));
        for (var part : heard) {
            var item = part.content().item();
            if (part.whole()) {
                continue;
            }
            if (item.equals(GREETING)) {
                var words = step.call.transcript().turn(GREETING).map(Turn::text).orElse("");
                step.effect(new TellEngine(new Turn(
                        Turn.Speaker.NOTE, "greeting-cut", phrases.greetingCut(words), false, step.now)));
            } else if (!item.equals(COMFORT_CLIP)) {
                step.effect(new TruncateReply(part.content(), part.heard()));
                step.engine(step.call.engine().dropping(Optional.of(part.content().reply())));
            }
        }
    }

    private static void stoppedSpeaking(Draft step) {
        step.line(step.call.line().speaking(false, step.now));
        step.stop(Timer.SPEECH_GAP);
        owe(step, REPLY_OWED);
    }

    private static void owe(Draft step, Duration patience) {
        step.engine(step.call.engine().owing(step.now));
        step.start(Timer.REPLY_OWED, patience);
    }

    private static void callerWords(Draft step, String item, String text) {
        step.transcript(step.call.transcript().words(Turn.Speaker.CALLER, item, text, step.now));
        // Words come late: a yes to something else must not pass for a yes to the question asked since.
        var spokenAt = step.call.transcript().turn(item).map(Turn::at).orElse(step.now);
        if (step.call.tools().consent().isPresent()) {
            boolean answer = !spokenAt.isBefore(step.call.tools().consent().get().askedAt());
            ToolDesk.yesOrNo(text)
                    .filter(yes -> answer || !yes)
                    .ifPresent(yes -> step.tools(
                            yes ? step.call.tools().consented() : step.call.tools().unasked()));
        }
    }

    private void replyEnded(Draft step, ReplyEnded reply) {
        boolean ours = step.call.engine().reply().filter(reply.reply()::equals).isPresent();
        // The end of a reply that was given up says nothing about the one that is owed in its place.
        boolean givenUp = step.call.engine().dropped().filter(reply.reply()::equals).isPresent();
        if (ours || (step.call.engine().reply().isEmpty() && !givenUp)) {
            step.engine(step.call.engine().replied(reply.how() == ReplyEnd.FAILED, step.now));
            step.stop(Timer.REPLY_OWED);
        }
        finalMark(step);
        switch (reply.how()) {
            case COMPLETED -> {
                if (!reply.requests().isEmpty()) {
                    toolsRequested(step, reply);
                }
            }
            case CANCELLED -> {}
            case INCOMPLETE -> step.remark("reply_incomplete");
            case FAILED -> replyFailed(step, reply.code());
        }
    }

    private void replyFailed(Draft step, String code) {
        step.remark("reply_failed");
        if (step.call.engine().failures() > 1 || code.equals("insufficient_quota")) {
            handOff(step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.REPLY_FAILED)), false);
        } else {
            askForReply(step);
        }
    }

    private static void askForReply(Draft step) {
        step.effect(new AskForReply());
        owe(step, REPLY_OWED);
    }

    private static void say(Draft step, String text) {
        step.effect(new Say(text));
        owe(step, REPLY_OWED);
    }

    // --- tools ---

    private void toolsRequested(Draft step, ReplyEnded reply) {
        for (var request : reply.requests()) {
            if (request.name().equals(ESCALATE)) {
                step.effect(new AnswerTool(request, "{\"accepted\":true}"));
                var asked = escalation.read(request.arguments());
                handOff(
                        step,
                        new HandoffCause.AgentAsked(),
                        asked.reason(),
                        asked.summary(),
                        asked.urgency(),
                        true);
                return;
            }
        }
        for (var request : reply.requests()) {
            if (request.name().equals(END_CALL)) {
                step.effect(new AnswerTool(request, "{\"ok\":true}"));
                boolean said = step.call.playout().spans().stream()
                        .anyMatch(span -> span.content().reply().equals(reply.reply()));
                goodbye(step, "goodbye", said ? Optional.empty() : Optional.of(phrases.goodbye()));
                return;
            }
        }
        reply.requests().forEach(request -> toolRequested(step, request));
        speakAboutTools(step);
    }

    private void toolRequested(Draft step, ToolRequest request) {
        var rule = Optional.ofNullable(step.call.rules().tools().get(request.name()));
        if (rule.filter(CallRules.ToolRule::confirm).isPresent()) {
            var consent = step.call.tools().consent().filter(asked -> asked.covers(request));
            if (consent.filter(ToolDesk.Consent::given).isEmpty()) {
                step.remark("confirmation_asked");
                step.tools(step.call.tools().asking(request, step.now));
                step.effect(new AnswerTool(request, phrases.confirmationNeeded()));
                return;
            }
            step.tools(step.call.tools().unasked());
        }
        step.tools(step.call.tools().started(request));
        step.effect(new RunTool(request));
        boolean hasFiller = rule.filter(r -> !r.filler().isEmpty()).isPresent();
        step.start(Timer.TOOL_FILLER, hasFiller ? TOOL_FILLER : TOOL_DEFAULT_FILLER);
    }

    private static void toolFinished(Draft step, ToolRequest request, String answer) {
        if (!step.call.tools().waitsFor(request)) {
            return;
        }
        step.tools(step.call.tools().answered(request));
        step.effect(new AnswerTool(request, answer));
        speakAboutTools(step);
    }

    private static void speakAboutTools(Draft step) {
        if (step.call.tools().running().isEmpty()) {
            step.stop(Timer.TOOL_FILLER);
            if (step.call.tools().unspoken()) {
                step.tools(step.call.tools().spoken());
                askForReply(step);
            }
        }
    }

    // --- time ---

    private void timePassed(Draft step) {
        for (var due = step.call.timers().firstDue(step.now);
                due.isPresent() && step.call.phase() instanceof Phase.Conversing;
                due = step.call.timers().firstDue(step.now)) {
            step.stop(due.get());
            timeFor(step, due.get());
        }
        if (!(step.call.phase() instanceof Phase.Conversing)) {
            leavingTimePassed(step);
        }
    }

    private void timeFor(Draft step, Timer timer) {
        switch (timer) {
            case ENGINE_START -> {
                step.effect(new CloseEngine());
                engineLost(step, EngineFault.of(EngineFault.Kind.MUTE));
            }
            case ENGINE_RETRY -> openEngine(step);
            case ENGINE_RENEWAL -> renewEngine(step);
            case COMFORT -> comfort(step);
            case REPLY_OWED -> replyOverdue(step);
            case SILENCE -> silence(step);
            case SPEECH_GAP -> speechGap(step);
            case TOOL_FILLER -> filler(step);
            case CALL_WARNING -> {
                if (step.call.engine().ready()) {
                    say(step, phrases.oneMinuteLeft());
                }
            }
            case CALL_LIMIT ->
                handOff(step, new HandoffCause.CallTooLong(), true);
            case LAST_WORDS, HANDOFF_FILING -> {}
        }
    }

    private boolean quiet(Draft step) {
        var call = step.call;
        return !call.line().speaking()
                && !call.playout().audible(step.now)
                && call.engine().reply().isEmpty()
                && !call.engine().owed()
                && call.tools().running().isEmpty();
    }

    private void renewEngine(Draft step) {
        if (!quiet(step)) {
            step.start(Timer.ENGINE_RENEWAL, A_MOMENT);
            return;
        }
        step.remark("session_renewed");
        step.effect(new CloseEngine());
        openEngine(step);
    }

    private static void comfort(Draft step) {
        var clip = step.call.rules().comfort();
        // An engine that is ready is about to speak; one that isn't leaves the caller in silence.
        if (!clip.isEmpty() && !step.call.engine().ready() && !step.call.playout().audible(step.now)) {
            step.remark("comfort");
            play(step, new ContentId(COMFORT_CLIP, COMFORT_CLIP, 0), clip);
        }
    }

    private void replyOverdue(Draft step) {
        var call = step.call;
        var unheard = call.playout().unheard(step.now);
        boolean busy = !unheard.isZero() || !call.tools().running().isEmpty() || call.line().speaking();
        if (!call.engine().ready() || (!call.engine().owed() && call.engine().reply().isEmpty())) {
            return;
        }
        var sinceSign = Duration.between(call.engine().lastAt(), step.now);
        if (busy || sinceSign.compareTo(REPLY_OWED_AGAIN) < 0) {
            // The caller hears something, or the engine has just given a sign of life: count from there.
            var rest = busy ? unheard.plus(REPLY_OWED_AGAIN) : REPLY_OWED_AGAIN.minus(sinceSign);
            step.start(Timer.REPLY_OWED, rest);
        } else if (call.engine().asked() == 0) {
            step.remark("engine_stall");
            step.effect(new CancelReply());
            step.effect(new AskForReply());
            step.engine(call.engine().askedAgain(step.now).dropping(call.engine().reply()));
            step.start(Timer.REPLY_OWED, REPLY_OWED_AGAIN);
        } else {
            handOff(step, new HandoffCause.LostEngine(EngineFault.of(EngineFault.Kind.STALL)), false);
        }
    }

    private void silence(Draft step) {
        var call = step.call;
        if (!quiet(step) || !call.engine().ready()) {
            // Silence counts from the moment that both sides are quiet.
            step.line(new Line(
                    call.line().nextMillis(),
                    call.line().mediaAt(),
                    call.line().speaking(),
                    step.now,
                    call.line().reminders()));
            step.start(Timer.SILENCE, A_MOMENT);
            return;
        }
        var playedOutAt = call.playout().playedOutAt();
        var quietSince = playedOutAt.isAfter(call.line().activeAt()) ? playedOutAt : call.line().activeAt();
        var quietFor = Duration.between(quietSince, step.now);
        var rest = call.rules().silence().minus(quietFor);
        if (rest.isPositive()) {
            step.start(Timer.SILENCE, rest);
        } else if (call.line().reminders() == 0) {
            step.remark("silence");
            step.line(call.line().reminded(step.now));
            say(step, phrases.stillThere());
            step.start(Timer.SILENCE, call.rules().silence());
        } else {
            goodbye(step, "silence", Optional.of(phrases.goodbyeAfterSilence()));
        }
    }

    private static void speechGap(Draft step) {
        var line = step.call.line();
        if (!line.speaking()) {
            return;
        }
        var rest = SPEECH_GAP.minus(Duration.between(line.mediaAt(), step.now));
        if (rest.isPositive()) {
            step.start(Timer.SPEECH_GAP, rest);
            return;
        }
        // Without audio the engine's clock stands still and the caller's turn would never end.
        step.effect(new HearCaller(AudioFrame.silence(GAP_FILL_MILLIS)));
        step.line(line.media(line.nextMillis() < 0 ? -1 : line.nextMillis() + GAP_FILL_MILLIS, line.mediaAt()));
        step.remark("media_gap");
    }

    private void filler(Draft step) {
        var call = step.call;
        if (call.tools().running().isEmpty()
                || call.engine().reply().isPresent()
                || call.playout().audible(step.now)
                || !call.engine().ready()) {
            return;
        }
        var rule = Optional.ofNullable(
                call.rules().tools().get(call.tools().running().getFirst().name()));
        step.effect(new Say(rule.map(CallRules.ToolRule::filler)
                .filter(text -> !text.isEmpty())
                .orElse(phrases.oneMoment())));
    }

    // --- the ways out ---

    private void goodbye(Draft step, String reason, Optional<String> words) {
        step.stopAll();
        words.ifPresent(text -> step.effect(new Say(text)));
        finalMark(step);
        step.phase(new Phase.SayingGoodbye(reason, words.isPresent() ? LastWords.AWAITED : LastWords.SENT));
        step.start(Timer.LAST_WORDS, words.isPresent() ? LAST_WORDS_START : patience(step));
        leave(step);
    }

    private void handOff(Draft step, HandoffCause cause, boolean spoken) {
        handOff(step, cause, "", "", Handoff.Urgency.NORMAL, spoken);
    }

    /// The one door to a human. Whoever comes here a second time is already on the way.
    ///
    /// @param spoken whether the agent announces it in its own voice; otherwise it falls silent at once
    private void handOff(
            Draft step,
            HandoffCause cause,
            String reason,
            String summary,
            Handoff.Urgency urgency,
            boolean spoken) {
        var call = step.call;
        boolean byAgent = spoken && call.engine().ready();
        step.stopAll();
        if (!byAgent) {
            step.heardSoFar();
            if (call.playout().audible(step.now)) {
                step.effect(new ClearPlayout());
                step.playout(call.playout().cut(step.now));
            }
            step.effect(new CloseEngine());
        }
        var handoff = new Handoff(
                call.id(),
                cause,
                reason,
                summary,
                urgency,
                call.caller(),
                call.rules().language(),
                step.call.transcript().turns(),
                step.now);
        step.remark("handoff");
        step.effect(new FileHandoff(handoff));
        step.start(Timer.HANDOFF_FILING, HANDOFF_FILING);
        if (byAgent) {
            step.effect(new Say(call.rules().announcement()));
            step.start(Timer.LAST_WORDS, LAST_WORDS_START.plus(call.playout().unheard(step.now)));
        }
        step.phase(new Phase.HandingOff(handoff, false, byAgent ? LastWords.AWAITED : LastWords.NONE));
    }

    private static Duration patience(Draft step) {
        return step.call.playout().unheard(step.now).plus(MARK_GRACE);
    }

    /// The caller hears the last words; nothing the caller says reaches the engine any more, so nothing cuts them.
    private void leaving(Draft step, CallEvent event) {
        switch (event) {
            case MarkReached(var mark) -> step.playout(step.call.playout().reached(mark, step.now));
            case AgentAudio audio -> {
                if (lastWords(step.call.phase()).open()) {
                    agentAudio(step, audio);
                    step.start(Timer.LAST_WORDS, patience(step));
                }
            }
            case AgentAudioEnded(var content) -> agentAudioEnded(step, content);
            case AgentWords(var content, var text) -> agentWords(step, content, text);
            case CallerWords(var item, var text) -> callerWords(step, item, text);
            case ReplyEnded reply -> {
                finalMark(step);
                // A reply that was still running when the way out was taken is not the last words asked for after it.
                if (step.call.engine().reply().filter(reply.reply()::equals).isEmpty()) {
                    lastWords(step, reply.how() == ReplyEnd.COMPLETED ? LastWords.SENT : LastWords.OVER);
                    step.start(Timer.LAST_WORDS, patience(step));
                }
            }
            case EngineLost _ -> {
                finalMark(step);
                lastWords(step, step.call.playout().provenHeard() ? LastWords.OVER : LastWords.SENT);
                step.start(Timer.LAST_WORDS, patience(step));
            }
            case HandoffFiled _ -> filed(step);
            case DigitPressed(char digit) -> {
                if (digit == '0') {
                    zeroWhileLeaving(step);
                }
            }
            case StreamEnded(var why) -> streamEndedWhileLeaving(step, why);
            case TimePassed _ -> leavingTimePassed(step);
            default -> {}
        }
        leave(step);
    }

    private void zeroWhileLeaving(Draft step) {
        if (step.call.phase() instanceof Phase.SayingGoodbye) {
            handOff(step, new HandoffCause.CallerPressedZero(), false);
        } else if (step.call.phase() instanceof Phase.HandingOff(var handoff, var filed, var words)
                && words.open()) {
            // Already on the way; the caller doesn't want to hear about it.
            step.effect(new ClearPlayout());
            step.playout(step.call.playout().cut(step.now));
            step.phase(new Phase.HandingOff(handoff, filed, LastWords.OVER));
        }
    }

    private void streamEndedWhileLeaving(Draft step, StreamEnd why) {
        boolean handingOff = step.call.phase() instanceof Phase.HandingOff;
        step.effect(new CloseEngine());
        step.stopAll();
        if (why != StreamEnd.STOPPED && step.call.phase() instanceof Phase.HandingOff(var handoff, _, _)) {
            step.phase(new Phase.Transferred(handoff, false));
        } else {
            step.phase(new Phase.Ended(
                    handingOff
                            ? new Disposition(Disposition.Outcome.ABANDONED, "caller_hangup")
                            : new Disposition(Disposition.Outcome.RESOLVED, "goodbye")));
        }
    }

    private static LastWords lastWords(Phase phase) {
        return switch (phase) {
            case Phase.SayingGoodbye(_, var words) -> words;
            case Phase.HandingOff(_, _, var words) -> words;
            default -> LastWords.NONE;
        };
    }

    private static void lastWords(Draft step, LastWords words) {
        switch (step.call.phase()) {
            case Phase.SayingGoodbye(var reason, var now) when now.open() ->
                step.phase(new Phase.SayingGoodbye(reason, words));
            case Phase.HandingOff(var handoff, var filed, var now) when now.open() ->
                step.phase(new Phase.HandingOff(handoff, filed, words));
            default -> {}
        }
    }

    private static void filed(Draft step) {
        if (step.call.phase() instanceof Phase.HandingOff(var handoff, _, var words)) {
            step.stop(Timer.HANDOFF_FILING);
            step.phase(new Phase.HandingOff(handoff, true, words));
        }
    }

    private void leavingTimePassed(Draft step) {
        for (var due = step.call.timers().firstDue(step.now);
                due.isPresent();
                due = step.call.timers().firstDue(step.now)) {
            step.stop(due.get());
            if (due.get() == Timer.LAST_WORDS) {
                if (!step.call.playout().provenHeard()) {
                    step.remark("marks_missing");
                }
                lastWords(step, LastWords.OVER);
            } else if (due.get() == Timer.HANDOFF_FILING) {
                step.remark("handoff_unconfirmed");
                filed(step);
            }
        }
    }

    /// Closes the stream once nothing keeps the caller any more.
    private static void leave(Draft step) {
        boolean heard = step.call.playout().provenHeard();
        switch (step.call.phase()) {
            case Phase.SayingGoodbye(var reason, var words) when over(words, heard) -> {
                close(step);
                step.phase(new Phase.Ended(new Disposition(Disposition.Outcome.RESOLVED, reason)));
            }
            case Phase.HandingOff(var handoff, var filed, var words) when filed && over(words, heard) -> {
                boolean announced = words != LastWords.NONE
                        && step.call.transcript().entries().stream()
                                .anyMatch(entry -> entry.speaker() == Turn.Speaker.AGENT
                                        && !entry.at().isBefore(handoff.at()));
                close(step);
                step.phase(new Phase.Transferred(handoff, announced));
            }
            default -> {}
        }
    }

    private static boolean over(LastWords words, boolean heard) {
        return words == LastWords.NONE || words == LastWords.OVER || (words == LastWords.SENT && heard);
    }

    private static void close(Draft step) {
        step.heardSoFar();
        step.stopAll();
        step.effect(new CloseEngine());
        step.effect(new CloseStream());
    }

    private static void over(Draft step) {
        if (step.call.phase() instanceof Phase.Ended) {
            return;
        }
        step.heardSoFar();
        step.stopAll();
        step.effect(new CloseEngine());
        step.effect(new CloseStream());
        step.phase(new Phase.Ended(
                switch (step.call.phase()) {
                    case Phase.HandingOff _ -> new Disposition(Disposition.Outcome.ABANDONED, "caller_hangup");
                    case Phase.SayingGoodbye(var reason, _) ->
                        new Disposition(Disposition.Outcome.RESOLVED, reason);
                    case Phase.Transferred(var handoff, _) ->
                        new Disposition(
                                Disposition.Outcome.TRANSFERRED, handoff.cause().slug());
                    default -> new Disposition(Disposition.Outcome.HUNG_UP, "caller_hangup");
                }));
    }

    /// A step in the making. Lives for one event only.
    private static final class Draft {
        private final Instant now;
        private final List<CallEffect> effects = new ArrayList<>(4);
        private final List<String> remarks = new ArrayList<>(2);
        private Call call;

        Draft(Call call, Instant now) {
            this.call = call;
            this.now = now;
        }

        Step done() {
            return new Step(call, List.copyOf(effects), List.copyOf(remarks));
        }

        void effect(CallEffect effect) {
            effects.add(effect);
        }

        void remark(String slug) {
            remarks.add(slug);
        }

        void phase(Phase phase) {
            call = call.with(phase);
        }

        void line(Line line) {
            call = call.with(line);
        }

        void playout(Playout playout) {
            call = call.with(playout);
        }

        void engine(EngineLink engine) {
            call = call.with(engine);
        }

        void transcript(Transcript transcript) {
            call = call.with(transcript);
        }

        void tools(ToolDesk tools) {
            call = call.with(tools);
        }

        void start(Timer timer, Duration in) {
            call = call.with(call.timers().with(timer, now.plus(in)));
        }

        void stop(Timer timer) {
            if (call.timers().running(timer)) {
                call = call.with(call.timers().without(timer));
            }
        }

        void stopAll() {
            call = call.with(Timers.NONE);
        }

        /// Notes in the transcript which words of the playing contents were heard up to this moment.
        void heardSoFar() {
            for (var part : call.playout().heard(now)) {
                long sent = part.sent().toMillis();
                if (part.heard().toMillis() < sent) {
                    double share = (double) part.heard().toMillis() / sent;
                    call = call.with(call.transcript().heardOnly(part.content().item(), share));
                }
            }
        }
    }
}
