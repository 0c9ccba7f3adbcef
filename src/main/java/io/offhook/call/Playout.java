package io.offhook.call;

import static io.offhook.call.AudioFrame.BYTES_PER_MILLI;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The ledger of what the caller has really heard. Sent is not heard: the provider buffers seconds of audio.
///
/// All positions count mu-law bytes sent since the call began. The play head is known exactly whenever a mark comes
/// back; between marks it moves with the clock, since the provider plays in real time, and never past what was sent.
/// A mark's name holds the epoch and the position it stands for. `cut` starts a new epoch, so that marks which the
/// provider returns because of `clear` prove nothing.
///
/// @param sent     bytes sent
/// @param marked   position of the last mark asked for
/// @param proven   position of the last mark that came back in this epoch, or where the epoch began
/// @param anchor   a position, and
/// @param anchorAt when the play head was there
/// @param spans    contents that are not known to be played to their end, and the last one, in playing order
public record Playout(int epoch, long sent, long marked, long proven, long anchor, Instant anchorAt, List<Span> spans) {

    /// One content part's stretch of audio.
    record Span(ContentId content, long start, long end) {}

    /// How much of a content the caller heard when it was cut off.
    public record Heard(ContentId content, Duration heard, Duration sent) {
        boolean whole() {
            return heard.compareTo(sent) >= 0;
        }
    }

    /// How far into a content its first mark stands: soon, since it tells how far the provider lags behind the clock.
    private static final long FIRST_MARK = 100L * BYTES_PER_MILLI;
    /// Least distance of two later ones: closer ones cost a message each way and say nothing that the clock doesn't.
    private static final long MARK_EVERY = 400L * BYTES_PER_MILLI;

    static Playout silent(Instant now) {
        return new Playout(0, 0, 0, 0, 0, now, List.of());
    }

    private long playedTo(Instant now) {
        long since = Math.max(0, Duration.between(anchorAt, now).toNanos() / (1_000_000 / BYTES_PER_MILLI));
        return Math.min(sent, anchor + since);
    }

    /// Whether the caller hears us, or will at once.
    public boolean audible(Instant now) {
        return playedTo(now) < sent;
    }

    /// Audio that is sent and, by the clock, not yet heard.
    public Duration unheard(Instant now) {
        return Duration.ofNanos((sent - playedTo(now)) * (1_000_000 / BYTES_PER_MILLI));
    }

    /// When, by the clock, the last of what was sent is heard.
    Instant playedOutAt() {
        return anchorAt.plusNanos((sent - anchor) * (1_000_000 / BYTES_PER_MILLI));
    }

    /// Whether marks prove that everything sent was heard.
    public boolean provenHeard() {
        return proven >= sent;
    }

    /// Adds a frame of this content.
    Playout plus(ContentId content, AudioFrame frame, Instant now) {
        int size = frame.size();
        boolean idle = playedTo(now) >= sent;
        long from = idle ? sent : anchor;
        var since = idle ? now : anchorAt;
        boolean goesOn = !spans.isEmpty() && spans.getLast().content().equals(content);
        var span = new Span(content, goesOn ? spans.getLast().start() : sent, sent + size);
        int before = goesOn ? spans.size() - 1 : spans.size();
        return new Playout(epoch, sent + size, marked, proven, from, since, behind(spans.subList(0, before), span));
    }

    private static List<Span> behind(List<Span> earlier, Span last) {
        if (earlier.isEmpty()) {
            return List.of(last);
        }
        var all = new ArrayList<>(earlier);
        all.add(last);
        return List.copyOf(all);
    }

    /// The name of the mark to ask for behind audio that was just added, when the last one is far enough back.
    Optional<String> markDue() {
        long first = spans.getLast().start() + FIRST_MARK;
        boolean due = marked < first ? sent >= first : sent - marked >= MARK_EVERY;
        return due ? Optional.of(markName()) : Optional.empty();
    }

    /// The name of the mark to ask for behind the last audio of a reply.
    Optional<String> finalMark() {
        return sent > marked ? Optional.of(markName()) : Optional.empty();
    }

    private String markName() {
        return epoch + ":" + sent;
    }

    Playout withMark() {
        return new Playout(epoch, sent, sent, proven, anchor, anchorAt, spans);
    }

    /// A mark came back. Foreign, stale and impossible ones change nothing.
    Playout reached(String mark, Instant now) {
        int colon = mark.indexOf(':');
        if (colon <= 0 || mark.length() > 30 || !mark.substring(0, colon).equals(Integer.toString(epoch))) {
            return this;
        }
        long position;
        try {
            position = Long.parseLong(mark, colon + 1, mark.length(), 10);
        } catch (NumberFormatException e) {
            return this;
        }
        if (position <= proven || position > marked) {
            return this;
        }
        // The last content may go on after a pause, and what was heard of it counts from its beginning.
        var rest = spans.stream()
                .filter(span -> span.end() > position || span.equals(spans.getLast()))
                .toList();
        return new Playout(epoch, sent, marked, position, position, now, rest);
    }

    /// What the caller heard of the contents sent last; may name some that were heard to their end.
    List<Heard> heard(Instant now) {
        long head = playedTo(now);
        return spans.stream()
                .map(span -> new Heard(
                        span.content(),
                        Duration.ofMillis(
                                Math.clamp(head - span.start(), 0, span.end() - span.start()) / BYTES_PER_MILLI),
                        Duration.ofMillis((span.end() - span.start()) / BYTES_PER_MILLI)))
                .toList();
    }

    /// Everything unheard is thrown away.
    Playout cut(Instant now) {
        return new Playout(epoch + 1, sent, sent, sent, sent, now, List.of());
    }
}
