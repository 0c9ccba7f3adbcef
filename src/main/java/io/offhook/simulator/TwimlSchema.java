package io.offhook.simulator;

import java.util.Map;
import java.util.Set;

/// Which elements and attributes TwiML knows, and where they may stand. What the simulator knows of a verb but does
/// not perform is listed as well, so that it is not called unknown.
final class TwimlSchema {
    /// `numbers`: attributes that must hold a whole number.
    record Rule(Set<String> attributes, Set<String> numbers, Set<String> children) {}

    private static final Set<String> PROMPTS = Set.of("Say", "Play", "Pause");
    private static final Set<String> NOTHING = Set.of();

    /// Speech marks inside Say; not checked further.
    static final String ANYTHING = "*";

    static final Set<String> VERBS = Set.of(
            "Say",
            "Play",
            "Pause",
            "Gather",
            "Record",
            "Dial",
            "Enqueue",
            "Connect",
            "Redirect",
            "Hangup",
            "Reject",
            "Leave",
            "Start",
            "Stop",
            "Refer");

    /// What may stand in the document that a waiting caller hears.
    static final Set<String> WAITING = Set.of("Play", "Say", "Pause", "Hangup", "Redirect", "Leave", "Gather");

    private static final Set<String> CALLEE = Set.of(
            "url",
            "method",
            "sendDigits",
            "statusCallback",
            "statusCallbackEvent",
            "statusCallbackMethod",
            "byoc",
            "machineDetection",
            "machineDetectionTimeout",
            "machineDetectionSpeechThreshold",
            "machineDetectionSpeechEndThreshold",
            "machineDetectionSilenceTimeout",
            "amdStatusCallback",
            "amdStatusCallbackMethod",
            "username",
            "password");

    static final Map<String, Rule> RULES = Map.ofEntries(
            rule("Say", Set.of("voice", "language", "loop"), Set.of("loop"), Set.of(ANYTHING)),
            rule("Play", Set.of("loop", "digits"), Set.of("loop"), NOTHING),
            rule("Pause", Set.of("length"), Set.of("length"), NOTHING),
            rule(
                    "Gather",
                    Set.of(
                            "action",
                            "method",
                            "input",
                            "timeout",
                            "speechTimeout",
                            "numDigits",
                            "finishOnKey",
                            "language",
                            "hints",
                            "profanityFilter",
                            "speechModel",
                            "enhanced",
                            "partialResultCallback",
                            "partialResultCallbackMethod",
                            "actionOnEmptyResult",
                            "bargeIn",
                            "maxSpeechTime",
                            "debug"),
                    Set.of("timeout", "numDigits"),
                    PROMPTS),
            rule(
                    "Record",
                    Set.of(
                            "action",
                            "method",
                            "timeout",
                            "finishOnKey",
                            "maxLength",
                            "playBeep",
                            "trim",
                            "recordingStatusCallback",
                            "recordingStatusCallbackMethod",
                            "recordingStatusCallbackEvent",
                            "transcribe",
                            "transcribeCallback"),
                    Set.of("timeout", "maxLength"),
                    NOTHING),
            rule(
                    "Dial",
                    Set.of(
                            "action",
                            "method",
                            "timeout",
                            "timeLimit",
                            "callerId",
                            "callReason",
                            "answerOnBridge",
                            "hangupOnStar",
                            "record",
                            "recordingStatusCallback",
                            "recordingStatusCallbackMethod",
                            "recordingStatusCallbackEvent",
                            "recordingTrack",
                            "trim",
                            "ringTone",
                            "sequential",
                            "referUrl",
                            "referMethod"),
                    Set.of("timeout", "timeLimit"),
                    Set.of("Number", "Sip", "Client", "Queue", "Conference")),
            rule("Number", CALLEE, NOTHING, NOTHING),
            rule("Sip", CALLEE, NOTHING, NOTHING),
            rule("Client", CALLEE, NOTHING, Set.of("Identity", "Parameter")),
            rule("Identity", NOTHING, NOTHING, NOTHING),
            rule("Queue", Set.of("url", "method", "reservationSid", "postWorkActivitySid"), NOTHING, NOTHING),
            rule(
                    "Conference",
                    Set.of(
                            "muted",
                            "beep",
                            "startConferenceOnEnter",
                            "endConferenceOnExit",
                            "waitUrl",
                            "waitMethod",
                            "maxParticipants",
                            "record",
                            "trim",
                            "region",
                            "coach",
                            "participantLabel",
                            "jitterBufferSize",
                            "eventCallbackUrl",
                            "statusCallback",
                            "statusCallbackEvent",
                            "statusCallbackMethod",
                            "recordingStatusCallback",
                            "recordingStatusCallbackMethod",
                            "recordingStatusCallbackEvent"),
                    Set.of("maxParticipants"),
                    NOTHING),
            rule(
                    "Enqueue",
                    Set.of("action", "method", "waitUrl", "waitUrlMethod", "workflowSid", "maxQueueSize"),
                    Set.of("maxQueueSize"),
                    Set.of("Task")),
            rule("Task", Set.of("priority", "timeout"), Set.of("priority", "timeout"), NOTHING),
            rule("Connect", Set.of("action", "method"), NOTHING, Set.of("Stream")),
            rule(
                    "Stream",
                    Set.of(
                            "url",
                            "name",
                            "track",
                            "statusCallback",
                            "statusCallbackMethod",
                            "connectorName",
                            "audioFormat",
                            "sampleRate"),
                    NOTHING,
                    Set.of("Parameter")),
            rule("Parameter", Set.of("name", "value"), NOTHING, NOTHING),
            rule("Redirect", Set.of("method"), NOTHING, NOTHING),
            rule("Hangup", NOTHING, NOTHING, Set.of("Parameter")),
            rule("Reject", Set.of("reason"), NOTHING, NOTHING),
            rule("Leave", NOTHING, NOTHING, NOTHING),
            rule("Start", Set.of("action", "method"), NOTHING, Set.of(ANYTHING)),
            rule("Stop", NOTHING, NOTHING, Set.of(ANYTHING)),
            rule("Refer", Set.of("action", "method", "referUrl", "referMethod"), NOTHING, Set.of("Sip")));

    private TwimlSchema() {}

    private static Map.Entry<String, Rule> rule(
            String name, Set<String> attributes, Set<String> numbers, Set<String> children) {
        return Map.entry(name, new Rule(attributes, numbers, children));
    }
}
