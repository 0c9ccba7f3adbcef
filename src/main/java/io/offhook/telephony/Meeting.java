package io.offhook.telephony;

import io.offhook.call.CallId;

/// Where a human and a caller meet who came on legs of their own: one for each attempt to reach a human.
public record Meeting(CallId caller, int attempt) {

    /// The room's name at the provider; without anything of the caller's in it.
    public String room() {
        return "offhook-" + caller.value() + "-" + attempt;
    }
}
