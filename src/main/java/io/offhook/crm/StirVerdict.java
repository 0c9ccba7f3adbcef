package io.offhook.crm;

import io.offhook.call.Identity;
import java.util.Locale;

/// What the network says about the number that calls (STIR/SHAKEN). Even the best verdict proves a number and never a
/// person.
public enum StirVerdict {
    /// The carrier knows its customer and that the number is theirs.
    PASSED_A,
    /// The carrier knows its customer, but not the right to the number.
    PASSED_B,
    /// The call came in by a gateway.
    PASSED_C,
    /// The signature is wrong: the number is probably borrowed.
    FAILED,
    /// Nothing was said, as is usual outside North America.
    NONE;

    public String slug() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /// The level of attestation alone, as a human reads it: `A`, `B`, `C`, `failed`, or nothing.
    public String attestation() {
        return switch (this) {
            case PASSED_A -> "A";
            case PASSED_B -> "B";
            case PASSED_C -> "C";
            case FAILED -> Identity.FAILED;
            case NONE -> "";
        };
    }

    /// Reads Twilio's `StirVerstat`, with or without `-Diverted` or `-Passthrough` at its end.
    public static StirVerdict of(String verstat) {
        if (verstat.startsWith("TN-Validation-Failed")) {
            return FAILED;
        }
        var passed = "TN-Validation-Passed-";
        if (!verstat.startsWith(passed) || verstat.length() == passed.length()) {
            return NONE;
        }
        return switch (verstat.charAt(passed.length())) {
            case 'A' -> PASSED_A;
            case 'B' -> PASSED_B;
            case 'C' -> PASSED_C;
            default -> NONE;
        };
    }
}
