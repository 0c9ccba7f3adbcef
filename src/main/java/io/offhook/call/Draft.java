package io.offhook.call;

import io.offhook.call.CallEffect.AskForReply;
import io.offhook.call.CallEffect.MarkPlayout;
import io.offhook.call.CallEffect.PlayToCaller;
import io.offhook.call.CallEffect.Say;
import io.offhook.call.Timers.Timer;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// A step in the making: the call as it stands so far, and what is ordered so far. Lives for one event only.
final class Draft {
    /// The slowest engine that is still healthy speaks 2.35 s after it was asked; a sooner end would cancel its answer.
    static final Duration REPLY_OWED = Duration.ofMillis(2_400);

    private final Instant now;
    private final List<CallEffect> effects = new ArrayList<>(1);
    private final List<String> remarks = new ArrayList<>(0);
    private Call call;

    Draft(Call call, Instant now) {
        this.call = call;
        this.now = now;
    }

    Call call() {
        return call;
    }

    Instant now() {
        return now;
    }

    /// Whether nobody speaks, and nothing is under way that would make somebody speak.
    boolean quiet() {
        return !call.line().speaking()
                && !call.playout().audible(now)
                && call.engine().replies().running().isEmpty()
                && !call.engine().replies().owed()
                && call.tools().running().isEmpty();
    }

    /// Whether a rule, or the caller's own words, call for a human.
    boolean needsHuman() {
        return Consultation.reason(this).isPresent();
    }

    /// Whether the call has cost as much as it may: the engine is asked for nothing more.
    boolean spent() {
        return call.spent();
    }

    Step done() {
        return new Step(call, List.copyOf(effects), List.copyOf(remarks));
    }

    void effect(CallEffect effect) {
        effects.add(effect);
    }

    /// Whether an order of this kind is given.
    boolean orders(Class<? extends CallEffect> kind) {
        return effects.stream().anyMatch(kind::isInstance);
    }

    void remark(String slug) {
        remarks.add(slug);
    }

    void rules(CallRules rules) {
        call = call.with(rules);
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

    void replies(ReplyWatch replies) {
        call = call.with(call.engine().with(replies));
    }

    void transcript(Transcript transcript) {
        call = call.with(transcript);
    }

    void tools(ToolDesk tools) {
        call = call.with(tools);
    }

    void signals(Signals signals) {
        call = call.with(signals);
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

    // --- what the caller hears ---

    void play(ContentId content, AudioFrame frame) {
        playout(call.playout().plus(content, frame, now));
        var mark = call.playout().markDue();
        effect(new PlayToCaller(frame, mark));
        mark.ifPresent(_ -> playout(call.playout().withMark()));
    }

    /// Plays a whole recording.
    void play(ContentId content, List<AudioFrame> frames) {
        frames.forEach(frame -> play(content, frame));
        finalMark();
    }

    /// Asks for a receipt for the last of what was sent.
    void finalMark() {
        call.playout().finalMark().ifPresent(mark -> {
            effect(new MarkPlayout(mark));
            playout(call.playout().withMark());
        });
    }

    /// Notes in the transcript which words of the playing contents were heard up to this moment.
    void heardSoFar() {
        for (var part : call.playout().heard(now)) {
            long sent = part.sent().toMillis();
            if (part.heard().toMillis() < sent) {
                double share = (double) part.heard().toMillis() / sent;
                transcript(call.transcript().heardOnly(part.content().item(), share));
            }
        }
    }

    // --- what the engine is asked for ---

    /// A session that is not ready is asked as soon as it is.
    void askForReply() {
        if (spent()) {
            return;
        }
        if (call.engine().ready()) {
            effect(new AskForReply());
            replies(call.engine().replies().asking());
        }
        owe();
    }

    /// A text of ours, or of the operator, in the language that the caller speaks.
    void order(String text) {
        effect(new Say(text, call.otherLanguage()));
    }

    void say(String text) {
        if (!spent()) {
            sayInPassing(text);
            owe();
        }
    }

    /// Words that nobody waits for.
    void sayInPassing(String text) {
        if (!spent()) {
            order(text);
            replies(call.engine().replies().saying());
        }
    }

    /// From here on the caller waits for the agent's words.
    void owe() {
        replies(call.engine().replies().owing(now));
        start(Timer.REPLY_OWED, REPLY_OWED);
    }
}
