package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.Predicate;

/// A caller who knows what to say: speaks recorded sentences whenever the agent has finished, interrupts, presses keys,
/// and judges at the end whether the call went as it should. One object plays any number of calls.
///
/// @param scene what the demo's world is like when this caller rings
public record CannedCaller(
        String name, String about, Scene scene, List<Act> acts, List<Expectation> expectations) {
    /// A caller's number from the range kept free for fiction; nobody knows it.
    public static final String NUMBER = Scene.STRANGER;

    private static final Duration AGENT_QUIET = Duration.ofMillis(900);
    private static final Duration LONGEST_LOOK = Duration.ofMillis(100);
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LONGEST = Duration.ofMinutes(3);

    /// What the caller does next.
    public sealed interface Act {
        /// Waits until the agent has spoken and then been quiet for a moment.
        record Listen() implements Act {}

        /// Waits until the agent has spoken this long, and no longer.
        record ListenFor(Duration speech) implements Act {}

        /// Speaks a clip of this name to its end.
        record Speak(String clip) implements Act {}

        record Press(char digit) implements Act {}

        /// Waits until the network's own voice has said these words to their end.
        record Hear(String words) implements Act {}

        /// Waits until the caller has an agent on the line again, who has not spoken yet.
        record ComeBack() implements Act {}

        /// Waits until a person is on the line.
        record Meet() implements Act {}

        /// Breaks something at the engine's side, if whoever runs the call knows how.
        record Break(EngineFault fault) implements Act {}
    }

    CannedCaller(String name, String about, List<Act> acts, List<Expectation> expectations) {
        this(name, about, Scene.USUAL, acts, expectations);
    }

    /// What must be true in the end.
    public record Expectation(String text, Predicate<SimulatedCall> holds) {}

    /// @param problems what did not go as it should; empty when all went well
    public record Verdict(List<String> problems) {
        public boolean passed() {
            return problems.isEmpty();
        }
    }

    /// Where the caller rings from.
    public String number() {
        return scene.number();
    }

    /// The same caller in another world.
    public CannedCaller in(Scene other) {
        return new CannedCaller(name, about, other, acts, expectations);
    }

    public static Optional<CannedCaller> named(String name) {
        return all().stream().filter(caller -> caller.name().equals(name)).findFirst();
    }

    public static List<CannedCaller> all() {
        return List.of(
                new CannedCaller(
                        "order-status",
                        "asks where an order is",
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("order-1"),
                                new Act.Listen(),
                                new Act.Speak("order-2"),
                                new Act.Listen(),
                                new Act.Speak("order-3")),
                        List.of(
                                agentAnswered(3),
                                ended(EndReason.HANGUP_VERB, "the agent said goodbye and hung up"),
                                neverTransferred())),
                new CannedCaller(
                        "known-customer",
                        "is a customer, greeted by name",
                        Scene.USUAL.from(Scene.CUSTOMER),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("order-1"),
                                new Act.Listen(),
                                new Act.Speak("order-2"),
                                new Act.Listen(),
                                new Act.Speak("order-3")),
                        List.of(agentAnswered(3), ended(EndReason.HANGUP_VERB, "the agent said goodbye and hung up"))),
                new CannedCaller(
                        "billing-dispute",
                        "disputes a charge of $347, and a person takes over who knows it all",
                        Scene.USUAL.ends("transferred").withPage("$347", "the billing dispute of $347"),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("billing-1"),
                                new Act.Listen(),
                                new Act.Speak("billing-2")),
                        List.of(agentAnswered(2), bridged())),
                new CannedCaller(
                        "press-zero",
                        "wants a person, and presses 0 while the agent talks",
                        Scene.USUAL.ends("transferred"),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("returns-1"),
                                new Act.ListenFor(Duration.ofSeconds(1)),
                                new Act.Press('0')),
                        List.of(bridged(), personWithin(Duration.ofSeconds(5)))),
                new CannedCaller(
                        "warm-transfer",
                        "wants a refund, and stays with the agent until a person has taken the call",
                        Scene.USUAL
                                .where(new Humans.Behaviour.NoAnswer(), Scene.answers(Duration.ofSeconds(6)))
                                .ends("transferred"),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("refund-1"),
                                new Act.Meet(),
                                new Act.Speak("billing-3")),
                        List.of(
                                personHeard("refund"),
                                agentUntilPersonCame(),
                                bridged(),
                                heardEachOther(),
                                ended(EndReason.HANGUP_VERB, "the call ended when the person hung up"))),
                new CannedCaller(
                        "nobody-answers",
                        "wants a person: the first does not answer, the second is busy",
                        Scene.USUAL.where(new Humans.Behaviour.NoAnswer(), new Humans.Behaviour.Busy()),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("human-1"),
                                new Act.Hear("nobody could take your call"),
                                new Act.ComeBack(),
                                new Act.Listen(),
                                new Act.Speak("no-1")),
                        List.of(
                                dialled("no-answer", "busy"),
                                nobodyTook(),
                                new Expectation(
                                        "the agent had the caller back",
                                        call -> call.steps(CallStep.StreamOpened.class).size() == 2),
                                ended(EndReason.HANGUP_VERB, "the agent said goodbye and hung up"))),
                new CannedCaller(
                        "after-hours",
                        "wants a person when the office is closed, and leaves a message",
                        Scene.USUAL.atNight().ends("voicemail"),
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("human-1"),
                                new Act.Hear("leave a message after the tone"),
                                new Act.Speak("refund-1")),
                        List.of(
                                new Expectation(
                                        "the caller heard that the office is closed",
                                        call -> said(call, "office is closed")),
                                neverTransferred(),
                                new Expectation(
                                        "the caller left a message",
                                        call -> !call.steps(CallStep.Recorded.class).isEmpty()),
                                ended(EndReason.HANGUP_VERB, "the network said goodbye and hung up"))),
                new CannedCaller(
                        "interrupter",
                        "talks over the agent",
                        List.of(
                                new Act.Listen(),
                                new Act.Speak("interrupt-1"),
                                new Act.ListenFor(Duration.ofMillis(2_500)),
                                new Act.Speak("interrupt-2"),
                                new Act.Listen(),
                                new Act.Speak("interrupt-3")),
                        List.of(
                                new Expectation(
                                        "the agent fell silent when interrupted",
                                        call -> !call.steps(CallStep.Cleared.class).isEmpty()),
                                ended(EndReason.HANGUP_VERB, "the agent said goodbye and hung up"))),
                new CannedCaller(
                        "engine-failure",
                        "loses the agent in mid-sentence",
                        Scene.USUAL.ends("transferred"),
                        List.of(
                                new Act.Listen(),
                                new Act.Break(EngineFault.CUT_MID_ANSWER),
                                new Act.Speak("failure-1"),
                                new Act.Listen(),
                                new Act.Speak("failure-2"),
                                new Act.Listen(),
                                new Act.Press('0')),
                        List.of(agentAnswered(2), bridged())));
    }

    private static Expectation agentAnswered(int times) {
        return new Expectation(
                "the agent answered " + times + " times",
                call -> call.timings().replies().size() >= times);
    }

    private static Expectation ended(EndReason reason, String text) {
        return new Expectation(text, call -> call.ended().getNow(EndReason.CARRIER_CLOSED) == reason);
    }

    private static Expectation bridged() {
        return new Expectation(
                "a person took the caller", call -> !call.steps(CallStep.Bridged.class).isEmpty());
    }

    private static Expectation nobodyTook() {
        return new Expectation(
                "nobody took the caller", call -> call.steps(CallStep.Bridged.class).isEmpty());
    }

    private static Expectation dialled(String... results) {
        return new Expectation(
                "phones rang in turn, and the results were " + String.join(", then ", results),
                call -> call.steps(CallStep.DialEnded.class).stream()
                        .map(CallStep.DialEnded::status)
                        .toList()
                        .equals(List.of(results)));
    }

    private static boolean said(SimulatedCall call, String words) {
        return call.heard().stream()
                .anyMatch(heard -> heard.source() == Heard.Source.SAY && heard.words().contains(words));
    }

    private static Expectation personHeard(String word) {
        return new Expectation(
                "the person who was called heard what it is about, and pressed 1",
                call -> call.carrier().placed().stream()
                        .anyMatch(person -> person.steps(CallStep.Said.class).stream()
                                        .anyMatch(said -> said.text().contains(word))
                                && person.steps(CallStep.Gathered.class).stream()
                                        .anyMatch(keys -> keys.digits().equals("1"))));
    }

    /// The stream was open as long as nobody had taken the call.
    private static Expectation agentUntilPersonCame() {
        return new Expectation("the agent stayed until the person had taken the call", call -> {
            var closed = call.steps(CallStep.StreamClosed.class);
            var taken = call.carrier().placed().stream()
                    .flatMap(person -> person.steps(CallStep.Gathered.class).stream()
                            .map(keys -> person.rangAt() + keys.at().toNanos()))
                    .findFirst();
            return closed.size() == 1
                    && taken.isPresent()
                    && call.rangAt() + closed.getFirst().at().toNanos() > taken.get();
        });
    }

    private static Expectation heardEachOther() {
        return new Expectation(
                "the caller and the person heard each other",
                call -> heardSomebody(call)
                        && call.carrier().placed().stream().anyMatch(CannedCaller::heardSomebody));
    }

    private static boolean heardSomebody(SimulatedCall party) {
        return party.heard().stream()
                .anyMatch(heard -> heard.source() == Heard.Source.CONFERENCE
                        && heard.audible().isPositive());
    }

    private static Expectation neverTransferred() {
        return new Expectation(
                "nobody was called",
                call -> call.steps(CallStep.Dialled.class).isEmpty()
                        && call.steps(CallStep.Enqueued.class).isEmpty());
    }

    private static Expectation personWithin(Duration atMost) {
        return new Expectation("a person was on the way within " + atMost.toSeconds() + " s of the key", call -> {
            var pressed = call.steps(CallStep.Pressed.class);
            var called = call.steps(CallStep.Dialled.class).stream()
                    .map(CallStep::at)
                    .findFirst()
                    .or(() -> call.steps(CallStep.Enqueued.class).stream()
                            .map(CallStep::at)
                            .findFirst());
            return !pressed.isEmpty()
                    && called.isPresent()
                    && called.get().minus(pressed.getFirst().at()).compareTo(atMost) <= 0;
        });
    }

    /// Plays the call to its end; blocks. Must be given the call right after it rang.
    ///
    /// @param engine takes the faults that the caller's story needs
    public Verdict play(SimulatedCall call, Consumer<EngineFault> engine) {
        var ear = new Ear();
        call.observe(ear);
        for (var act : acts) {
            if (call.ended().isDone()) {
                break;
            }
            switch (act) {
                case Act.Listen() -> waitFor(call, () -> ear.spokeAndFellQuiet(call));
                case Act.ListenFor(var speech) -> waitFor(call, () -> ear.spoke().compareTo(speech) >= 0);
                case Act.Speak(var clip) -> {
                    var audio = CaptionBook.clip(clip).orElseThrow();
                    ear.reset();
                    call.say(Clip.of(audio, CaptionBook.captions().getOrDefault(clip, "")));
                    waitFor(call, () -> call.stillToSay().isZero());
                }
                case Act.Hear(var words) -> waitFor(call, () -> said(call, words));
                case Act.ComeBack() -> {
                    waitFor(call, () -> call.steps(CallStep.StreamOpened.class).size() > 1);
                    ear.reset();
                }
                case Act.Press(char digit) -> call.press(digit);
                case Act.Meet() ->
                    waitFor(call, () -> !call.steps(CallStep.Bridged.class).isEmpty());
                case Act.Break(var fault) -> engine.accept(fault);
            }
        }
        var end = call.awaitEnded(LONGEST);
        var problems = new ArrayList<String>();
        if (!call.ended().isDone()) {
            problems.add("the call did not end (" + end + ")");
            call.hangUp();
        }
        for (var expectation : expectations) {
            if (!expectation.holds().test(call)) {
                problems.add("not so: " + expectation.text());
            }
        }
        call.alarms().stream().distinct().forEach(code -> problems.add("the carrier reports error " + code));
        return new Verdict(List.copyOf(problems));
    }

    private static void waitFor(SimulatedCall call, BooleanSupplier done) {
        var until = call.sinceRing().plus(PATIENCE);
        while (!done.getAsBoolean()
                && !call.ended().isDone()
                && call.sinceRing().compareTo(until) < 0) {
            LockSupport.parkNanos(2_000_000);
        }
    }

    /// Hears how long the agent has spoken since the caller's last words.
    private static final class Ear implements CallObserver {
        private long spokenBytes;
        private long seen;
        private Duration quiet = Duration.ZERO;
        private Duration looked = Duration.ZERO;

        @Override
        public void on(CallStep step) {}

        @Override
        public synchronized void heard(byte[] muLaw) {
            if (MuLaw.audible(muLaw)) {
                spokenBytes = spokenBytes + muLaw.length;
            }
        }

        synchronized void reset() {
            spokenBytes = 0;
            seen = 0;
        }

        synchronized Duration spoke() {
            return Duration.ofMillis(spokenBytes / MuLaw.BYTES_PER_MS);
        }

        /// Between two looks the agent was quiet for so long at the most: whoever was away longer has heard nothing
        /// because the machine stood still.
        synchronized boolean spokeAndFellQuiet(SimulatedCall call) {
            var now = call.sinceRing();
            var since = now.minus(looked);
            looked = now;
            if (spokenBytes == 0 || spokenBytes != seen) {
                seen = spokenBytes;
                quiet = Duration.ZERO;
                return false;
            }
            quiet = quiet.plus(since.compareTo(LONGEST_LOOK) < 0 ? since : LONGEST_LOOK);
            return quiet.compareTo(AGENT_QUIET) >= 0;
        }
    }
}
