package io.offhook.call;

import java.util.Optional;
import java.util.regex.Pattern;

/// A phone number in E.164 form. Prints masked, so that it can't leak through a log line.
public record PhoneNumber(String e164) {
    private static final Pattern E164 = Pattern.compile("\\+[1-9]\\d{6,14}");

    public PhoneNumber {
        if (!E164.matcher(e164).matches()) {
            throw new IllegalArgumentException("phone number must be E.164, such as +18005551234");
        }
    }

    /// The number in `text`, or empty when it isn't one in E.164 form (withheld, `sip:`, `client:`).
    public static Optional<PhoneNumber> parse(String text) {
        return E164.matcher(text).matches() ? Optional.of(new PhoneNumber(text)) : Optional.empty();
    }

    @Override
    public String toString() {
        return "+***" + e164.substring(e164.length() - 2);
    }
}
