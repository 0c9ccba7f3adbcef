/// Twilio: TwiML, request signatures, the media stream's wire, and the HTTP routes that Twilio calls. Start reading at
/// `TwilioWire` (one message), then `TwilioStream` (one stream), then `TwilioRoutes`.
@org.jspecify.annotations.NullMarked
package io.offhook.telephony.twilio;
