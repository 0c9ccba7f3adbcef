package io.offhook.simulator;

import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// All that one call has shown so far: steps, notices and what was heard. Any thread may read it or wait for more.
final class Journal {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition grown = lock.newCondition();
    private final List<CallStep> steps = new ArrayList<>();
    private final List<Notice> notices = new ArrayList<>();
    private final List<Heard> heard = new ArrayList<>();
    private final List<CallObserver> observers = new CopyOnWriteArrayList<>();
    private final boolean keepAudio;
    private long streamedBytes;
    private @Nullable ByteArrayOutputStream open;
    private long openFrom;
    private long openLength;

    Journal(boolean keepAudio) {
        this.keepAudio = keepAudio;
    }

    void observe(CallObserver observer) {
        observers.add(observer);
    }

    List<CallObserver> observers() {
        return observers;
    }

    void add(CallStep step) {
        grow(() -> steps.add(step));
        observers.forEach(each -> each.on(step));
    }

    void add(Notice notice) {
        grow(() -> notices.add(notice));
        observers.forEach(each -> each.on(notice));
    }

    void add(Heard sound) {
        grow(() -> heard.add(sound));
    }

    /// Audio of the stream that begins to play at this position; joined to what came before when there is no gap.
    void addFrame(long position, byte[] frame) {
        grow(() -> {
            if (open == null || openFrom + openLength != position) {
                closeStretch();
                open = new ByteArrayOutputStream();
                openFrom = position;
            }
            if (keepAudio) {
                open.writeBytes(frame);
            }
            openLength += frame.length;
            streamedBytes += frame.length;
        });
    }

    private void closeStretch() {
        stretch().ifPresent(heard::add);
        open = null;
        openLength = 0;
    }

    private Optional<Heard> stretch() {
        if (open == null || openLength == 0) {
            return Optional.empty();
        }
        var from = SimulatedCall.lasting(openFrom);
        return Optional.of(
                new Heard(Heard.Source.STREAM, from, SimulatedCall.lasting(openLength), "", open.toByteArray()));
    }

    List<CallStep> steps() {
        return read(() -> List.copyOf(steps));
    }

    List<Notice> notices() {
        return read(() -> List.copyOf(notices));
    }

    List<Heard> heard() {
        return read(() -> {
            var all = new ArrayList<>(heard);
            stretch().ifPresent(all::add);
            all.sort((a, b) -> a.from().compareTo(b.from()));
            return List.copyOf(all);
        });
    }

    long streamedBytes() {
        return read(() -> streamedBytes);
    }

    /// Sound of all stretches on one line of time, gaps filled with silence.
    byte[] soundtrack(long atLeastBytes) {
        var all = heard();
        long end = atLeastBytes;
        for (var each : all) {
            end = Math.max(end, SimulatedCall.position(each.from()) + each.audioSize());
        }
        var track = new byte[Math.toIntExact(end)];
        Arrays.fill(track, MuLaw.SILENCE);
        for (var each : all) {
            var audio = each.audio();
            System.arraycopy(audio, 0, track, (int) SimulatedCall.position(each.from()), audio.length);
        }
        return track;
    }

    /// Waits until there is something to give, or for this much of the wall clock.
    <T> Optional<T> await(Supplier<Optional<T>> wanted, Duration atMost) {
        long left = atMost.toNanos();
        lock.lock();
        try {
            var found = wanted.get();
            while (found.isEmpty() && left > 0) {
                left = grown.awaitNanos(left);
                found = wanted.get();
            }
            return found;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Optional.empty();
        } finally {
            lock.unlock();
        }
    }

    private void grow(Runnable change) {
        lock.lock();
        try {
            change.run();
            grown.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private <T> T read(Supplier<T> question) {
        lock.lock();
        try {
            return question.get();
        } finally {
            lock.unlock();
        }
    }
}
