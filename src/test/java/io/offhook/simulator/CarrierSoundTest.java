package io.offhook.simulator;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CarrierSoundTest {
    @Test
    void every_mu_law_byte_survives_decoding_and_encoding() {
        for (int i = 0; i < 256; i++) {
            // 0x7F is the negative zero, which comes back as the positive one.
            byte expected = i == 0x7F ? (byte) 0xFF : (byte) i;
            assertThat(MuLaw.encode(MuLaw.decode((byte) i))).as("byte %x", i).isEqualTo(expected);
        }
    }

    @Test
    void known_values_of_g711_are_right() {
        assertThat(MuLaw.decode((byte) 0xFF)).isZero();
        assertThat(MuLaw.decode((byte) 0x80)).isEqualTo((short) 32_124);
        assertThat(MuLaw.decode((byte) 0x00)).isEqualTo((short) -32_124);
        assertThat(MuLaw.encode(0)).isEqualTo((byte) 0xFF);
        assertThat(MuLaw.encode(32_767)).isEqualTo((byte) 0x80);
        assertThat(MuLaw.encode(-32_768)).isEqualTo((byte) 0x00);
    }

    @Test
    void a_stereo_file_keeps_both_sides_and_fills_the_shorter_one() throws IOException {
        var file = WavFile.stereo(new short[] {1, 2, 3}, new short[] {-1}).toBytes();

        var read = WavFile.read(file);

        assertThat(read.channels()).isEqualTo(2);
        assertThat(read.sampleRateHz()).isEqualTo(8_000);
        assertThat(read.channel(0)).containsExactly(1, 2, 3);
        assertThat(read.channel(1)).containsExactly(-1, 0, 0);
    }

    @Test
    void a_tone_at_48_kHz_keeps_its_length_and_pitch_on_the_phone() throws IOException {
        var tone = new short[48_000];
        for (int i = 0; i < tone.length; i++) {
            tone[i] = (short) (8_000 * Math.sin(2 * Math.PI * 440 * i / 48_000));
        }
        var bytes = WavFile.mono(tone).toBytes();
        setRate(bytes, 48_000);

        var clip = WavFile.read(bytes).toClip();

        assertThat(clip.length()).isEqualTo(Duration.ofSeconds(1));
        assertThat(crossings(MuLaw.decode(clip.muLaw()))).isCloseTo(880, within(4));
    }

    @Test
    void what_cannot_be_played_is_refused_with_a_reason() {
        var bytes = WavFile.mono(new short[8]).toBytes();
        bytes[34] = 24;

        assertThatThrownBy(() -> WavFile.read(bytes))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("24 bits");
        assertThatThrownBy(() -> WavFile.read("ID3 and so on".getBytes(StandardCharsets.US_ASCII)))
                .hasMessageContaining("RIFF");
    }

    private static void setRate(byte[] wav, int rate) {
        for (int i = 0; i < 4; i++) {
            wav[24 + i] = (byte) (rate >> (8 * i));
        }
    }

    private static int crossings(short[] samples) {
        int count = 0;
        for (int i = 1; i < samples.length; i++) {
            if (samples[i - 1] < 0 != samples[i] < 0) {
                count++;
            }
        }
        return count;
    }
}
