package io.offhook.simulator;

import java.util.Arrays;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// The input audio buffer with its voice activity detection. Its clock counts the audio that has arrived, not the time
/// that has passed. Works on frames of 20 ms of mu-law; belongs to the event loop of its session.
final class InputAudio {
    static final int FRAME = 160;
    private static final int FRAME_MS = 20;
    /// A click is shorter than this; speech is not.
    private static final int ONSET_FRAMES = 3;

    /// What the detection finds while audio arrives.
    interface Listener {
        void speechStarted(long audioStartMs);

        void speechStopped(long audioEndMs);
    }

    /// When speech begins and ends; absent when the client commits by itself.
    record Detection(double loudness, int prefixPaddingMs, int silenceMs) {
        /// A threshold of 0.5 stands for a level that speech on a phone line passes and line noise does not.
        static Optional<Detection> of(JsonNode turnDetection) {
            return switch (Json.text(turnDetection, "type")) {
                case "server_vad" -> Optional.of(new Detection(
                        Math.max(100, 1_000 * turnDetection.path("threshold").asDouble(0.5)),
                        turnDetection.path("prefix_padding_ms").asInt(300),
                        turnDetection.path("silence_duration_ms").asInt(500)));
                case "semantic_vad" -> Optional.of(new Detection(500, 300, longestWaitMs(turnDetection)));
                default -> Optional.empty();
            };
        }

        private static int longestWaitMs(JsonNode turnDetection) {
            return switch (Json.text(turnDetection, "eagerness")) {
                case "low" -> 8_000;
                case "high" -> 2_000;
                default -> 4_000;
            };
        }
    }

    private final Listener listener;
    private Optional<Detection> detection = Optional.empty();
    private byte[] kept = new byte[FRAME * 50];
    private int length;
    private int judged;
    private long appendedBytes;
    private boolean speaking;
    private int loudFrames;
    private int quietFrames;

    InputAudio(Listener listener) {
        this.listener = listener;
    }

    void detect(Optional<Detection> wanted) {
        detection = wanted;
    }

    boolean speaking() {
        return speaking;
    }

    long clockMs() {
        return appendedBytes / 8;
    }

    long appendedBytes() {
        return appendedBytes;
    }

    double bufferedMs() {
        return length / 8.0;
    }

    void append(byte[] audio) {
        if (length + audio.length > kept.length) {
            kept = Arrays.copyOf(kept, Math.max(kept.length * 2, length + audio.length));
        }
        System.arraycopy(audio, 0, kept, length, audio.length);
        length += audio.length;
        appendedBytes += audio.length;
        while (length - judged >= FRAME) {
            judged += FRAME;
            detection.ifPresent(d -> judge(d, loudness(judged - FRAME)));
        }
    }

    /// Takes the audio of the speech that has just stopped.
    byte[] takeSpeech() {
        return take(judged);
    }

    byte[] takeAll() {
        return take(length);
    }

    private byte[] take(int end) {
        var taken = Arrays.copyOf(kept, end);
        forget(end);
        speaking = false;
        loudFrames = 0;
        quietFrames = 0;
        return taken;
    }

    private long judgedMs() {
        return (appendedBytes - (length - judged)) / 8;
    }

    private void forget(int bytes) {
        System.arraycopy(kept, bytes, kept, 0, length - bytes);
        length -= bytes;
        judged = Math.max(0, judged - bytes);
    }

    private void judge(Detection d, double loudness) {
        if (speaking) {
            quietFrames = loudness < d.loudness() / 2 ? quietFrames + 1 : 0;
            if (quietFrames * FRAME_MS >= Math.max(d.silenceMs(), FRAME_MS)) {
                listener.speechStopped(judgedMs());
            }
            return;
        }
        loudFrames = loudness >= d.loudness() ? loudFrames + 1 : 0;
        if (loudFrames == ONSET_FRAMES) {
            speaking = true;
            quietFrames = 0;
            keepOnly(prelude(d));
            listener.speechStarted(Math.max(0, judgedMs() - ONSET_FRAMES * FRAME_MS - d.prefixPaddingMs()));
        } else if (judged > 2 * prelude(d)) {
            keepOnly(prelude(d));
        }
    }

    private static int prelude(Detection d) {
        return (ONSET_FRAMES * FRAME_MS + d.prefixPaddingMs()) * 8;
    }

    private void keepOnly(int bytes) {
        if (judged > bytes) {
            forget(judged - bytes);
        }
    }

    private double loudness(int from) {
        long energy = 0;
        for (int i = from; i < from + FRAME; i++) {
            long sample = MuLaw.decode(kept[i]);
            energy += sample * sample;
        }
        return Math.sqrt((double) energy / FRAME);
    }
}
