package io.offhook.simulator;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What the caller says, laid out in time: position is mu-law bytes since the call rang (8 a millisecond). Sentences
/// queue behind each other; between them there is silence. Speech that nobody listens to passes, as in life.
/// Safe for any thread: a test speaks, the stream listens.
final class CallerVoice {
    private record Stretch(long start, Clip clip) {
        long end() {
            return start + clip.size();
        }
    }

    private final List<Stretch> stretches = new ArrayList<>();

    /// Gives the position where this clip begins.
    synchronized long say(long now, Clip clip) {
        long start = Math.max(now, end());
        stretches.add(new Stretch(start, clip));
        return start;
    }

    /// Stops in mid-word.
    synchronized void hush(long now) {
        for (int i = stretches.size() - 1; i >= 0 && stretches.get(i).end() > now; i--) {
            var each = stretches.remove(i);
            if (each.start() < now) {
                var spoken = new byte[(int) (now - each.start())];
                each.clip().copy(0, spoken, 0, spoken.length);
                stretches.add(new Stretch(each.start(), Clip.of(spoken)));
            }
        }
    }

    synchronized long end() {
        return stretches.isEmpty() ? 0 : stretches.getLast().end();
    }

    synchronized byte[] read(long from, int count) {
        var frame = new byte[count];
        Arrays.fill(frame, MuLaw.SILENCE);
        // Backwards: a call may hold a thousand sentences, and the one wanted is nearly always the last.
        for (int i = stretches.size() - 1; i >= 0; i--) {
            var each = stretches.get(i);
            if (each.end() <= from) {
                break;
            }
            long first = Math.max(from, each.start());
            long last = Math.min(from + count, each.end());
            if (first < last) {
                each.clip().copy((int) (first - each.start()), frame, (int) (first - from), (int) (last - first));
            }
        }
        return frame;
    }
}
