package io.offhook.outbox;

import io.offhook.store.OutboxMessage;
import java.util.Set;

/// One receiver and what it wants to hear of.
///
/// @param events names such as `call.ended`
public record Subscription(OutboxMessage.Target to, Set<String> events) {
    public Subscription {
        events = Set.copyOf(events);
    }
}
