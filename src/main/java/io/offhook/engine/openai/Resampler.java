package io.offhook.engine.openai;

import java.util.Arrays;

/// Goes between mu-law at 8 kHz and 16-bit little-endian samples at 24 kHz, through a low-pass at 3.6 kHz, so that
/// nothing above the telephone band folds back as a whistle. Remembers the end of one piece for the start of the next,
/// samples that were cut in two included. One for each direction of a session.
final class Resampler {
    private static final int FACTOR = 3;
    private static final int TAPS = 45;
    private static final float[] FILTER = lowPass(3_600.0 / 24_000);

    private float[] tail = new float[TAPS - 1];
    private int oddByte = -1;

    /// Forgets what came before: another piece of speech begins.
    void restart() {
        tail = new float[TAPS - 1];
        oddByte = -1;
    }

    /// 24 kHz samples to 8 kHz mu-law.
    byte[] down(byte[] pcm) {
        float[] samples = joined(pcm);
        int count = Math.max(0, (samples.length - TAPS) / FACTOR + (samples.length >= TAPS ? 1 : 0));
        var muLaw = new byte[count];
        for (int i = 0; i < count; i++) {
            float sum = 0;
            for (int k = 0; k < TAPS; k++) {
                sum += FILTER[k] * samples[i * FACTOR + k];
            }
            muLaw[i] = G711.muLaw(Math.round(sum));
        }
        tail = Arrays.copyOfRange(samples, count * FACTOR, samples.length);
        return muLaw;
    }

    /// 8 kHz mu-law to 24 kHz samples.
    byte[] up(byte[] muLaw) {
        int past = TAPS / FACTOR - 1;
        var input = new float[past + muLaw.length];
        System.arraycopy(tail, tail.length - past, input, 0, past);
        for (int i = 0; i < muLaw.length; i++) {
            input[past + i] = G711.linear(muLaw[i]);
        }
        var pcm = new byte[muLaw.length * FACTOR * 2];
        int at = 0;
        for (int i = past; i < input.length; i++) {
            for (int phase = 0; phase < FACTOR; phase++) {
                float sum = 0;
                for (int k = phase, j = i; k < TAPS; k += FACTOR, j--) {
                    sum += FILTER[k] * input[j];
                }
                int sample = Math.clamp(Math.round(sum * FACTOR), Short.MIN_VALUE, Short.MAX_VALUE);
                pcm[at++] = (byte) sample;
                pcm[at++] = (byte) (sample >> 8);
            }
        }
        System.arraycopy(input, input.length - past, tail, tail.length - past, past);
        return pcm;
    }

    private float[] joined(byte[] pcm) {
        int odd = oddByte < 0 ? 0 : 1;
        int count = (pcm.length + odd) / 2;
        var samples = Arrays.copyOf(tail, tail.length + count);
        for (int i = 0; i < count; i++) {
            int at = 2 * i - odd;
            int low = at < 0 ? oddByte : pcm[at] & 0xFF;
            samples[tail.length + i] = (short) (low | pcm[at + 1] << 8);
        }
        oddByte = (pcm.length + odd) % 2 == 1 ? pcm[pcm.length - 1] & 0xFF : -1;
        return samples;
    }

    private static float[] lowPass(double cutoff) {
        var taps = new double[TAPS];
        double sum = 0;
        for (int k = 0; k < TAPS; k++) {
            double x = k - (TAPS - 1) / 2.0;
            double sinc = x == 0 ? 2 * cutoff : Math.sin(2 * Math.PI * cutoff * x) / (Math.PI * x);
            taps[k] = sinc * (0.54 - 0.46 * Math.cos(2 * Math.PI * k / (TAPS - 1)));
            sum += taps[k];
        }
        var filter = new float[TAPS];
        for (int k = 0; k < TAPS; k++) {
            filter[k] = (float) (taps[k] / sum);
        }
        return filter;
    }
}
