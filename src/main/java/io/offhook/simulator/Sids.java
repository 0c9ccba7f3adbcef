package io.offhook.simulator;

import java.util.UUID;

/// Identifiers of Twilio's shape: two letters and 32 hexadecimal digits.
final class Sids {
    private Sids() {}

    static String random(String prefix) {
        return prefix + UUID.randomUUID().toString().replace("-", "");
    }
}
