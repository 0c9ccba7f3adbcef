package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// The last five seconds of what the caller said before the session was ready.
final class EarlyAudio {
    private static final long MAX_MILLIS = 5_000;

    private final Deque<AudioFrame> frames = new ArrayDeque<>();
    private long millis;

    /// Keeps a frame, and tells how many old ones had to go for it.
    int keep(AudioFrame frame) {
        frames.addLast(frame);
        millis += frame.millis();
        int gone = 0;
        while (millis > MAX_MILLIS) {
            millis -= frames.removeFirst().millis();
            gone++;
        }
        return gone;
    }

    /// What there is, oldest first; nothing is kept.
    List<AudioFrame> take() {
        var taken = List.copyOf(frames);
        clear();
        return taken;
    }

    void clear() {
        frames.clear();
        millis = 0;
    }
}
