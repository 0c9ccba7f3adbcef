package io.offhook.engine.openai;

import io.offhook.call.AudioFrame;
import java.util.Base64;

/// One direction of a session's audio, between the call's mu-law and whatever format the engine insists on. Mu-law
/// passes untouched.
final class Transcoding {
    private final WireFormat format;
    private final Resampler resampler = new Resampler();

    Transcoding(WireFormat format) {
        this.format = format;
    }

    /// The next audio belongs to another piece of speech.
    void restart() {
        resampler.restart();
    }

    /// What the engine sent, as a frame for the call; empty when it was too short to make a sample.
    AudioFrame fromEngine(byte[] base64) {
        return switch (format) {
            case PCMU -> AudioFrame.ofBase64(base64);
            case PCMA -> AudioFrame.ofMuLaw(G711.aToMu(Base64.getDecoder().decode(base64)));
            case PCM -> AudioFrame.ofMuLaw(resampler.down(Base64.getDecoder().decode(base64)));
        };
    }

    /// A frame of the call as base64 text for the engine.
    byte[] toEngine(AudioFrame frame) {
        return switch (format) {
            case PCMU -> frame.base64();
            case PCMA -> Base64.getEncoder().encode(G711.muToA(frame.muLaw()));
            case PCM -> Base64.getEncoder().encode(resampler.up(frame.muLaw()));
        };
    }
}
