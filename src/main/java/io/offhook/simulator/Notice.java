package io.offhook.simulator;

import java.time.Duration;

/// What the carrier would write into its debugger about this call: Twilio's code and a sentence.
public record Notice(int code, String text, Duration at) {
    /// 31921 says that the server closed the stream, which is how every good handoff ends.
    public boolean alarming() {
        return code != 31921;
    }
}
