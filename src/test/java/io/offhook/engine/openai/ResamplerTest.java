package io.offhook.engine.openai;

import static org.assertj.core.api.Assertions.assertThat;

import io.offhook.call.AudioFrame;
import java.util.Arrays;
import java.util.Base64;
import org.junit.jupiter.api.Test;

class ResamplerTest {
    @Test
    void every_mu_law_code_survives_linear_and_comes_close_through_a_law() {
        for (int code = 0; code < 256; code++) {
            short sample = G711.linear((byte) code);

            assertThat(G711.linear(G711.muLaw(sample))).isEqualTo(sample);
            byte again = G711.aToMu(G711.muToA(new byte[] {(byte) code}))[0];
            assertThat(Math.abs(G711.linear(again) - sample)).isLessThanOrEqualTo(Math.abs(sample) / 16 + 24);
        }
    }

    @Test
    void a_tone_of_the_voice_band_keeps_its_level_both_ways() {
        var tone = tone(8_000, 1_000, 8_000);
        var muLaw = new byte[tone.length];
        for (int i = 0; i < tone.length; i++) {
            muLaw[i] = G711.muLaw(tone[i]);
        }

        byte[] raised = new Resampler().up(muLaw);
        byte[] again = new Resampler().down(raised);

        assertThat(raised).hasSize(muLaw.length * 6);
        assertThat(again).hasSameSizeAs(muLaw);
        assertThat(level(again)).isBetween(0.95 * level(muLaw), 1.05 * level(muLaw));
    }

    @Test
    void what_a_phone_can_not_carry_does_not_fold_back() {
        byte[] hiss = bytes(tone(24_000, 6_000, 24_000));

        byte[] muLaw = new Resampler().down(hiss);

        assertThat(level(muLaw)).isLessThan(200);
    }

    @Test
    void pieces_of_any_length_sound_like_the_whole() {
        byte[] pcm = bytes(tone(24_000, 700, 2_400));
        byte[] whole = new Resampler().down(pcm);
        var inPieces = new Resampler();
        var joined = new java.io.ByteArrayOutputStream();

        for (int at = 0, step = 1; at < pcm.length; at += step, step = step % 97 + 13) {
            joined.writeBytes(inPieces.down(Arrays.copyOfRange(pcm, at, Math.min(at + step, pcm.length))));
        }

        assertThat(joined.toByteArray()).isEqualTo(whole);
    }

    @Test
    void mu_law_passes_untouched() {
        byte[] text = "fn5+fn5+fn4=".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        var pass = new Transcoding(WireFormat.PCMU);

        assertThat(pass.fromEngine(text).base64()).isSameAs(text);
        assertThat(pass.toEngine(AudioFrame.ofBase64(text))).isSameAs(text);
    }

    @Test
    void a_law_is_translated_both_ways() {
        var frame = AudioFrame.silence(20);
        var aLaw = new Transcoding(WireFormat.PCMA);

        byte[] sent = Base64.getDecoder().decode(aLaw.toEngine(frame));

        assertThat(sent).hasSize(160).containsOnly(0xD5);
        assertThat(level(aLaw.fromEngine(aLaw.toEngine(frame)).muLaw())).isLessThan(20);
    }

    private static short[] tone(int rateHz, int pitchHz, int samples) {
        var tone = new short[samples];
        for (int i = 0; i < samples; i++) {
            tone[i] = (short) (10_000 * Math.sin(2 * Math.PI * pitchHz * i / rateHz));
        }
        return tone;
    }

    private static byte[] bytes(short[] samples) {
        var bytes = new byte[samples.length * 2];
        for (int i = 0; i < samples.length; i++) {
            bytes[2 * i] = (byte) samples[i];
            bytes[2 * i + 1] = (byte) (samples[i] >> 8);
        }
        return bytes;
    }

    private static double level(byte[] muLaw) {
        double sum = 0;
        for (int i = muLaw.length / 4; i < muLaw.length; i++) {
            sum += Math.pow(G711.linear(muLaw[i]), 2);
        }
        return Math.sqrt(sum / (muLaw.length - muLaw.length / 4));
    }
}
