package io.offhook.engine.openai;

import java.util.Arrays;
import java.util.Optional;

/// The audio formats of the Realtime API.
enum WireFormat {
    PCMU("audio/pcmu"),
    PCMA("audio/pcma"),
    /// 16-bit little-endian at 24 kHz.
    PCM("audio/pcm");

    private final String type;

    WireFormat(String type) {
        this.type = type;
    }

    String type() {
        return type;
    }

    static Optional<WireFormat> of(String type) {
        return Arrays.stream(values()).filter(format -> format.type.equals(type)).findFirst();
    }
}
