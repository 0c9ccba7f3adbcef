package io.offhook.simulator;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How long the caller waited, in the network's time: measured on what was audible, not on what was sent.
/// Safe for any thread.
public final class CallTimings {
    private static final long NEVER = -1;

    /// Silence that makes the next sound the beginning of a new stretch of speech: 500 ms.
    private static final long PAUSE_BYTES = 4_000;

    private long answeredWith = NEVER;
    private long firstAudio = NEVER;
    private long callerSpeechStart = NEVER;
    private long callerSpeechEnd = NEVER;
    private long agentEnd = NEVER;
    private boolean replyPending;
    private boolean bargeInPending;
    private final List<Duration> replies = new ArrayList<>();
    private final List<Duration> bargeIns = new ArrayList<>();

    /// From the ring to the first thing heard: a sentence, a file or the agent.
    public synchronized Optional<Duration> ringToFirstSound() {
        return firstAudio == NEVER ? Optional.empty() : Optional.of(lasting(firstAudio));
    }

    /// From the ring to the first document in the carrier's hands.
    public synchronized Optional<Duration> ringToDocument() {
        return answeredWith == NEVER ? Optional.empty() : Optional.of(lasting(answeredWith));
    }

    /// For each turn, from the caller's last audible word to the agent's first.
    public synchronized List<Duration> replies() {
        return List.copyOf(replies);
    }

    /// For each interruption, from the caller's first audible word to the server's `clear`.
    public synchronized List<Duration> bargeIns() {
        return List.copyOf(bargeIns);
    }

    synchronized void document(long position) {
        if (answeredWith == NEVER) {
            answeredWith = position;
        }
    }

    synchronized void sound(long position) {
        if (firstAudio == NEVER) {
            firstAudio = position;
        }
    }

    /// Offers a frame that the caller said; silence is ignored.
    synchronized void callerFrame(long position, byte[] frame) {
        if (!MuLaw.audible(frame)) {
            return;
        }
        if (callerSpeechEnd == NEVER || position - callerSpeechEnd > PAUSE_BYTES) {
            callerSpeechStart = position;
            bargeInPending = true;
        }
        callerSpeechEnd = position + frame.length;
        replyPending = true;
    }

    synchronized void agentFrame(long position, byte[] frame) {
        if (frame.length == 0 || !MuLaw.audible(frame)) {
            return;
        }
        sound(position);
        // An agent that talks on through the caller's words has not answered them.
        if (replyPending && position >= callerSpeechEnd && agentEnd < callerSpeechEnd) {
            replies.add(lasting(position - callerSpeechEnd));
            replyPending = false;
            // What is cleared from here on is the answer, not what the caller spoke over.
            bargeInPending = false;
        }
        agentEnd = position + frame.length;
    }

    synchronized void cleared(long position) {
        if (bargeInPending) {
            bargeIns.add(lasting(position - callerSpeechStart));
            bargeInPending = false;
        }
        agentEnd = NEVER;
    }

    private static Duration lasting(long bytes) {
        return Duration.ofNanos(bytes * 125_000L);
    }
}
