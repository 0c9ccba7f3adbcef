package io.offhook.telephony.twilio;

import io.offhook.call.PhoneNumber;
import java.util.Optional;

/// One of the account's phone numbers, and who answers it.
///
/// @param applicationSid a TwiML application that answers in place of the webhooks, or `""`
/// @param trunkSid       a SIP trunk that answers in place of the webhooks, or `""`
public record TwilioNumber(
        String sid,
        PhoneNumber number,
        String friendlyName,
        boolean voice,
        VoiceWebhooks webhooks,
        String applicationSid,
        String trunkSid) {

    /// Why Twilio ignores this number's webhooks, and what to do; empty when it follows them.
    public Optional<String> override() {
        if (!applicationSid.isEmpty()) {
            return Optional.of("the TwiML App " + applicationSid + " answers it, and Twilio ignores its webhooks."
                    + " In the console, under the number's Voice configuration, set \"Configure with\" to \"Webhook,"
                    + " TwiML Bin, Function ...\".");
        }
        if (!trunkSid.isEmpty()) {
            return Optional.of("the SIP trunk " + trunkSid + " answers it, and Twilio ignores its webhooks."
                    + " In the console, take the number out of the trunk (Elastic SIP Trunking > the trunk >"
                    + " Numbers).");
        }
        return Optional.empty();
    }
}
