package io.offhook.simulator;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// One phone call, held by the caller's hand: speak, press keys, hang up, and look at all that happened. Made by
/// [SimulatedCarrier#ring]. Any thread may use it. Points in time count from the ring, in the network's time; only
/// the patience of the `await` methods is the wall clock's.
public final class SimulatedCall {
    private static final double CONFIDENCE = 0.92;

    private final SimulatedCarrier carrier;
    private final String sid;
    private final Caller caller;
    private final List<CarrierFault> faults;
    private final Line line;
    private final Journal journal;
    private final CallerVoice voice = new CallerVoice();
    private final CallTimings timings = new CallTimings();
    private final long ringNanos;
    private final CompletableFuture<EndReason> ended = new CompletableFuture<>();
    private volatile String status = "ringing";
    private volatile @Nullable MediaStream stream;
    private volatile long answeredNanos = -1;
    private volatile boolean fallbackUsed;

    SimulatedCall(SimulatedCarrier carrier, Caller caller, List<CarrierFault> faults, List<CallObserver> observers) {
        this.carrier = carrier;
        this.caller = caller;
        this.faults = faults;
        sid = Sids.random("CA");
        line = new Line(carrier.clock());
        journal = new Journal(carrier.keepsAudio());
        ringNanos = carrier.clock().nanos();
        observers.forEach(journal::observe);
    }

    public String sid() {
        return sid;
    }

    public Caller caller() {
        return caller;
    }

    /// Twilio's `CallStatus`: `ringing`, `in-progress`, then `completed`, `busy`, `no-answer` or `failed`.
    public String status() {
        return status;
    }

    /// Queues this behind what the caller is saying; it is spoken whether or not anybody listens. Gives when it begins.
    public Duration say(Clip clip) {
        return say(clip, CONFIDENCE);
    }

    /// @param confidence how sure the network's own speech recognition will be of the words, from 0 to 1
    public Duration say(Clip clip, double confidence) {
        long start = voice.say(position(), clip);
        journal.add(new CallStep.Spoke(lasting(start), clip.length(), clip.words()));
        if (stream == null && !clip.words().isBlank()) {
            long until = ringNanos + lasting(start).plus(clip.length()).toNanos();
            line.said(new Line.Utterance(clip.words(), confidence, until));
        }
        return lasting(start);
    }

    public Duration say(byte[] muLaw) {
        return say(Clip.of(muLaw));
    }

    /// The caller falls silent in mid-word.
    public void hush() {
        voice.hush(position());
    }

    /// How much the caller still has to say.
    public Duration stillToSay() {
        return lasting(Math.max(0, voice.end() - position()));
    }

    public void press(char digit) {
        if ("0123456789*#ABCD".indexOf(digit) < 0) {
            throw new IllegalArgumentException("no such key: " + digit);
        }
        step(at -> new CallStep.Pressed(at, digit));
        var open = stream;
        if (open != null) {
            open.press(digit);
        } else {
            line.key(digit);
        }
    }

    public void hangUp() {
        line.interrupt(new Line.Break.HungUp(EndReason.CALLER_HUNG_UP));
    }

    public void observe(CallObserver observer) {
        journal.observe(observer);
    }

    public List<CallStep> steps() {
        return journal.steps();
    }

    public <T extends CallStep> List<T> steps(Class<T> kind) {
        return journal.steps().stream().filter(kind::isInstance).map(kind::cast).toList();
    }

    public List<Notice> notices() {
        return journal.notices();
    }

    /// Codes of the notices that an operator would have to look at.
    public List<Integer> alarms() {
        return notices().stream().filter(Notice::alarming).map(Notice::code).toList();
    }

    /// What the caller heard, in the order of time.
    public List<Heard> heard() {
        return journal.heard();
    }

    /// How much of the stream's audio the caller has heard so far.
    public Duration streamHeard() {
        return lasting(journal.streamedBytes());
    }

    public CallTimings timings() {
        return timings;
    }

    /// The custom parameters that the last stream was started with: what an attacker would have to replay.
    public Map<String, String> streamParameters() {
        var opened = steps(CallStep.StreamOpened.class);
        return opened.isEmpty() ? Map.of() : opened.getLast().parameters();
    }

    /// Waits until this much audio of the stream was heard.
    public boolean awaitHeard(Duration audio, Duration atMost) {
        long wanted = position(audio);
        return journal.await(() -> Optional.of(journal.streamedBytes()).filter(bytes -> bytes >= wanted), atMost)
                .isPresent();
    }

    /// Waits until the network's own voice has begun a sentence that holds these words.
    public boolean awaitHeard(String words, Duration atMost) {
        return await(CallStep.Said.class, said -> said.text().contains(words), atMost)
                .isPresent();
    }

    /// Waits for a step, also one that lies in the past.
    public <T extends CallStep> Optional<T> await(Class<T> kind, Predicate<T> like, Duration atMost) {
        return journal.await(() -> steps(kind).stream().filter(like).findFirst(), atMost);
    }

    public <T extends CallStep> Optional<T> await(Class<T> kind, Duration atMost) {
        return await(kind, _ -> true, atMost);
    }

    /// Waits until the call is over and the status callback was delivered; `IllegalStateException`, with all steps so
    /// far, when it is not.
    public EndReason awaitEnded(Duration atMost) {
        try {
            return ended.get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            throw new IllegalStateException("the call is not over after " + atMost + ": " + steps(), e);
        } catch (InterruptedException | ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    public CompletableFuture<EndReason> ended() {
        return ended.copy();
    }

    public Duration sinceRing() {
        return lasting(position());
    }

    /// Both sides on one line of time: the caller on the left, what the caller heard on the right. The network's own
    /// sentences have no sound and are silent in it.
    public WavFile recording() {
        long end = Math.min(position(), Math.max(voice.end(), endOfSound()));
        return WavFile.stereo(MuLaw.decode(voice.read(0, Math.toIntExact(end))), MuLaw.decode(journal.soundtrack(end)));
    }

    public void record(Path wav) throws java.io.IOException {
        recording().write(wav);
    }

    private long endOfSound() {
        return heard().stream().mapToLong(each -> position(each.until())).max().orElse(0);
    }

    @Override
    public String toString() {
        return "SimulatedCall[" + sid + ", " + status + "]";
    }

    // ---- what the carrier's own classes do with a call ----

    SimulatedCarrier carrier() {
        return carrier;
    }

    List<CarrierFault> faults() {
        return faults;
    }

    boolean has(Class<? extends CarrierFault> fault) {
        return faults.stream().anyMatch(fault::isInstance);
    }

    /// Empty: unsigned. Otherwise whether the signature is right.
    Optional<Boolean> signing(CarrierFault.Where where) {
        if (faults.contains(new CarrierFault.MissingSignature(where))) {
            return Optional.empty();
        }
        return Optional.of(!faults.contains(new CarrierFault.WrongSignature(where)));
    }

    Line line() {
        return line;
    }

    CallerVoice voice() {
        return voice;
    }

    long rangAt() {
        return ringNanos;
    }

    /// Mu-law bytes since the ring.
    long position() {
        return (carrier.clock().nanos() - ringNanos) / 125_000;
    }

    /// The same at a moment of the carrier's clock.
    long position(long nanos) {
        return (nanos - ringNanos) / 125_000;
    }

    /// Sound that is no stream's, as it is heard.
    void observed(byte[] audio) {
        journal.observers().forEach(each -> each.heard(audio));
    }

    static Duration lasting(long bytes) {
        return Duration.ofNanos(bytes * 125_000);
    }

    static long position(Duration sinceRing) {
        return sinceRing.toNanos() / 125_000;
    }

    void step(Function<Duration, CallStep> made) {
        journal.add(made.apply(sinceRing()));
    }

    void notice(int code, String text) {
        journal.add(new Notice(code, text, sinceRing()));
    }

    void heard(Heard.Source source, Duration from, Duration length, String words, byte[] audio) {
        journal.add(new Heard(source, from, length, words, audio));
    }

    void documentArrived() {
        timings.document(position());
    }

    void sound() {
        timings.sound(position());
    }

    void heardFrame(long position, byte[] audio) {
        journal.addFrame(position, audio);
        timings.agentFrame(position, audio);
        journal.observers().forEach(each -> each.heard(audio));
    }

    void saidFrame(long position, byte[] audio) {
        timings.callerFrame(position, audio);
        journal.observers().forEach(each -> each.said(audio));
    }

    void cleared(Duration dropped) {
        timings.cleared(position());
        step(at -> new CallStep.Cleared(at, dropped));
    }

    void streamOpened(String streamSid, String url, Map<String, String> parameters) {
        step(at -> new CallStep.StreamOpened(at, streamSid, url, parameters));
    }

    void streaming(Optional<MediaStream> open) {
        stream = open.orElse(null);
    }

    void pickUp() {
        if (answeredNanos < 0) {
            answeredNanos = carrier.clock().nanos();
            status = "in-progress";
            step(CallStep.Answered::new);
        }
    }

    boolean pickedUp() {
        return answeredNanos >= 0;
    }

    long secondsSinceAnswer() {
        return answeredNanos < 0 ? 0 : (carrier.clock().nanos() - answeredNanos) / 1_000_000_000;
    }

    /// True once: the fallback URL is asked once in the life of a call.
    boolean takeFallback() {
        boolean first = !fallbackUsed;
        fallbackUsed = true;
        return first;
    }

    void over(String finalStatus) {
        status = finalStatus;
    }

    void finished(EndReason reason) {
        step(at -> new CallStep.Ended(at, reason));
        var _ = ended.complete(reason);
    }

    /// The usual voice parameters.
    Map<String, String> parameters() {
        var form = new java.util.LinkedHashMap<String, String>();
        form.put("CallSid", sid);
        form.put("AccountSid", carrier.accountSid());
        form.put("From", caller.from());
        form.put("To", caller.to());
        form.put("Caller", caller.from());
        form.put("Called", caller.to());
        form.put("CallStatus", status);
        form.put("Direction", "inbound");
        form.put("ApiVersion", "2010-04-01");
        for (var who : List.of("From", "To", "Caller", "Called")) {
            for (var where : List.of("City", "State", "Zip", "Country")) {
                form.put(who + where, "");
            }
        }
        form.putAll(caller.extras());
        return form;
    }
}
