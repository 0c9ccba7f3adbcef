package io.offhook.telephony.twilio;

import io.offhook.call.AudioFrame;
import java.util.Map;

/// One message of Twilio's on a media stream (Twilio, "Media Streams: WebSocket messages").
sealed interface TwilioMessage {

    record Connected() implements TwilioMessage {}

    /// Names that were missing are empty; nothing here has been checked against anything.
    record Start(
            String accountSid,
            String streamSid,
            String callSid,
            Map<String, String> customParameters,
            String encoding,
            String sampleRate,
            String channels)
            implements TwilioMessage {

        boolean muLaw() {
            return encoding.equals("audio/x-mulaw") && sampleRate.equals("8000") && channels.equals("1");
        }

        /// Without the parameters, one of which is the token.
        @Override
        public String toString() {
            return "Start[" + callSid + " " + streamSid + "]";
        }
    }

    /// Audio from the caller.
    ///
    /// @param atMillis since the stream started, by Twilio's clock
    record Media(AudioFrame frame, long atMillis) implements TwilioMessage {}

    record Digit(char digit) implements TwilioMessage {
        @Override
        public String toString() {
            return "Digit";
        }
    }

    record Mark(String name) implements TwilioMessage {}

    record Stop() implements TwilioMessage {}

    /// Well-formed, but of a kind that we don't know.
    record Unknown() implements TwilioMessage {}

    /// Not JSON, or not what its kind demands.
    record Malformed() implements TwilioMessage {}
}
