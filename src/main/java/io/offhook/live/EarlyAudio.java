package io.offhook.live;

import io.offhook.call.AudioFrame;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/// The last five seconds of what the caller said while no engine could hear it. Belongs to the call and not to a session,
/// so that it outlives the tries to get one. One event loop.
final class EarlyAudio {
    private static final long MAX_BYTES = 5_000 * AudioFrame.BYTES_PER_MILLI;

    private final Deque<AudioFrame> frames = new ArrayDeque<>();
    private long bytes;

    /// Keeps a frame, and tells how many old ones had to go for it.
    int keep(AudioFrame frame) {
        frames.addLast(frame);
        bytes += frame.size();
        int gone = 0;
        while (bytes > MAX_BYTES) {
            bytes -= frames.removeFirst().size();
            gone++;
        }
        return gone;
    }

    /// What there is, oldest first; nothing is kept.
    List<AudioFrame> take() {
        var taken = List.copyOf(frames);
        frames.clear();
        bytes = 0;
        return taken;
    }
}
