package io.offhook.call;

import io.offhook.call.CallMachine.EscalationArguments.Escalation;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A call in a chosen state, with a clock that the test turns and a record of every order given since then.
final class Calls {
    static final Instant NOON = Instant.parse("2026-03-02T12:00:00Z");
    static final String ANNOUNCEMENT = "I'm putting you through to a colleague.";
    static final Phrases PHRASES = Phrases.english();

    private static final CallId ID = new CallId("CA0123456789");
    /// What the model gives as the reason is its language, too, if it is one of two letters.
    static final CallMachine MACHINE =
            new CallMachine(PHRASES, text -> new Escalation(
                    text, "a summary", Handoff.Urgency.HIGH, Optional.of(text).filter(word -> word.length() == 2)), _ -> Map.of());

    private final List<CallEffect> effects = new ArrayList<>();
    private final List<String> remarks = new ArrayList<>();
    private Call call;
    private Instant now = NOON;

    private Calls(Call call) {
        this.call = call;
    }

    // --- given ---

    static CallRules rules(String greeting) {
        return new CallRules(
                "florist",
                greeting,
                ANNOUNCEMENT,
                "en",
                Duration.ofSeconds(10),
                Duration.ofHours(2),
                Map.of("refund", new CallRules.ToolRule("", true), "find_order", new CallRules.ToolRule("Let me look.", false)),
                List.of(AudioFrame.silence(400)));
    }

    static CallRules rules(EscalationPolicy policy) {
        return rules(policy, Map.of(), Optional.empty());
    }

    /// @param prices of models
    /// @param limit  what a call may cost
    static CallRules rules(EscalationPolicy policy, Map<String, Price> prices, Optional<Money> limit) {
        var usual = rules("");
        return new CallRules(
                usual.agent(),
                usual.greeting(),
                usual.announcement(),
                usual.language(),
                usual.silence(),
                usual.length(),
                usual.tools(),
                policy,
                usual.office(),
                usual.caller(),
                usual.attestation(),
                usual.comfort(),
                prices,
                limit);
    }

    /// A call whose stream is not open yet.
    static Calls ringing(CallRules rules, Turn... history) {
        return new Calls(Call.ringing(ID, rules, PhoneNumber.parse("+18005551234"), NOON, NOON)
                .continuing(Transcript.of(List.of(history)), Signals.NONE, Bill.NONE));
    }

    /// The same call, whose next stream is not open yet.
    static Calls continuing(Calls earlier) {
        return new Calls(Call.ringing(ID, earlier.call.rules(), earlier.call.caller(), NOON, NOON)
                .continuing(earlier.call.transcript(), earlier.call.signals(), earlier.call.bill()));
    }

    /// The stream is open; the engine is not ready yet.
    static Calls whereTheEngineOpens() {
        return ringing(rules("")).on(new CallEvent.StreamOpened(List.of())).forget();
    }

    /// Caller and agent are connected, and nobody speaks.
    static Calls aConversation() {
        return aConversation(rules(""));
    }

    static Calls aConversation(CallRules rules) {
        return ringing(rules)
                .on(new CallEvent.StreamOpened(List.of()))
                .on(new CallEvent.EngineReady(Duration.ZERO, Optional.empty()))
                .forget();
    }

    Calls whereAgentIsSaying(String item, Duration sent, Duration heard) {
        return on(new CallEvent.ReplyStarted("reply-" + item)).audio(item, sent).after(heard).forget();
    }

    Calls whereToolRuns(String id, String name) {
        return reply("reply-" + id, new ToolRequest(id, name, "{}")).forget();
    }

    static Duration sent(long millis) {
        return Duration.ofMillis(millis);
    }

    static Duration heard(long millis) {
        return Duration.ofMillis(millis);
    }

    Calls forget() {
        effects.clear();
        remarks.clear();
        return this;
    }

    // --- when ---

    Calls on(CallEvent event) {
        return took(MACHINE.on(call, event, now));
    }

    Calls fault() {
        return took(MACHINE.fault(call, now));
    }

    private Calls took(Step step) {
        call = step.call();
        effects.addAll(step.effects());
        remarks.addAll(step.remarks());
        return this;
    }

    /// Lets time pass as the shell does: with one alarm for the timer that is due first.
    Calls after(Duration time) {
        var until = now.plus(time);
        for (var due = call.timers().earliest(); due.filter(at -> !at.isAfter(until)).isPresent(); due = call.timers().earliest()) {
            now = due.get().isAfter(now) ? due.get() : now;
            on(new CallEvent.TimePassed());
        }
        now = until;
        return this;
    }

    Calls after(long millis) {
        return after(Duration.ofMillis(millis));
    }

    /// Audio of one content part, in frames as they come from the engine.
    Calls audio(String item, Duration length) {
        for (long rest = length.toMillis(); rest > 0; rest -= 100) {
            on(new CallEvent.AgentAudio(content(item), AudioFrame.silence(Math.min(100, rest))));
        }
        return this;
    }

    /// The agent speaks a whole reply in one go, and all of it is sent.
    Calls says(String item, String words, long millis) {
        on(new CallEvent.ReplyStarted("reply-" + item)).audio(item, Duration.ofMillis(millis));
        on(new CallEvent.AgentAudioEnded(content(item))).on(new CallEvent.AgentWords(content(item), words));
        return reply("reply-" + item);
    }

    Calls reply(String reply, ToolRequest... requests) {
        return on(new CallEvent.ReplyEnded(reply, CallEvent.ReplyEnd.COMPLETED, "", List.of(requests), Optional.empty()));
    }

    Calls reply(String reply, CallEvent.ReplyEnd how, String code) {
        return on(new CallEvent.ReplyEnded(reply, how, code, List.of(), Optional.empty()));
    }

    Calls key(char digit) {
        return on(new CallEvent.DigitPressed(digit));
    }

    Calls callerSays(String item, String words) {
        return callerSpeaks(item)
                .on(new CallEvent.CallerStoppedSpeaking(item))
                .on(new CallEvent.CallerWords(item, words));
    }

    Calls callerSpeaks(String item) {
        return on(new CallEvent.CallerStartedSpeaking(item));
    }

    /// The provider played everything that was sent.
    Calls everythingIsHeard() {
        return on(new CallEvent.MarkReached(call.playout().epoch() + ":" + call.playout().sent()));
    }

    Calls loses(EngineFault.Kind kind) {
        return on(new CallEvent.EngineLost(EngineFault.of(kind)));
    }

    // --- then ---

    Call call() {
        return call;
    }

    Instant now() {
        return now;
    }

    Phase phase() {
        return call.phase();
    }

    List<String> remarks() {
        return remarks;
    }

    <T extends CallEffect> List<T> all(Class<T> kind) {
        return effects.stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    /// The orders given, without the audio.
    List<CallEffect> orders() {
        return effects.stream()
                .filter(effect -> !(effect instanceof CallEffect.PlayToCaller)
                        && !(effect instanceof CallEffect.MarkPlayout)
                        && !(effect instanceof CallEffect.HearCaller))
                .toList();
    }

    List<Long> millisHeardByEngine() {
        return all(CallEffect.HearCaller.class).stream().map(order -> order.frame().millis()).toList();
    }

    long millisPlayed() {
        return all(CallEffect.PlayToCaller.class).stream().mapToLong(order -> order.frame().millis()).sum();
    }

    static ContentId content(String item) {
        return new ContentId("reply-" + item, item, 0);
    }
}
