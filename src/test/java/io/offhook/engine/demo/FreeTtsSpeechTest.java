package io.offhook.engine.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.simulator.MuLaw;
import org.junit.jupiter.api.Test;

class FreeTtsSpeechTest {
    private final FreeTtsSpeech speech = new FreeTtsSpeech();

    @Test
    void speaks_at_the_speed_and_loudness_of_a_person_on_the_phone() {
        var audio = speech.speak("I'd be happy to help with that. Could you give me your order number, please?");

        assertThat(audio.length / 8).isBetween(3_000, 9_000);
        assertThat(loudness(audio)).isBetween(1_500.0, 5_000.0);
    }

    @Test
    void says_the_same_text_in_the_same_way() {
        var first = speech.speak("Please hold the line.");

        assertThat(speech.speak("Please hold the line.")).isEqualTo(first);
        assertThat(speech.speak("Please hold.")).hasSizeLessThan(first.length);
    }

    @Test
    void copes_with_letters_it_does_not_know() {
        assertThat(speech.speak("¿Me puede dar su número de pedido, por favor?")).hasSizeGreaterThan(8_000);
        assertThat(speech.speak("¿¡")).isEmpty();
    }

    @Test
    void begins_and_ends_with_little_silence() {
        var audio = speech.speak("Goodbye.");

        int first = 0;
        while (Math.abs(MuLaw.decode(audio[first])) < 300) {
            first++;
        }
        int last = audio.length - 1;
        while (Math.abs(MuLaw.decode(audio[last])) < 300) {
            last--;
        }
        assertThat(first / 8).isLessThan(100);
        assertThat((audio.length - last) / 8).isLessThan(100);
    }

    private static double loudness(byte[] audio) {
        double energy = 0;
        for (var code : audio) {
            double sample = MuLaw.decode(code);
            energy += sample * sample;
        }
        return Math.sqrt(energy / audio.length);
    }
}
