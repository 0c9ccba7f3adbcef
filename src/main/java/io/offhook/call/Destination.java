package io.offhook.call;

import java.time.Duration;

/// One place where a human can take the caller.
public sealed interface Destination {

    /// How long the caller waits there before the next destination is tried.
    Duration patience();

    /// A TaskRouter workflow.
    record Workflow(String sid, Duration patience) implements Destination {}

    /// A phone number.
    record Phone(PhoneNumber number, Duration patience) implements Destination {}

    /// The caller leaves a message; always the last.
    record Voicemail(Duration patience) implements Destination {}
}
