package io.offhook.simulator;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The three audio formats of the Realtime API. The simulator works in mu-law and converts at its edge.
enum WireFormat {
    PCMU("audio/pcmu", 8),
    PCMA("audio/pcma", 8),
    PCM("audio/pcm", 48);

    private static final byte[] TO_ALAW = new byte[256];
    private static final byte[] FROM_ALAW = new byte[256];

    static {
        for (int code = 0; code < 256; code++) {
            TO_ALAW[code] = encodeALaw(MuLaw.decode((byte) code));
            FROM_ALAW[code] = MuLaw.encode(decodeALaw((byte) code));
        }
    }

    private final String type;
    private final int bytesPerMs;

    WireFormat(String type, int bytesPerMs) {
        this.type = type;
        this.bytesPerMs = bytesPerMs;
    }

    static WireFormat of(JsonNode format) {
        for (var known : values()) {
            if (known.type.equals(Json.text(format, "type"))) {
                return known;
            }
        }
        return PCM;
    }

    int bytesPerMs() {
        return bytesPerMs;
    }

    ObjectNode json() {
        var json = Json.object(type);
        return this == PCM ? json.put("rate", 24_000) : json;
    }

    byte[] fromMuLaw(byte[] audio) {
        return switch (this) {
            case PCMU -> audio;
            case PCMA -> translated(audio, TO_ALAW);
            case PCM -> raised(audio);
        };
    }

    byte[] toMuLaw(byte[] audio) {
        return switch (this) {
            case PCMU -> audio;
            case PCMA -> translated(audio, FROM_ALAW);
            case PCM -> lowered(audio);
        };
    }

    private static byte[] translated(byte[] audio, byte[] table) {
        var result = new byte[audio.length];
        for (int i = 0; i < audio.length; i++) {
            result[i] = table[audio[i] & 0xFF];
        }
        return result;
    }

    /// 8 kHz to 24 kHz by straight lines between the samples.
    private static byte[] raised(byte[] audio) {
        var result = new byte[audio.length * 6];
        int at = 0;
        for (int i = 0; i < audio.length; i++) {
            int from = MuLaw.decode(audio[i]);
            int to = i + 1 < audio.length ? MuLaw.decode(audio[i + 1]) : from;
            for (int third = 0; third < 3; third++) {
                int sample = from + (to - from) * third / 3;
                result[at++] = (byte) sample;
                result[at++] = (byte) (sample >> 8);
            }
        }
        return result;
    }

    /// 24 kHz to 8 kHz by taking every third sample: enough to find speech in it.
    private static byte[] lowered(byte[] audio) {
        var result = new byte[audio.length / 6];
        for (int i = 0; i < result.length; i++) {
            result[i] = MuLaw.encode((short) ((audio[i * 6] & 0xFF) | audio[i * 6 + 1] << 8));
        }
        return result;
    }

    private static byte encodeALaw(short sample) {
        int sign = sample < 0 ? 0 : 0x80;
        int magnitude = Math.min(sample < 0 ? -sample - 1 : sample, 32_767) >> 3;
        int exponent = Math.max(0, 31 - Integer.numberOfLeadingZeros(Math.max(magnitude, 1)) - 4);
        int code = exponent == 0 ? magnitude >> 1 : exponent << 4 | (magnitude >> exponent & 0x0F);
        return (byte) ((sign | code) ^ 0x55);
    }

    private static short decodeALaw(byte code) {
        int bits = (code ^ 0x55) & 0xFF;
        int exponent = bits >> 4 & 0x07;
        int magnitude = ((bits & 0x0F) << 4) + 8;
        if (exponent > 0) {
            magnitude = (magnitude + 0x100) << (exponent - 1);
        }
        return (short) ((bits & 0x80) == 0 ? -magnitude : magnitude);
    }
}
