package io.offhook.telephony.twilio;

import io.offhook.call.AudioFrame;
import io.offhook.call.CallEvent;
import io.offhook.call.CallId;
import io.offhook.telephony.IncomingCall;
import io.offhook.telephony.Instruction;
import io.offhook.telephony.Leg;
import io.offhook.telephony.Progress;
import io.offhook.telephony.Switchboard;
import io.offhook.telephony.Whisper;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/// Writes down what it is told and answers what the test has put in its fields.
final class FakeSwitchboard implements Switchboard {
    record Connected(CallId call, Leg leg, List<CallEvent> events) {}

    final List<IncomingCall> incoming = new CopyOnWriteArrayList<>();
    final List<Progress> progress = new CopyOnWriteArrayList<>();
    final List<String> redeemed = new CopyOnWriteArrayList<>();
    final List<Connected> connected = new CopyOnWriteArrayList<>();
    final List<String> over = new CopyOnWriteArrayList<>();
    final List<String> recordings = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Boolean> redeeming = new CompletableFuture<>();
    volatile CompletableFuture<Instruction> answer = new CompletableFuture<>();
    final List<String> accepted = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Boolean> accepting = CompletableFuture.completedFuture(true);
    final List<CallId> whispered = new CopyOnWriteArrayList<>();
    volatile CompletableFuture<Whisper> whispering = new CompletableFuture<>();
    private final Map<Integer, CompletableFuture<Boolean>> stored = new ConcurrentHashMap<>();
    volatile boolean takes = true;

    /// What is played while the call is being connected, if anything.
    volatile Optional<AudioFrame> greeting = Optional.empty();

    /// The event loop that called `connect`, if one did.
    volatile Optional<Context> loop = Optional.empty();

    @Override
    public CompletionStage<Instruction> incoming(IncomingCall call) {
        incoming.add(call);
        return answer;
    }

    @Override
    public CompletionStage<Boolean> redeem(CallId call, String token) {
        redeemed.add(call + " " + token);
        return redeeming;
    }

    @Override
    public Optional<Consumer<CallEvent>> connect(CallId call, Leg leg) {
        var events = new CopyOnWriteArrayList<CallEvent>();
        loop = Optional.ofNullable(Vertx.currentContext());
        connected.add(new Connected(call, leg, events));
        greeting.ifPresent(frame -> leg.play(frame, Optional.of("greeting")));
        return takes ? Optional.of(events::add) : Optional.empty();
    }

    @Override
    public CompletionStage<Instruction> next(Progress asked) {
        progress.add(asked);
        return answer;
    }

    @Override
    public CompletionStage<Whisper> whisper(CallId call) {
        whispered.add(call);
        return whispering;
    }

    @Override
    public CompletionStage<Boolean> accepted(CallId call, OptionalInt step) {
        accepted.add(call + " at " + step);
        return accepting;
    }

    @Override
    public void over(CallId call, String status) {
        over.add(call + " " + status);
    }

    @Override
    public CompletionStage<Boolean> recorded(CallId call, String recording, int seconds, Optional<String> mailbox) {
        recordings.add(call + " " + recording + " " + seconds + mailbox.map(box -> " for " + box).orElse(""));
        return recording(recordings.size());
    }

    /// What becomes of a recording, counted from 1.
    CompletableFuture<Boolean> recording(int number) {
        return stored.computeIfAbsent(number, _ -> new CompletableFuture<>());
    }
}
