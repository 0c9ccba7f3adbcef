package io.offhook.outbox;

import io.offhook.call.CallId;
import io.offhook.store.CallLog;
import io.offhook.store.Fact;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/// What the store knows of a call that has something to tell. Every part blocks.
///
/// @param voicemails the message that the caller left
/// @param toolRuns   the tools that ran, oldest first
/// @param verstats   the provider's word on the caller's number, or empty
public record CallRecords(
        CallLog calls,
        Function<CallId, Optional<Fact.Voicemail>> voicemails,
        Function<CallId, List<Fact.ToolRan>> toolRuns,
        Function<CallId, String> verstats) {}
