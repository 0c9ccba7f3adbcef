package io.offhook.telephony.twilio;

import java.util.regex.Pattern;

/// An error in Twilio's words: `code` is 0 where the answer had none. Phone numbers in the message are masked.
public record TwilioError(int httpStatus, int code, String message, String moreInfo) {
    private static final Pattern NUMBER = Pattern.compile("\\+?\\d{5,13}(\\d{2})");
    private static final int MAX_MESSAGE = 300;

    public TwilioError {
        message = NUMBER.matcher(message).replaceAll("+***$1").replaceAll("\\p{Cntrl}+", " ");
        if (message.length() > MAX_MESSAGE) {
            message = message.substring(0, MAX_MESSAGE) + "...";
        }
    }

    /// What it means and what to do: our own words for a common code, else Twilio's.
    public String sentence() {
        var known = TwilioErrors.explain(code);
        var where = code == 0 ? "HTTP " + httpStatus : "error " + code + ", HTTP " + httpStatus;
        if (known.isPresent()) {
            return known.get().what() + " (" + where + ") " + known.get().fix();
        }
        var said = message.isBlank() ? "Twilio refused the request." : "Twilio says: " + message;
        return said + " (" + where + ")" + (moreInfo.isBlank() ? "" : " See " + moreInfo);
    }
}
