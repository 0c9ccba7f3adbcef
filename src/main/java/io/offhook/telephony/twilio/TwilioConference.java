package io.offhook.telephony.twilio;

/// A conference that runs or has run.
///
/// @param status `init`, `in-progress` or `completed`
public record TwilioConference(String sid, String name, String status) {
    /// One leg in a conference.
    ///
    /// @param status `queued`, `connecting`, `ringing`, `connected`, `complete` or `failed`
    public record Participant(String callSid, String label, String status, boolean muted, boolean hold) {}
}
