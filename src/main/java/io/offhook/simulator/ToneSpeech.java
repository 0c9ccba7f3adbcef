package io.offhook.simulator;

/// Speech for tests: a tone whose pitch follows the letters, 60 ms for each, always the same for the same text.
/// It is loud enough for any voice activity detection.
public final class ToneSpeech implements SpeechSynthesis {
    public static final int MS_PER_CHARACTER = 60;
    private static final int SAMPLES = MS_PER_CHARACTER * 8;
    private static final int AMPLITUDE = 8_000;
    private static final int PITCHES = 16;
    private static final byte[][] SOUNDS = new byte[PITCHES][SAMPLES];

    static {
        for (int pitch = 0; pitch < PITCHES; pitch++) {
            // Whole periods in each sound, so that neighbours meet at zero and nothing clicks.
            int periods = 12 + pitch * 2;
            for (int i = 0; i < SAMPLES; i++) {
                double sample = AMPLITUDE * Math.sin(2 * Math.PI * periods * i / SAMPLES);
                SOUNDS[pitch][i] = MuLaw.encode((short) sample);
            }
        }
    }

    @Override
    public byte[] speak(String text) {
        var audio = new byte[text.length() * SAMPLES];
        for (int i = 0; i < text.length(); i++) {
            System.arraycopy(SOUNDS[text.charAt(i) % PITCHES], 0, audio, i * SAMPLES, SAMPLES);
        }
        return audio;
    }
}
