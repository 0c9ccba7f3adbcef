package io.offhook.simulator;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What the server has sent and the caller has not yet heard. Plays in order, gives each mark back when all that was
/// sent before it has been played, and gives all of them back at once when it is cleared or has nothing to play.
/// Belongs to one stream and its thread; knows no clock: whoever owns it takes the next frame when it is time.
final class PlaybackBuffer {
    private record Mark(String name, long position) {}

    /// What `clear` threw away.
    record Dropped(long bytes, List<String> marks) {}

    private final ArrayDeque<byte[]> chunks = new ArrayDeque<>();
    private final ArrayDeque<Mark> marks = new ArrayDeque<>();
    private int headOffset;
    private long sent;
    private long started;
    private long finished;

    void add(byte[] audio) {
        if (audio.length > 0) {
            chunks.add(audio);
            sent += audio.length;
        }
    }

    /// True when the mark goes back at once, because there is nothing before it to play.
    boolean mark(String name) {
        if (sent == finished && marks.isEmpty()) {
            return true;
        }
        marks.add(new Mark(name, sent));
        return false;
    }

    /// Ends the frame that was playing and gives the marks which that has reached.
    List<String> finishFrame() {
        finished = started;
        List<String> reached = List.of();
        while (!marks.isEmpty() && marks.getFirst().position() <= finished) {
            if (reached.isEmpty()) {
                reached = new ArrayList<>();
            }
            reached.add(marks.removeFirst().name());
        }
        return reached;
    }

    /// The next piece to play, shorter than asked for when the buffer runs dry.
    byte[] startFrame(int size) {
        int available = (int) Math.min(size, sent - started);
        var frame = new byte[available];
        int filled = 0;
        while (filled < available) {
            var head = chunks.getFirst();
            int take = Math.min(available - filled, head.length - headOffset);
            System.arraycopy(head, headOffset, frame, filled, take);
            filled += take;
            headOffset += take;
            if (headOffset == head.length) {
                chunks.removeFirst();
                headOffset = 0;
            }
        }
        started += available;
        return frame;
    }

    Dropped clear() {
        long bytes = sent - started;
        var names = marks.stream().map(Mark::name).toList();
        chunks.clear();
        marks.clear();
        headOffset = 0;
        sent = started;
        finished = started;
        return new Dropped(bytes, names);
    }

    long waiting() {
        return sent - started;
    }

    static byte[] padded(byte[] frame, int size) {
        if (frame.length == size) {
            return frame;
        }
        var full = Arrays.copyOf(frame, size);
        Arrays.fill(full, frame.length, size, MuLaw.SILENCE);
        return full;
    }
}
