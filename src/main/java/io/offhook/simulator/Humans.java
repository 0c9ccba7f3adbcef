package io.offhook.simulator;

import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/// The people (and machines) at the other end of a transfer, by number, SIP address, queue name or workflow.
/// Durations are the network's time. May be changed while calls run; a destination nobody has described is not
/// answered unless `otherwise` says so.
public final class Humans {
    /// What happens at one destination.
    public sealed interface Behaviour {
        /// Picks up, presses the key if a whisper asks for one, talks, hangs up.
        record Answers(Duration after, Optional<Character> key, Duration talk) implements Behaviour {}

        /// Picks up and then refuses: hangs up while the whisper plays. In a queue: nobody takes the call.
        record Refuses(Duration after) implements Behaviour {}

        /// A mailbox picks up: it hears the whisper through and never presses a key.
        record Voicemail(Duration after) implements Behaviour {}

        /// Turns the ringing call down.
        record Declines(Duration after) implements Behaviour {}

        record Busy() implements Behaviour {}

        record NoAnswer() implements Behaviour {}

        /// The number does not exist, or the far network fails. In a queue: `system-error`.
        record Failed() implements Behaviour {}

        record QueueFull() implements Behaviour {}
    }

    private static final Duration TALK = Duration.ofSeconds(10);

    private final Map<String, Behaviour> destinations = new ConcurrentHashMap<>();
    private final Map<String, Integer> ahead = new ConcurrentHashMap<>();
    private final Map<String, Supplier<Clip>> words = new ConcurrentHashMap<>();
    private volatile String refusedWhisper = "no-answer";
    private volatile Behaviour otherwise = new Behaviour.NoAnswer();

    public Humans at(String destination, Behaviour behaviour) {
        destinations.put(destination, behaviour);
        return this;
    }

    /// What happens wherever nothing else was said.
    public Humans otherwise(Behaviour behaviour) {
        otherwise = behaviour;
        return this;
    }

    /// Answers, presses 1 when asked, talks for ten seconds.
    public Humans answer(String destination, Duration after) {
        return answer(destination, after, TALK);
    }

    public Humans answer(String destination, Duration after, Duration talk) {
        return at(destination, new Behaviour.Answers(after, Optional.of('1'), talk));
    }

    /// What the person says to whoever they meet in a conference.
    public Humans saying(String destination, Supplier<Clip> words) {
        this.words.put(destination, words);
        return this;
    }

    public Humans busy(String destination) {
        return at(destination, new Behaviour.Busy());
    }

    public Humans noAnswer(String destination) {
        return at(destination, new Behaviour.NoAnswer());
    }

    public Humans voicemail(String destination, Duration after) {
        return at(destination, new Behaviour.Voicemail(after));
    }

    public Humans decline(String destination, Duration after) {
        return at(destination, new Behaviour.Declines(after));
    }

    public Humans queueFull(String queueOrWorkflow) {
        return at(queueOrWorkflow, new Behaviour.QueueFull());
    }

    /// So many others wait in this queue before each caller.
    public Humans callersAhead(String queue, int others) {
        ahead.put(queue, others);
        return this;
    }

    int ahead(String queue) {
        return ahead.getOrDefault(queue, 0);
    }

    /// The `DialCallStatus` after a whisper that ended in a hang-up. Twilio's pages do not say whether it is
    /// `no-answer` (the default here) or `completed` with `DialBridged=false`: a server has to bear both.
    public Humans refusedWhisperReportsAs(String dialCallStatus) {
        refusedWhisper = dialCallStatus;
        return this;
    }

    String refusedWhisper() {
        return refusedWhisper;
    }

    Optional<Clip> words(String destination) {
        return Optional.ofNullable(words.get(destination)).map(Supplier::get);
    }

    Behaviour of(String destination) {
        return destinations.getOrDefault(destination, otherwise);
    }
}
