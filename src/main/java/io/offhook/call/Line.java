package io.offhook.call;

import java.time.Instant;

/// The caller's side of the stream.
///
/// @param nextMillis where on the stream's clock the next frame should begin; -1 before the first
/// @param mediaAt    when the last frame came
/// @param speaking   whether the engine hears the caller speak
/// @param activeAt   when the caller last spoke or pressed a key
/// @param reminders  how often the agent asked whether the caller is still there
public record Line(long nextMillis, Instant mediaAt, boolean speaking, Instant activeAt, int reminders) {
    static Line fresh(Instant now) {
        return new Line(-1, now, false, now, 0);
    }

    Line media(long next, Instant now) {
        return new Line(next, now, speaking, activeAt, reminders);
    }

    Line speaking(boolean is, Instant now) {
        return new Line(nextMillis, mediaAt, is, now, 0);
    }

    Line active(Instant now) {
        return new Line(nextMillis, mediaAt, speaking, now, 0);
    }

    Line reminded(Instant now) {
        return new Line(nextMillis, mediaAt, speaking, now, reminders + 1);
    }
}
