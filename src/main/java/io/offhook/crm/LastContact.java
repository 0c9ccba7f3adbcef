package io.offhook.crm;

import java.time.Instant;

/// What the caller's previous call was about, and when it ended.
public record LastContact(String topic, Instant at) {
    private static final int TOPIC = 120;

    public LastContact {
        topic = PlainText.line(topic, TOPIC);
    }

    @Override
    public String toString() {
        return "LastContact[" + at + "]";
    }
}
