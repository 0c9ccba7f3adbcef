package io.offhook.agent;

import java.util.Optional;

/// What callers are told, and what is kept of their call.
///
/// @param disclose what callers are told before anything else
/// @param recordTranscript whether the words of the call are stored
public record Privacy(Optional<String> disclose, boolean recordTranscript) {
    public static final Privacy DEFAULT = new Privacy(Optional.empty(), true);
}
