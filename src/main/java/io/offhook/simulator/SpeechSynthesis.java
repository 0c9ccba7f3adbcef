package io.offhook.simulator;

/// Turns text into speech: mu-law, 8 kHz, mono. Called on a virtual thread, from several at once; may take its time.
@FunctionalInterface
public interface SpeechSynthesis {
    byte[] speak(String text);
}
