package io.offhook.call;

import java.util.regex.Pattern;

/// The provider's name for one call (Twilio: the CallSid). Key of everything stored about the call.
public record CallId(String value) {
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_-]{1,64}");

    public CallId {
        if (!PLAIN.matcher(value).matches()) {
            throw new IllegalArgumentException("a call id is 1 to 64 letters, digits, - or _");
        }
    }

    @Override
    public String toString() {
        return value;
    }
}
