package io.offhook.telephony;

import io.offhook.call.CallId;
import java.util.Optional;

/// Where a human reads about a call. Any thread; never blocks.
@FunctionalInterface
public interface CasePages {
    /// The path of the page, good for a while from now on; empty when nobody could open it.
    Optional<String> path(CallId call);
}
