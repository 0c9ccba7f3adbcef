package io.offhook.store;

import io.offhook.call.CallId;
import java.time.Instant;

/// A stored fact that others may want to hear of, before anybody has decided who they are. The store notes it in the
/// same transaction as the fact.
///
/// @param key      `call:name:occasion`; the same fact always makes the same key
/// @param sequence place among the call's events, from 1
/// @param name     `call.ended`, `handoff.created` or `voicemail.left`
/// @param occasion tells two events of one name apart; the recording, for a voicemail
public record OutboxEvent(String key, CallId call, long sequence, String name, String occasion, Instant at) {
    public static final String CALL_ENDED = "call.ended";
    public static final String HANDOFF_CREATED = "handoff.created";
    public static final String VOICEMAIL_LEFT = "voicemail.left";
}
