package io.offhook.simulator;

/// Why the call is over.
public enum EndReason {
    CALLER_HUNG_UP,
    HANGUP_VERB,
    END_OF_TWIML,
    REJECTED,
    APPLICATION_ERROR,
    NO_VOICE_URL,
    ENDED_BY_REST,
    CARRIER_CLOSED
}
