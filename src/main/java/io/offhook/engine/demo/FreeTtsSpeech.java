package io.offhook.engine.demo;

import com.sun.speech.freetts.Voice;
import com.sun.speech.freetts.audio.AudioPlayer;
import com.sun.speech.freetts.en.us.cmu_us_kal.KevinVoiceDirectory;
import io.offhook.simulator.MuLaw;
import io.offhook.simulator.SpeechSynthesis;
import java.io.ByteArrayOutputStream;
import java.text.Normalizer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import javax.sound.sampled.AudioFormat;
import org.jspecify.annotations.Nullable;

/// Speech by FreeTTS: pure Java, English, robotic. One voice speaks at a time; what was said is kept, so that it is
/// made only once. May be called from any thread, but takes some ten milliseconds for a sentence.
public final class FreeTtsSpeech implements SpeechSynthesis {
    private static final int KEPT_TEXTS = 200;
    private static final int LOUDNESS = 3_500;
    private static final int PEAK = 28_000;
    /// At most this much silence stays at either end.
    private static final int MARGIN = 400;

    private static final int QUIET = 200;
    private static final double[] LOW_PASS = lowPass(63, 3_500.0 / 16_000);

    private final ReentrantLock turn = new ReentrantLock();
    private final Map<String, byte[]> spoken = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, byte[]> eldest) {
            return size() > KEPT_TEXTS;
        }
    };
    private Optional<Voice> voice = Optional.empty();

    @Override
    public byte[] speak(String text) {
        turn.lock();
        try {
            return spoken.computeIfAbsent(text, this::synthesised).clone();
        } finally {
            turn.unlock();
        }
    }

    private byte[] synthesised(String text) {
        var words = speakable(text);
        if (words.isBlank()) {
            return new byte[0];
        }
        var tape = new Tape();
        var kevin = voice();
        kevin.setAudioPlayer(tape);
        if (!kevin.speak(words)) {
            throw new IllegalStateException("FreeTTS could not speak a text of " + text.length() + " characters");
        }
        return compressed(levelled(trimmed(halved(tape.samples()))));
    }

    private Voice voice() {
        return voice.orElseGet(() -> {
            var kevin = Arrays.stream(new KevinVoiceDirectory().getVoices())
                    .filter(one -> one.getName().equals("kevin16"))
                    .findFirst()
                    .orElseThrow();
            kevin.allocate();
            voice = Optional.of(kevin);
            return kevin;
        });
    }

    /// The voice knows English letters only.
    private static String speakable(String text) {
        return Normalizer.normalize(text, Normalizer.Form.NFD).replaceAll("[^\\x20-\\x7E]", "");
    }

    /// 16 kHz to 8 kHz; what the lower rate cannot carry is filtered out first.
    private static double[] halved(short[] samples) {
        var result = new double[samples.length / 2];
        int reach = LOW_PASS.length / 2;
        for (int i = 0; i < result.length; i++) {
            double sum = 0;
            for (int tap = 0; tap < LOW_PASS.length; tap++) {
                int at = 2 * i + tap - reach;
                if (at >= 0 && at < samples.length) {
                    sum += LOW_PASS[tap] * samples[at];
                }
            }
            result[i] = sum;
        }
        return result;
    }

    private static double[] trimmed(double[] samples) {
        int from = 0;
        int to = samples.length;
        while (from < to && Math.abs(samples[from]) < QUIET) {
            from++;
        }
        while (to > from && Math.abs(samples[to - 1]) < QUIET) {
            to--;
        }
        return Arrays.copyOfRange(samples, Math.max(0, from - MARGIN), Math.min(samples.length, to + MARGIN));
    }

    private static double[] levelled(double[] samples) {
        double energy = 0;
        double peak = 1;
        int loud = 1;
        for (double sample : samples) {
            peak = Math.max(peak, Math.abs(sample));
            if (Math.abs(sample) >= QUIET) {
                energy += sample * sample;
                loud++;
            }
        }
        double gain = Math.min(LOUDNESS / Math.max(1, Math.sqrt(energy / loud)), PEAK / peak);
        return Arrays.stream(samples).map(sample -> sample * gain).toArray();
    }

    private static byte[] compressed(double[] samples) {
        var result = new byte[samples.length];
        for (int i = 0; i < result.length; i++) {
            result[i] = MuLaw.encode((short) Math.round(samples[i]));
        }
        return result;
    }

    private static double[] lowPass(int taps, double cutOff) {
        var filter = new double[taps];
        double sum = 0;
        for (int i = 0; i < taps; i++) {
            double x = i - (taps - 1) / 2.0;
            double sinc = x == 0 ? 2 * cutOff : Math.sin(2 * Math.PI * cutOff * x) / (Math.PI * x);
            filter[i] = sinc * (0.54 - 0.46 * Math.cos(2 * Math.PI * i / (taps - 1)));
            sum += filter[i];
        }
        for (int i = 0; i < taps; i++) {
            filter[i] /= sum;
        }
        return filter;
    }

    /// Takes down what the voice says instead of playing it.
    private static final class Tape implements AudioPlayer {
        private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        private @Nullable AudioFormat format;

        short[] samples() {
            var data = bytes.toByteArray();
            var samples = new short[data.length / 2];
            for (int i = 0; i < samples.length; i++) {
                samples[i] = (short) (data[2 * i] << 8 | (data[2 * i + 1] & 0xFF));
            }
            return samples;
        }

        @Override
        public boolean write(byte[] audio) {
            bytes.writeBytes(audio);
            return true;
        }

        @Override
        public boolean write(byte[] audio, int offset, int size) {
            bytes.write(audio, offset, size);
            return true;
        }

        @Override
        public void setAudioFormat(AudioFormat given) {
            if (given.getSampleRate() != 16_000 || given.getSampleSizeInBits() != 16 || !given.isBigEndian()) {
                throw new IllegalStateException("kevin16 speaks 16-bit big-endian PCM at 16 kHz, not " + given);
            }
            format = given;
        }

        @Override
        public @Nullable AudioFormat getAudioFormat() {
            return format;
        }

        @Override
        public void pause() {}

        @Override
        public void resume() {}

        @Override
        public void reset() {}

        @Override
        public boolean drain() {
            return true;
        }

        @Override
        public void begin(int size) {}

        @Override
        public boolean end() {
            return true;
        }

        @Override
        public void cancel() {}

        @Override
        public void close() {}

        @Override
        public float getVolume() {
            return 1;
        }

        @Override
        public void setVolume(float volume) {}

        @Override
        public long getTime() {
            return 0;
        }

        @Override
        public void resetTime() {}

        @Override
        public void startFirstSampleTimer() {}

        @Override
        public void showMetrics() {}
    }
}
