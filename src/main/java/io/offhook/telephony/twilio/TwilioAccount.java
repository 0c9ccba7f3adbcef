package io.offhook.telephony.twilio;

/// The account as Twilio describes it.
///
/// @param status `active`, `suspended` or `closed`
public record TwilioAccount(String sid, String friendlyName, boolean trial, String status) {
    public boolean active() {
        return status.equals("active");
    }
}
