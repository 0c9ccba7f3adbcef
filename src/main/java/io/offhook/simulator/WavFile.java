package io.offhook.simulator;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

/// A RIFF/WAVE sound in memory: PCM of 16 bits or mu-law, one or two channels, any sample rate on the way in, 8 kHz on
/// the way to the phone.
public final class WavFile {
    private static final int PCM = 1;
    private static final int MU_LAW = 7;
    private static final int EXTENSIBLE = 0xFFFE;

    private final int sampleRateHz;
    private final short[][] channels;

    private WavFile(int sampleRateHz, short[][] channels) {
        this.sampleRateHz = sampleRateHz;
        this.channels = channels;
    }

    public static WavFile mono(short[] samples) {
        return new WavFile(MuLaw.SAMPLE_RATE_HZ, new short[][] {samples.clone()});
    }

    /// Two sides of a call; the shorter one is filled with silence.
    public static WavFile stereo(short[] left, short[] right) {
        int length = Math.max(left.length, right.length);
        return new WavFile(
                MuLaw.SAMPLE_RATE_HZ, new short[][] {Arrays.copyOf(left, length), Arrays.copyOf(right, length)});
    }

    public static WavFile read(Path file) throws IOException {
        return read(Files.readAllBytes(file));
    }

    /// Refuses what it can't play, with a sentence that says what the file holds.
    public static WavFile read(byte[] bytes) throws IOException {
        var in = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        if (bytes.length < 12 || !tag(in).equals("RIFF")) {
            throw new IOException("not a WAV file: it does not begin with RIFF");
        }
        in.position(8);
        if (!tag(in).equals("WAVE")) {
            throw new IOException("not a WAV file: RIFF, but not WAVE");
        }
        int format = 0;
        int channels = 0;
        int rate = 0;
        int bits = 0;
        while (in.remaining() >= 8) {
            var id = tag(in);
            long length = Integer.toUnsignedLong(in.getInt());
            int start = in.position();
            // Writers that stream leave 0xFFFFFFFF here: the data then reach to the end of the file.
            int size = (int) Math.min(length, in.remaining());
            if (id.equals("fmt ") && size >= 16) {
                format = Short.toUnsignedInt(in.getShort(start));
                channels = in.getShort(start + 2);
                rate = in.getInt(start + 4);
                bits = in.getShort(start + 14);
                if (format == EXTENSIBLE && size >= 26) {
                    format = Short.toUnsignedInt(in.getShort(start + 24));
                }
            } else if (id.equals("data")) {
                return decode(in.slice(start, size).order(ByteOrder.LITTLE_ENDIAN), format, channels, rate, bits);
            }
            in.position((int) Math.min(start + size + (long) (size & 1), in.limit()));
        }
        throw new IOException("WAV file without a data chunk");
    }

    private static WavFile decode(ByteBuffer data, int format, int channels, int rate, int bits) throws IOException {
        boolean pcm = format == PCM && bits == 16;
        if ((!pcm && !(format == MU_LAW && bits == 8)) || channels < 1 || channels > 2 || rate < 4_000) {
            throw new IOException("WAV format " + format + " with " + bits + " bits, " + channels + " channels, " + rate
                    + " Hz: only PCM of 16 bits and mu-law, mono or stereo, can be played");
        }
        int length = data.remaining() / channels / (pcm ? 2 : 1);
        var samples = new short[channels][length];
        for (int i = 0; i < length; i++) {
            for (int channel = 0; channel < channels; channel++) {
                samples[channel][i] = pcm ? data.getShort() : MuLaw.decode(data.get());
            }
        }
        return new WavFile(rate, samples);
    }

    public int sampleRateHz() {
        return sampleRateHz;
    }

    public int channels() {
        return channels.length;
    }

    public short[] channel(int index) {
        return channels[index].clone();
    }

    /// Mixed to one channel, at 8 kHz.
    public Clip toClip() {
        int length = channels[0].length;
        var mixed = new short[length];
        for (int i = 0; i < length; i++) {
            int sum = 0;
            for (var channel : channels) {
                sum += channel[i];
            }
            mixed[i] = (short) (sum / channels.length);
        }
        return Clip.of(MuLaw.encode(resampled(mixed, sampleRateHz)));
    }

    /// Averages over the samples a slower clock would skip, which also keeps the worst aliases out; interpolates when
    /// the source is slower. Good enough for speech on a phone line.
    private static short[] resampled(short[] in, int rate) {
        if (rate == MuLaw.SAMPLE_RATE_HZ) {
            return in;
        }
        double ratio = (double) rate / MuLaw.SAMPLE_RATE_HZ;
        var out = new short[(int) (in.length / ratio)];
        for (int i = 0; i < out.length; i++) {
            double from = i * ratio;
            int first = (int) from;
            if (ratio > 1) {
                int last = Math.min(in.length, Math.max(first + 1, (int) (from + ratio)));
                long sum = 0;
                for (int k = first; k < last; k++) {
                    sum += in[k];
                }
                out[i] = (short) (sum / (last - first));
            } else {
                int next = Math.min(in.length - 1, first + 1);
                out[i] = (short) (in[first] + (in[next] - in[first]) * (from - first));
            }
        }
        return out;
    }

    public byte[] toBytes() {
        int frames = channels[0].length;
        int frameBytes = channels.length * 2;
        int dataBytes = frames * frameBytes;
        var out = ByteBuffer.allocate(44 + dataBytes).order(ByteOrder.LITTLE_ENDIAN);
        out.put(ascii("RIFF")).putInt(36 + dataBytes).put(ascii("WAVE"));
        out.put(ascii("fmt ")).putInt(16).putShort((short) PCM).putShort((short) channels.length);
        out.putInt(sampleRateHz).putInt(sampleRateHz * frameBytes).putShort((short) frameBytes);
        out.putShort((short) 16).put(ascii("data")).putInt(dataBytes);
        for (int i = 0; i < frames; i++) {
            for (var channel : channels) {
                out.putShort(channel[i]);
            }
        }
        return out.array();
    }

    public void write(OutputStream out) throws IOException {
        out.write(toBytes());
    }

    public void write(Path file) throws IOException {
        Files.write(file, toBytes());
    }

    private static String tag(ByteBuffer in) {
        var tag = new byte[4];
        in.get(tag);
        return new String(tag, StandardCharsets.US_ASCII);
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
