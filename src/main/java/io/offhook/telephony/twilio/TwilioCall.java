package io.offhook.telephony.twilio;

import java.util.Optional;
import java.util.Set;

/// A call as REST tells of it.
///
/// @param status     `queued`, `ringing`, `in-progress`, `completed`, `busy`, `failed`, `no-answer` or `canceled`
/// @param answeredBy `human`, `machine_start` and the like, where detection was asked for
public record TwilioCall(String sid, String status, String direction, Optional<String> answeredBy) {
    private static final Set<String> FINAL = Set.of("completed", "busy", "failed", "no-answer", "canceled");

    public boolean over() {
        return FINAL.contains(status);
    }
}
