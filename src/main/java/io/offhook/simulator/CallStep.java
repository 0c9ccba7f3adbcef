package io.offhook.simulator;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// One thing that happened on a call, `at` so much network time after it rang.
public sealed interface CallStep {
    Duration at();

    /// The carrier asked the application. Status 0: no answer at all; the notices say why.
    record Asked(Duration at, String method, String url, Map<String, String> form, int status, String body)
            implements CallStep {}

    record Answered(Duration at) implements CallStep {}

    /// A sentence of the network's own voice began.
    record Said(Duration at, String text) implements CallStep {}

    record Played(Duration at, String url, Duration length) implements CallStep {}

    record Gathered(Duration at, String digits) implements CallStep {}

    /// What the network's own speech recognition made of the caller's words.
    record Understood(Duration at, String words, double confidence) implements CallStep {}

    record StreamOpened(Duration at, String streamSid, String url, Map<String, String> parameters)
            implements CallStep {}

    /// `code` is Twilio's: 31921 when the server closed, 0 when the carrier did.
    record StreamClosed(Duration at, String streamSid, int code, String reason) implements CallStep {}

    /// The server sent a mark; `heard` is false when `clear` sent it back before its audio was played.
    record MarkReturned(Duration at, String name, boolean heard) implements CallStep {}

    record Cleared(Duration at, Duration dropped) implements CallStep {}

    record Pressed(Duration at, char digit) implements CallStep {}

    record Spoke(Duration at, Duration length, String words) implements CallStep {}

    record Dialled(Duration at, List<String> destinations, String callerId, Duration timeout) implements CallStep {}

    /// A person picked up and heard this before the callers were connected.
    record Whispered(Duration at, String to, String text) implements CallStep {}

    /// The caller talks with a person.
    record Bridged(Duration at, String with) implements CallStep {}

    /// The leg is in a conference, with or without others.
    record Joined(Duration at, String conference) implements CallStep {}

    record Left(Duration at, String conference) implements CallStep {}

    /// Somebody came or went, and the conference says so by a beep.
    record Beeped(Duration at) implements CallStep {}

    record DialEnded(Duration at, String status, boolean bridged, Duration talk) implements CallStep {}

    /// `attributes` is the Task's JSON as the server wrote it.
    record Enqueued(Duration at, String queue, Optional<String> workflowSid, Optional<String> attributes)
            implements CallStep {}

    record LeftQueue(Duration at, String result, Duration waited) implements CallStep {}

    record Recorded(Duration at, Duration length, String url) implements CallStep {}

    record RestUpdated(Duration at, Map<String, String> form) implements CallStep {}

    record StatusReported(Duration at, Map<String, String> form, int status) implements CallStep {}

    record Ended(Duration at, EndReason reason) implements CallStep {}
}
