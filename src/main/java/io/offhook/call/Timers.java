package io.offhook.call;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// When something is due in a call. A value: the shell keeps one clock alarm for the earliest of them.
public final class Timers {
    /// What can be due.
    public enum Timer {
        /// The engine has not become ready in time.
        ENGINE_START,
        /// A second try at an engine that just refused.
        ENGINE_RETRY,
        /// The caller hears nothing yet: play the recorded "one moment".
        COMFORT,
        /// A reply is owed and nothing comes.
        REPLY_OWED,
        /// The engine session nears its own end.
        ENGINE_RENEWAL,
        /// Nobody speaks.
        SILENCE,
        /// No media in the middle of the caller's speech.
        SPEECH_GAP,
        TOOL_FILLER,
        /// The words before a goodbye or a handoff must be over.
        LAST_WORDS,
        HANDOFF_FILING,
        /// A human is called beside the conversation.
        HUMAN,
        /// The engine writes for the human: a summary, or what the caller said last.
        WRITING,
        CALL_WARNING,
        CALL_LIMIT
    }

    static final Timers NONE = new Timers(new EnumMap<>(Timer.class));

    private final EnumMap<Timer, Instant> due;
    private final Optional<Instant> earliest;

    private Timers(EnumMap<Timer, Instant> due) {
        this.due = due;
        this.earliest = due.values().stream().min(Instant::compareTo);
    }

    Timers with(Timer timer, Instant at) {
        var copy = new EnumMap<>(due);
        copy.put(timer, at);
        return new Timers(copy);
    }

    Timers without(Timer timer) {
        if (!due.containsKey(timer)) {
            return this;
        }
        var copy = new EnumMap<>(due);
        copy.remove(timer);
        return new Timers(copy);
    }

    boolean running(Timer timer) {
        return due.containsKey(timer);
    }

    /// The timer that is due first at or before `now`, if any.
    Optional<Timer> firstDue(Instant now) {
        return due.entrySet().stream()
                .filter(entry -> !entry.getValue().isAfter(now))
                .min(Map.Entry.comparingByValue())
                .map(Map.Entry::getKey);
    }

    /// When the shell must send `TimePassed`.
    public Optional<Instant> earliest() {
        return earliest;
    }

    @Override
    public String toString() {
        return "Timers" + due;
    }
}
